import type { Frame } from '../../../src/virtual-site/loopback.ts';
import type { Told } from './findings.ts';
import type { Ground } from './ground.ts';
import type { CurrentsJudge } from './judge-currents.ts';
import type { Sessions } from './sessions.ts';
import type { Stage } from './stage.ts';
import type { Surprises } from './surprises.ts';
import type { Fate } from './watched-lines.ts';

/** Reads along: one call in flight each way, which limits were accepted, and what became of transactions. */

/** The controller gives a call up after so long. */
const CALL_S = 30;
/** A decrease may follow another call that has not been answered for so long (safety, rule 1). */
const OVERLAP_S = 2;

const head = /^\[([234]),"([^"]*)"(?:,"([A-Za-z]+)")?/;

export type FrameKind = { readonly action: string; readonly isAnswer: boolean; readonly messageId: string };

type Call = { readonly id: string; readonly action: string; readonly at: number; readonly connectorId: number };

type Line = {
  /** Ours that is not answered, and the charge point's. */
  ours: Call | null;
  theirs: Call | null;
  /** Limits on their way: what the connectors were allowed when it arrived. */
  readonly limits: Map<string, { readonly sentAt: number; before: readonly number[] }>;
  /** Actions by message id, of the latest calls each way. */
  readonly actions: Map<string, string>;
};

/** Calls remembered for their answers; late ones are not older. */
const mostRemembered = 64;

type Judges = { told: Told; ground: Ground; currents: CurrentsJudge; sessions: Sessions; surprises: Surprises };

export function createWire({ points }: Stage, { told, ground, currents, sessions, surprises }: Judges) {
  const lines = points.map((): Line => ({ ours: null, theirs: null, limits: new Map(), actions: new Map() }));
  const indexOf = new Map(points.map(({ id }, index) => [id, index]));
  const lineOf = (id: string): { line: Line; index: number } | null => {
    const index = indexOf.get(id);
    const line = lines[index ?? -1];
    return index === undefined || line === undefined ? null : { line, index };
  };

  return {
    kindOf({ id, up, text }: Frame): FrameKind {
      const [, type, messageId = '', action = ''] = head.exec(text) ?? [];
      if (type === '2') return { action, isAnswer: false, messageId };
      const actions = lineOf(id)?.line.actions;
      return { action: actions?.get(`${up ? 'down' : 'up'} ${messageId}`) ?? '', isAnswer: true, messageId };
    },
    sent(frame: Frame, kind: FrameKind, fate: Fate): void {
      const found = lineOf(frame.id);
      if (found === null) return;
      const { line, index } = found;
      const { up, text } = frame;
      const { action, isAnswer, messageId } = kind;
      if (!isAnswer) {
        remember(line, `${up ? 'up' : 'down'} ${messageId}`, action);
        const call = { id: messageId, action, at: frame.at, connectorId: 0 };
        if (up) {
          const { theirs } = line;
          if (theirs !== null && theirs.id !== messageId && frame.at - theirs.at < CALL_S * 1_000 - 1) {
            told.find(`${frame.id} sent ${action} while its ${theirs.action} was unanswered`);
          }
          line.theirs = call;
          sessions.sent(index, action, text);
        } else {
          judgeOurs(index, line, call);
          line.ours = call;
          if (action === 'SetChargingProfile') {
            line.limits.set(messageId, { sentAt: frame.at, before: [] });
          }
        }
        return;
      }
      const arrives = fate.lateMs < Number.POSITIVE_INFINITY;
      if (!up) return;
      if (arrives && line.ours?.id === messageId) line.ours = null;
      const limit = line.limits.get(messageId);
      if (action === 'ClearChargingProfile' && (points[index]?.flash.profiles.length ?? 0) === 0)
        surprises.cleared(index);
      if (limit === undefined) return;
      line.limits.delete(messageId);
      if (text.includes('"Accepted"')) {
        told.count('accepted limits');
        surprises.accepted(index);
        currents.accepted(index, limit.before, limit.sentAt);
      }
    },
    delivering(id: string, text: string): void {
      const found = lineOf(id);
      if (found === null) return;
      const { line, index } = found;
      const [, type, messageId = '', action] = head.exec(text) ?? [];
      if (type === '2' && action === 'SetChargingProfile') {
        const limit = line.limits.get(messageId);
        if (limit !== undefined) limit.before = ground.allowedOf(index);
      }
      if (type !== '2' && line.theirs?.id === messageId) line.theirs = null;
      sessions.delivering(index);
    },
    delivered(id: string, text: string): void {
      const found = lineOf(id);
      if (found !== null) sessions.delivered(found.index, text);
    },
    /** A line begins or ends: nothing is in flight on it. */
    fresh(id: string): void {
      const found = lineOf(id);
      if (found === null) return;
      found.line.ours = null;
      found.line.theirs = null;
      found.line.limits.clear();
    },
  };

  function judgeOurs(index: number, { ours }: Line, call: Call): void {
    if (ours === null) return;
    const pendingS = (call.at - ours.at) / 1_000;
    // Its answer may be on its way: a call that is given up is over.
    if (pendingS >= CALL_S - 0.1) return;
    // A decrease from what the controller has to count with, which nobody but its book knows: any limit may be one.
    if (call.action === 'SetChargingProfile' && pendingS >= OVERLAP_S) return;
    told.find(
      `${points[index]?.id} was sent ${call.action} ${pendingS.toFixed(2)} s into an unanswered ${ours.action}`,
    );
  }
}

function remember(line: Line, key: string, action: string): void {
  line.actions.set(key, action);
  if (line.actions.size <= mostRemembered) return;
  for (const oldest of line.actions.keys()) {
    line.actions.delete(oldest);
    return;
  }
}
