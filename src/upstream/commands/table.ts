/** One command of the backend: the request of our own API that it is. */
export type Entry = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With parameters such as `:id`, which the command gives under `params`. */
  readonly path: string;
  /** Whether it may be carried out again where the process ended in the middle: twice is then the same as once. */
  readonly again: 'safe' | 'never';
  /** Of what does harm when it comes late: it needs an end of its life. */
  readonly late: 'fine' | 'dangerous';
};

const read = (path: string): Entry => ({ method: 'GET', path, again: 'safe', late: 'fine' });
/** Sets something to what it shall be. */
const set = (method: 'PUT' | 'PATCH' | 'DELETE' | 'POST', path: string): Entry => ({
  method,
  path,
  again: 'safe',
  late: 'fine',
});
/** Makes something new, which would be there twice. */
const make = (path: string): Entry => ({ method: 'POST', path, again: 'never', late: 'fine' });
/** Does something now, or not at all. */
const act = (path: string, method: 'POST' | 'DELETE' = 'POST'): Entry => ({
  method,
  path,
  again: 'never',
  late: 'dangerous',
});

const point = '/api/v1/charge-points/:id';
const operation = (action: string): string => `${point}/operations/${action}`;

/** Every command, by its name: the last level of the topic `cmd/{name}`. */
export const commands = {
  'site.get': read('/api/v1/site'),
  'charge-points.list': read('/api/v1/charge-points'),
  'charge-point.get': read(point),
  'charge-point.approve': set('POST', `${point}/approve`),
  'charge-point.reset': act(operation('Reset')),
  'charge-point.security-profile': act(`${point}/security-profile/raise`),
  'charge-point.rotate-key': act(`${point}/authorization-key/rotate`),
  'charge-point.renew-certificate': act(`${point}/certificates/renew`),
  'certificates.list': read('/api/v1/certificates'),
  'certificate-requests.list': read('/api/v1/certificates/requests'),
  'certificate-request.approve': set('POST', '/api/v1/certificates/requests/:id/approve'),
  'certificate-request.refuse': set('POST', '/api/v1/certificates/requests/:id/refuse'),
  'certificate-request.chain': set('POST', '/api/v1/certificates/requests/:id/chain'),
  'certificate.revoke': set('POST', '/api/v1/certificates/:id/revoke'),
  'connector.unlock': act(operation('UnlockConnector')),
  'connector.availability': act(operation('ChangeAvailability')),
  'transactions.list': read('/api/v1/transactions'),
  'transaction.get': read('/api/v1/transactions/:id'),
  'transaction.start': act(operation('RemoteStartTransaction')),
  'transaction.stop': act(operation('RemoteStopTransaction')),
  'transaction.boost': act('/api/v1/transactions/:id/boost'),
  'tokens.list': read('/api/v1/tokens'),
  'token.get': read('/api/v1/tokens/:idTag'),
  'token.put': set('PUT', '/api/v1/tokens/:idTag'),
  'token.remove': set('DELETE', '/api/v1/tokens/:idTag'),
  'tokens.sync': set('POST', '/api/v1/tokens/sync'),
  'token-groups.list': read('/api/v1/token-groups'),
  'token-group.put': set('PUT', '/api/v1/token-groups/:parentIdTag'),
  'token-group.remove': set('DELETE', '/api/v1/token-groups/:parentIdTag'),
  'unknown-cards.list': read('/api/v1/unknown-cards'),
  'unknown-card.enrol': make('/api/v1/unknown-cards/:idTag/enrol'),
  'token.plan': set('PUT', '/api/v1/tokens/:idTag/plan'),
  'token-group.plan': set('PUT', '/api/v1/token-groups/:parentIdTag/plan'),
  'transaction.plan': set('PUT', '/api/v1/transactions/:id/plan'),
  'reservation.plan': set('PUT', '/api/v1/reservations/:id/plan'),
  'limits.list': read('/api/v1/site/limits'),
  'limit.set': act('/api/v1/site/limits'),
  'limit.end': act('/api/v1/site/limits/:id', 'DELETE'),
  'policy.get': read('/api/v1/policy'),
  'policy.set': set('PUT', '/api/v1/policy'),
  'reservations.list': read('/api/v1/reservations'),
  'reservation.make': act('/api/v1/reservations'),
  'reservation.change': { method: 'PATCH', path: '/api/v1/reservations/:id', again: 'safe', late: 'dangerous' },
  'reservation.cancel': act('/api/v1/reservations/:id', 'DELETE'),
  'profiles.list': read(`${point}/charging-profiles`),
  'profile.set': act(`${point}/charging-profiles`),
  'profile.remove': act(`${point}/charging-profiles/:chargingProfileId`, 'DELETE'),
  'composite-schedule.get': read(`${point}/composite-schedule`),
  'configuration.get': read(`${point}/configuration`),
  'configuration.set': set('PUT', `${point}/configuration/:key`),
  'configuration.drop': set('DELETE', `${point}/configuration/:key`),
  'configuration.refresh': set('POST', `${point}/configuration/refresh`),
  'firmware.list': read('/api/v1/firmware'),
  'firmware.update': make(`${point}/firmware-updates`),
  'campaigns.list': read('/api/v1/firmware/campaigns'),
  'campaign.make': make('/api/v1/firmware/campaigns'),
  'campaign.pause': set('POST', '/api/v1/firmware/campaigns/:id/pause'),
  'campaign.resume': set('POST', '/api/v1/firmware/campaigns/:id/resume'),
  'campaign.cancel': set('POST', '/api/v1/firmware/campaigns/:id/cancel'),
  'diagnostics.get': make(`${point}/diagnostics`),
  'log.get': make(`${point}/logs`),
  'alerts.list': read('/api/v1/alerts'),
  'alert.clear': set('DELETE', '/api/v1/alerts/:id'),
  /** Any message of OCPP that a central system sends; `params.action` names it. */
  operation: act(`${point}/operations/:action`),
} as const satisfies Record<string, Entry>;

export function entryOf(name: string): Entry | null {
  return Object.hasOwn(commands, name) ? commands[name as keyof typeof commands] : null;
}

/** What is changed here, without waiting for a charge point: the later of two commands must come after the earlier. */
const ordered: readonly (readonly [path: string, lane: string])[] = [
  ['/api/v1/tokens', 'tokens'],
  ['/api/v1/token-groups', 'tokens'],
  ['/api/v1/unknown-cards', 'tokens'],
  ['/api/v1/site/limits', 'limits'],
  ['/api/v1/policy', 'policy'],
];

/** Commands of one lane are carried out one after the other: those of a charge point, of tokens, of limits; null: it has none. */
export function laneOf({ path }: Entry, params: Readonly<Record<string, string>>): string | null {
  if (path.startsWith(point)) return `charge-points/${params.id ?? ''}`;
  return ordered.find(([start]) => path.startsWith(start))?.[1] ?? null;
}
