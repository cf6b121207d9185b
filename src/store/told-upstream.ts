import type { Database } from 'better-sqlite3';
import type { Event } from '../domain/events.ts';
import type { Token } from '../domain/token.ts';
import { eventView } from './event-view.ts';
import { createTransactionViews, type TransactionView } from './transaction-view.ts';
import { utc } from './view-values.ts';

/**
 * What the backend is told of each event, in t0. What is false stays here: it is the balancer's own bookkeeping, a step on
 * the way to something that is told, telemetry, or seen in the state of a charge point.
 */
const told = {
  'connection-opened': false,
  'connection-closed': false,
  'charge-point-registered': true,
  'registration-changed': true,
  'charge-point-booted': true,
  'status-reported': true,
  'transaction-started': true,
  'transaction-stopped': true,
  'orphan-stopped': true,
  'evidence-added': false,
  'findings-added': true,
  'finding-resolved': true,
  'readings-taken': false,
  'job-status-reported': true,
  'security-event-reported': true,
  'alert-raised': true,
  'alert-cleared': true,
  'operation-requested': true,
  'operation-answered': true,
  'operation-seen': false,
  'operation-closed': true,
  'local-list-changed': false,
  'configuration-reported': false,
  'configuration-taken': true,
  'configuration-unread': false,
  'configuration-wished': true,
  'configuration-wish-dropped': true,
  'configuration-override-ended': true,
  'configuration-answered': true,
  'configuration-checked': false,
  'configuration-reading-begun': false,
  'configuration-read-through': false,
  'configuration-refresh-wanted': false,
  'configuration-restart-asked': true,
  'dialect-learned': true,
  'dialect-set': true,
  'dialect-reset': true,
  'token-put': true,
  'token-overridden': true,
  'token-override-ended': true,
  'token-removed': true,
  'tokens-imported': true,
  'file-tokens-released': true,
  'token-group-put': true,
  'token-group-removed': true,
  'tokens-narrowed': false,
  'unknown-card-seen': true,
  'unknown-card-forgotten': true,
  'authorization-refused': true,
  'cache-clear-asked': false,
  'cache-cleared': false,
  'cache-clear-failed': false,
  'stop-for-blocked-asked': true,
  'signing-requested': true,
  'signing-decided': true,
  'certificate-issued': true,
  'certificate-answered': true,
  'certificate-used': true,
  'certificate-revoked': true,
  'certificates-listed': false,
  'security-profile-reached': true,
  'security-profile-agreed': true,
  'security-profile-lowered': true,
  'credential-offered': true,
  'credential-answered': true,
  'credential-used': true,
  'credential-dropped': true,
  'charging-profiles-changed': false,
  'composite-schedule-compared': false,
  'profile-template-put': true,
  'profile-template-removed': true,
  'data-transferred': true,
  'reservation-requested': true,
  'reservation-changed': true,
  'file-job-created': true,
  'file-job-changed': true,
  'file-token-issued': false,
  'file-stored': true,
  'file-dropped': true,
  'campaign-created': true,
  'campaign-changed': true,
  'campaign-item-changed': true,
  'commitments-written': false,
  'obedience-changed': false,
  'grant-changed': false,
  'site-limit-set': true,
  'site-limit-suspended': true,
  'site-limit-ended': true,
  'limit-evidence-noted': true,
  'charging-wish-set': true,
  'charging-wish-dropped': true,
  'policy-changed': true,
  'upstream-gap': true,
  'upstream-tokens-synced': true,
  'upstream-command-received': false,
  'upstream-command-began': false,
  'upstream-command-ended': true,
  'upstream-configuration-taken': true,
  'request-audited': true,
} as const satisfies { readonly [T in Event['type']]: boolean };

/** `epoch-began`: of the outbox itself, the first of each epoch. */
export type ToldEvent =
  | 'epoch-began'
  | { [T in Event['type']]: (typeof told)[T] extends true ? T : never }[Event['type']];

export const toldEvents: readonly ToldEvent[] = [
  'epoch-began',
  ...(Object.entries(told) as [Event['type'], boolean][]).flatMap(([type, is]) => (is ? [type as ToldEvent] : [])),
];

/** Characters of a text from a charge point, a person or an answer: more than this is looked up here. */
const MAX_TEXT = 16_384;

/** Tokens of one import that are named one by one: more than this are counted, and looked up here. */
const MAX_LISTED = 200;

/** Bodies of events, to be made in the transaction that has just written what they tell of. */
export function createTold(database: Database) {
  const { transactions, session } = createTransactionViews(database, () => null);
  const raisedTimes = database.prepare('SELECT times FROM alerts WHERE id = ?').pluck();

  /** Null where the backend is not told. */
  function body(event: Event): object | null {
    if (!told[event.type]) return null;
    switch (event.type) {
      case 'transaction-started':
      case 'transaction-stopped':
      case 'orphan-stopped':
        return sessionBody(session(event.transactionId));
      case 'alert-raised':
        // Raised again while it is open: it is told already.
        return raisedTimes.get(event.alert.id) === 1 ? eventView(event) : null;
      case 'site-limit-set':
        // A renewal changes nothing.
        return event.limit.since === event.at ? eventView(event) : null;
      case 'request-audited':
        // Its own commands are told when they end.
        return event.entry.who === 'backend' ? null : eventView(event);
      case 'token-put':
        return { ...tokenBody(event.token), at: utc(event.at) };
      case 'tokens-imported': {
        const { put, removed, source, at } = event;
        const counted = { source, changed: put.length, removed: removed.length, at: utc(at) };
        if (put.length + removed.length > MAX_LISTED)
          return { ...counted, complete: false, tokens: [], removedTags: [] };
        return { ...counted, complete: true, tokens: put.map(tokenBody), removedTags: removed };
      }
      case 'findings-added': {
        const { transactionId, findings, at } = event;
        return { transactionId, findings: findings.map(({ kind, detail }) => ({ kind, detail })), at: utc(at) };
      }
      case 'data-transferred':
        return { ...eventView(event), data: event.data?.slice(0, MAX_TEXT) ?? null };
      case 'security-event-reported':
        return { ...eventView(event), techInfo: event.techInfo };
      case 'upstream-command-ended':
        return { ...eventView(event), body: event.outcome.body.length > MAX_TEXT ? null : event.outcome.body };
      default:
        return eventView(event);
    }
  }

  /** The sessions that there are when the outbox is opened for the first time, the oldest first. */
  function ledger(): { type: ToldEvent; subject: string; atMs: number; body: object }[] {
    const found = [];
    const everything = { chargePointId: null, idTag: null, state: null, from: null, to: null };
    for (let cursor: string | null = null; ; ) {
      const page = transactions(everything, { limit: 500, cursor });
      for (const shown of page?.items ?? []) {
        const { chargePointId, state, startReceivedAt, stopReceivedAt } = shown;
        const type: ToldEvent =
          state === 'orphan' ? 'orphan-stopped' : state === 'stopped' ? 'transaction-stopped' : 'transaction-started';
        const at = stopReceivedAt ?? startReceivedAt;
        found.push({
          type,
          subject: `charge-points/${chargePointId}`,
          atMs: at === null ? 0 : Date.parse(at),
          body: sessionBody(shown),
        });
      }
      cursor = page?.next ?? null;
      if (cursor === null) return found.reverse();
    }
  }

  return { body, ledger };
}

export function subjectOf(event: Event): string | null {
  return 'chargePointId' in event && event.chargePointId !== null ? `charge-points/${event.chargePointId}` : null;
}

/** When it was taken in, by our clock; null where the event does not say. */
export function timeOf(event: Event): number | null {
  if (event.type === 'status-reported') return event.report.receivedAt;
  if ('receivedAt' in event) return event.receivedAt;
  if ('stop' in event) return event.stop.receivedAt;
  if ('start' in event) return event.start.receivedAt;
  return 'at' in event ? event.at : null;
}

/** The session as the ledger has it, whole: whoever missed its start needs nothing else. */
function sessionBody(session: TransactionView | null): object {
  if (session === null) throw new Error('a session is told of that is not in the ledger');
  const { id: transactionId, energySoFarWh: _, ...shown } = session;
  return { transactionId, ...shown };
}

function tokenBody({ idTag, aliases, status, expiresAt, parentIdTag, note, costCentre, source }: Token): object {
  return { idTag, aliases, status, expiresAt: utc(expiresAt), parentIdTag, note, costCentre, source };
}
