import type { Needed, Role } from '../domain/person.ts';

/** What a route asks of whoever calls it; `anyone` is served without a login. */
export type Access = Needed | 'anyone';

/**
 * Who may do what: each route that changes something, and each reading one that not every viewer may use, by method and
 * address. Reading asks for a viewer where nothing else is said. A route that changes something and is not here does not start.
 */
const byRole: Readonly<Record<Exclude<Access, 'viewer'>, readonly string[]>> = {
  anyone: [
    'GET /healthz',
    'GET /readyz',
    'GET /api/v1/setup',
    'POST /api/v1/setup',
    'POST /api/v1/login',
    'GET /api/v1/me',
  ],
  meters: ['POST /api/v1/meters/:id/samples'],
  operator: [
    'DELETE /api/v1/alerts/:id',
    'POST /api/v1/tokens',
    'POST /api/v1/tokens/import',
    'PATCH /api/v1/tokens/:idTag',
    'DELETE /api/v1/tokens/:idTag',
    'GET /api/v1/tokens.csv',
    'PUT /api/v1/token-groups/:parentIdTag',
    'DELETE /api/v1/token-groups/:parentIdTag',
    'POST /api/v1/unknown-cards/:idTag/enrol',
    'DELETE /api/v1/unknown-cards/:idTag',
    'POST /api/v1/reservations',
    'PATCH /api/v1/reservations/:id',
    'DELETE /api/v1/reservations/:id',
    'PUT /api/v1/reservations/:id/plan',
    'DELETE /api/v1/reservations/:id/plan',
    'PUT /api/v1/tokens/:idTag/plan',
    'DELETE /api/v1/tokens/:idTag/plan',
    'PUT /api/v1/token-groups/:parentIdTag/plan',
    'DELETE /api/v1/token-groups/:parentIdTag/plan',
    'PUT /api/v1/transactions/:id/plan',
    'DELETE /api/v1/transactions/:id/plan',
    'POST /api/v1/transactions/:id/boost',
    'DELETE /api/v1/transactions/:id/boost',
    'GET /api/v1/operations',
    'GET /api/v1/operations/:id',
    ...['RemoteStartTransaction', 'RemoteStopTransaction', 'UnlockConnector', 'ReserveNow', 'CancelReservation'].map(
      (action) => `POST /api/v1/charge-points/:id/operations/${action}`,
    ),
  ],
  technician: [
    // The backend's list, which is taken as a whole.
    'POST /api/v1/tokens/sync',
    'PUT /api/v1/tokens/:idTag',
    'GET /api/v1/messages',
    'GET /api/v1/audit',
    'GET /api/v1/diagnostics/:id/file',
    'DELETE /api/v1/diagnostics/:id/file',
    'POST /api/v1/charge-points/:id/approve',
    'POST /api/v1/charge-points/:id/reject',
    'POST /api/v1/charge-points/:id/security-profile/raise',
    'PUT /api/v1/charge-points/:id/configuration/:key',
    'DELETE /api/v1/charge-points/:id/configuration/:key',
    'POST /api/v1/charge-points/:id/configuration/refresh',
    'POST /api/v1/charge-points/:id/local-list/resync',
    'PUT /api/v1/charge-points/:id/connectors/:connector/isolation',
    'POST /api/v1/charging-profiles',
    'PATCH /api/v1/charging-profiles/:id',
    'DELETE /api/v1/charging-profiles/:id',
    'POST /api/v1/charge-points/:id/charging-profiles',
    'DELETE /api/v1/charge-points/:id/charging-profiles/:chargingProfileId',
    'PATCH /api/v1/dialects/:id',
    'DELETE /api/v1/dialects/:id',
    'POST /api/v1/firmware',
    'DELETE /api/v1/firmware/:id',
    'POST /api/v1/firmware/campaigns',
    'POST /api/v1/firmware/campaigns/:id/pause',
    'POST /api/v1/firmware/campaigns/:id/resume',
    'POST /api/v1/firmware/campaigns/:id/cancel',
    'POST /api/v1/charge-points/:id/firmware-updates',
    'POST /api/v1/charge-points/:id/diagnostics',
    'POST /api/v1/charge-points/:id/logs',
    'POST /api/v1/file-jobs/:id/cancel',
    'POST /api/v1/site/limits',
    'DELETE /api/v1/site/limits/:id',
    'POST /api/v1/site/limits/:id/suspend',
    'PUT /api/v1/policy',
    'POST /api/v1/charge-points/:id/authorization-key/rotate',
    'POST /api/v1/certificates/requests/:id/approve',
    'POST /api/v1/certificates/requests/:id/refuse',
    'POST /api/v1/certificates/requests/:id/chain',
    'POST /api/v1/certificates/:id/revoke',
    'POST /api/v1/charge-points/:id/certificates/renew',
    'POST /api/v1/charge-points/:id/certificates/refresh',
    'POST /api/v1/charge-points/:id/certificates/install',
    'POST /api/v1/charge-points/:id/certificates/delete',
  ],
  admin: [
    'POST /api/v1/charge-points/:id/security-profile/lower',
    'GET /api/v1/users',
    'POST /api/v1/users',
    'PATCH /api/v1/users/:id',
    'PUT /api/v1/users/:id/password',
    'DELETE /api/v1/users/:id',
    'GET /api/v1/login-sessions',
    'GET /api/v1/api-tokens',
    'POST /api/v1/api-tokens',
    'DELETE /api/v1/api-tokens/:id',
  ],
};

/** What each of oneself may do, whatever the role. */
const ofOneself: readonly string[] = [
  'POST /api/v1/logout',
  'PUT /api/v1/me/password',
  'DELETE /api/v1/login-sessions/:id',
];

const table: ReadonlyMap<string, Access> = new Map([
  ...ofOneself.map((route): [string, Role] => [route, 'viewer']),
  ...Object.entries(byRole).flatMap(([access, routes]) =>
    routes.map((route): [string, Access] => [route, access as Access]),
  ),
]);

const OPERATION = /^POST \/api\/v1\/charge-points\/:id\/operations\//;

/** What this route asks; null where nobody has said so of one that changes something. */
export function accessTo(method: string, url: string): Access | null {
  const route = `${method === 'HEAD' ? 'GET' : method} ${url}`;
  const said = table.get(route);
  if (said !== undefined) return said;
  // A message of OCPP can do anything to a charge point.
  if (OPERATION.test(route)) return 'technician';
  return route.startsWith('GET ') ? 'viewer' : null;
}

/** Routes of the table, to see that none of them has gone. */
export const routesWithAccess = (): Iterable<string> => table.keys();
