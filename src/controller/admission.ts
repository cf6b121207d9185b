import type { Credentials } from '../central-system/credentials.ts';
import type { Policy } from '../central-system/handler.ts';
import type { Records } from '../central-system/records.ts';
import type { Event } from '../domain/events.ts';
import type { Instant } from '../domain/units.ts';
import type { Clock, Log, UpgradeRequest } from '../runtime/ports.ts';
import type { Line, Lines } from './lines.ts';
import type { Decision } from './turn.ts';

/** How long a live connection has to answer the ping that a newcomer caused, ms. */
const PONG_WITHIN_MS = 3_000;
/**
 * A newcomer from the very address of the old connection that comes this often, while the old one says nothing: the charge
 * point has given that connection up without closing it. A pong is no proof that anybody listens.
 */
const KNOCKS = 3;
const KNOCKS_WINDOW_MS = 120_000;
/** Replacements of a connection that was alive, in this many ms, after which newcomers are refused: a storm, or a thief. */
const STORM_WINDOW_MS = 60_000;
const STORM_REPLACEMENTS = 3;

/**
 * Who may connect (OCPP-J §3.2, §6.2), and which of two connections with the same id stays. Knowing an id proves nothing:
 * a newcomer takes over when the old connection is dead, or when it has authenticated itself.
 */
export function createAdmission(site: {
  lines: Lines;
  records: Records;
  policy: Policy;
  credentials: Credentials;
  clock: Clock;
  log: Log;
  follow: (events: readonly Event[]) => void;
  /** Lets the newcomer in, in place of whatever is connected under its id. */
  admit: (line: Line, request: UpgradeRequest, authenticated: boolean, old?: 'leave open') => void;
  /** Puts a later decision into the queue of the turn. */
  later: (chargePointId: string, decide: () => Decision) => void;
}) {
  const { lines, records, policy, credentials, clock, log, follow, admit, later } = site;

  return {
    decide(request: UpgradeRequest): Decision {
      const { chargePointId } = request;
      const refusal = refusalOf(request);
      if (refusal !== null) {
        log.info({ chargePointId, remoteAddress: request.remoteAddress, httpStatus: refusal.status }, refusal.reason);
        return effect(() => request.refuse(refusal.status, refusal.reason));
      }
      const line = lines.of(chargePointId);
      const sent = request.credentials;
      const authenticated = sent !== null && isRight(request);
      // Should this not be recorded, nothing is lost: the passwords that counted still count.
      const events = sent !== null && authenticated ? credentials.used(chargePointId, sent.password, clock.now()) : [];
      const after = (run: () => void): Decision => ({
        events,
        effect: () => {
          follow(events);
          run();
        },
        failed: run,
      });
      if (line.session === null) return after(() => admit(line, request, authenticated));
      if (line.contest !== null) return effect(() => request.refuse(503, 'another connection is just being checked'));
      return after(() => challenge(line, request, authenticated));
    },

    /** The old connection lives: the newcomer wins only by what it can prove. */
    oldAnswered(line: Line): Decision {
      const { contest } = line;
      if (contest === null) return effect(() => undefined);
      const now = clock.monotonic();
      const recent = line.replacedAt.filter((at) => now - at < STORM_WINDOW_MS);
      const given = contest.authenticated || knocked(line, contest.request.remoteAddress, now);
      const wins = given && recent.length < STORM_REPLACEMENTS;
      const settle = (): void => {
        line.contest = null;
        contest.timer.cancel();
        if (wins) {
          line.replacedAt = [...recent, now];
          line.knocks = null;
          admit(line, contest.request, contest.authenticated, contest.authenticated ? undefined : 'leave open');
        } else {
          contest.request.refuse(409, 'a charge point with this id is connected and alive');
        }
      };
      return wins
        ? effect(settle)
        : { events: [alertOf(line, contest.request, clock.now())], effect: settle, failed: settle };
    },

    /** The old connection has closed by itself while a newcomer was waiting. */
    oldClosed(line: Line): void {
      const { contest } = line;
      if (contest === null) return;
      line.contest = null;
      contest.timer.cancel();
      admit(line, contest.request, contest.authenticated);
    },
  };

  function refusalOf(request: UpgradeRequest): { status: number; reason: string } | null {
    const { chargePointId, credentials: sent } = request;
    if (credentials.required(chargePointId)) {
      if (isExhausted(request)) return { status: 429, reason: 'too many wrong passwords; wait a minute' };
      if (sent === null || !credentials.match(chargePointId, sent)) {
        credentials.failed(sourceOf(request), clock.monotonic());
        return {
          status: 401,
          reason: 'the user name must be the charge point id, with the password configured for it',
        };
      }
      return null;
    }
    if (isRight(request)) return null;
    if (policy.configured.has(chargePointId)) return null;
    if (policy.passwordNeeded) {
      return { status: 401, reason: 'a password is needed here, and none is configured for this charge point' };
    }
    const registration = records.registration(chargePointId);
    if (registration !== null) return null;
    if (policy.unknownChargePoints === 'refuse') {
      return {
        status: 404,
        reason: 'this charge point is not known here; add it to chargePoints in the configuration',
      };
    }
    return lines.strangersFull() ? { status: 503, reason: 'too many unknown charge points are connected' } : null;
  }

  /** Whether it proves itself, needed or not. A wrong password that nobody asked for counts as a failure too: hashes cost. */
  function isRight(request: UpgradeRequest): boolean {
    const { chargePointId, credentials: sent } = request;
    if (sent === null || !credentials.possible(chargePointId) || isExhausted(request)) return false;
    const right = credentials.match(chargePointId, sent);
    if (!right && !credentials.required(chargePointId)) credentials.failed(sourceOf(request), clock.monotonic());
    return right;
  }

  function isExhausted(request: UpgradeRequest): boolean {
    return credentials.exhausted(sourceOf(request), clock.monotonic());
  }

  /** Counts a knock; whether it was one too many for a connection that has been silent since the first. */
  function knocked(line: Line, address: string, now: number): boolean {
    const { session, knocks } = line;
    if (session === null || session.connection.remoteAddress !== address) return false;
    const goesOn = knocks !== null && knocks.session === session && now - knocks.since < KNOCKS_WINDOW_MS;
    const silent = goesOn && session.lastFrameAt === knocks.lastFrameAt;
    line.knocks = silent
      ? { ...knocks, count: knocks.count + 1 }
      : { session, since: now, lastFrameAt: session.lastFrameAt, count: 1 };
    return line.knocks.count >= KNOCKS;
  }

  function challenge(line: Line, request: UpgradeRequest, authenticated: boolean): void {
    const timer = clock.after(PONG_WITHIN_MS, () => {
      later(line.chargePointId, () =>
        effect(() => {
          if (line.contest?.request !== request) return;
          line.contest = null;
          admit(line, request, authenticated);
        }),
      );
    });
    line.contest = { request, authenticated, timer };
    line.session?.connection.ping();
  }
}

const sourceOf = ({ remoteAddress, chargePointId }: UpgradeRequest): string => `${remoteAddress}|${chargePointId}`;

function alertOf(line: Line, request: UpgradeRequest, at: Instant): Event {
  const { chargePointId } = line;
  return {
    type: 'alert-raised',
    alert: {
      id: `identity:${chargePointId}`,
      kind: 'identity-contested',
      chargePointId,
      text:
        `Somebody at ${request.remoteAddress} tried to connect as ${chargePointId} while ${chargePointId} was connected ` +
        'and alive. The attempt was refused.',
      fix:
        'If two charge points carry the same id, give one of them another. ' +
        'If not, set a password for this charge point, and find out who that address is.',
    },
    at,
  };
}

const effect = (run: () => void): Decision => ({ events: [], effect: run, failed: run });
