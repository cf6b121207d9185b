import type { Credentials } from '../central-system/credentials.ts';
import type { Policy } from '../central-system/handler.ts';
import type { Records } from '../central-system/records.ts';
import type { Event } from '../domain/events.ts';
import type { SecurityProfile } from '../domain/security-profile.ts';
import type { Instant } from '../domain/units.ts';
import type { Clock, Log, UpgradeRequest } from '../runtime/ports.ts';
import { createDoor } from './door.ts';
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
 * Which of two connections with the same id stays, once the door lets both in. Knowing an id proves nothing: a newcomer
 * takes over when the old connection is dead, or when it has authenticated itself.
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
  admit: (line: Line, request: UpgradeRequest, profile: SecurityProfile, old?: 'leave open') => void;
  /** Puts a later decision into the queue of the turn. */
  later: (chargePointId: string, decide: () => Decision) => void;
}) {
  const { lines, clock, log, follow, admit, later } = site;
  const door = createDoor(site);

  return {
    decide(request: UpgradeRequest): Decision {
      const { chargePointId } = request;
      const verdict = door.judge(request);
      if ('refused' in verdict) {
        const { status, reason } = verdict.refused;
        log.info({ chargePointId, remoteAddress: request.remoteAddress, httpStatus: status }, reason);
        const { events } = verdict;
        const refuse = (): void => request.refuse(status, reason);
        const tell = (): void => {
          follow(events);
          refuse();
        };
        return { events, effect: tell, failed: refuse };
      }
      const line = lines.of(chargePointId);
      const { profile, events } = verdict;
      // Should this not be recorded, nothing is lost: what counted still counts.
      const after = (run: () => void): Decision => ({
        events,
        effect: () => {
          follow(events);
          run();
        },
        failed: run,
      });
      if (line.session === null) return after(() => admit(line, request, profile));
      if (line.contest !== null) return effect(() => request.refuse(503, 'another connection is just being checked'));
      return after(() => challenge(line, request, profile));
    },

    /** The old connection lives: the newcomer wins only by what it can prove. */
    oldAnswered(line: Line): Decision {
      const { contest } = line;
      if (contest === null) return effect(() => undefined);
      const now = clock.monotonic();
      const recent = line.replacedAt.filter((at) => now - at < STORM_WINDOW_MS);
      const given = contest.profile > 0 || knocked(line, contest.request.remoteAddress, now);
      const wins = given && recent.length < STORM_REPLACEMENTS;
      const settle = (): void => {
        line.contest = null;
        contest.timer.cancel();
        if (wins) {
          line.replacedAt = [...recent, now];
          line.knocks = null;
          admit(line, contest.request, contest.profile, contest.profile > 0 ? undefined : 'leave open');
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
      admit(line, contest.request, contest.profile);
    },
  };

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

  function challenge(line: Line, request: UpgradeRequest, profile: SecurityProfile): void {
    const timer = clock.after(PONG_WITHIN_MS, () => {
      later(line.chargePointId, () =>
        effect(() => {
          if (line.contest?.request !== request) return;
          line.contest = null;
          admit(line, request, profile);
        }),
      );
    });
    line.contest = { request, profile, timer };
    line.session?.connection.ping();
  }
}

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
