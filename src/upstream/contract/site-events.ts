import { Type } from 'typebox';
import {
  id,
  maybeNumber,
  maybeText,
  maybeTime,
  maybeWhole,
  nullable,
  phases,
  seq,
  text,
  time,
  whole,
} from './parts.ts';

/** `data` of events about the site as a whole, and about the line to the backend itself. */

const limit = { id, circuit: text, source: text };
const wish = Type.Object({ subject: text, at: time });

export const siteEvents = {
  'epoch-began': Type.Object({ epoch: id, previous: maybeText }),
  'alert-raised': Type.Object({ id, kind: text, chargePointId: maybeText, text, fix: text, at: time }),
  'alert-cleared': Type.Object({ id, at: time }),
  'site-limit-set': Type.Object({
    ...limit,
    limitA: nullable(phases),
    limitW: maybeNumber,
    until: maybeTime,
    startsAt: maybeTime,
    at: time,
  }),
  'site-limit-suspended': Type.Object({ ...limit, until: maybeTime, at: time }),
  'site-limit-ended': Type.Object({ ...limit, at: time }),
  'limit-evidence-noted': Type.Object({
    limitId: id,
    circuit: text,
    source: text,
    kind: Type.Enum(['signal', 'command', 'effect']),
    at: time,
  }),
  'request-audited': Type.Object({
    who: Type.Enum(['nobody', 'local', 'person', 'token']),
    name: maybeText,
    address: maybeText,
    method: text,
    route: text,
    target: text,
    status: whole,
    leftOut: Type.Integer({ minimum: 0, description: 'Like ones just before that are not on record.' }),
    at: time,
  }),
  'charging-wish-set': wish,
  'charging-wish-dropped': wish,
  'policy-changed': Type.Object({ kind: Type.Enum(['equal', 'first-come', 'deadline', 'surplus']), at: time }),
  'upstream-gap': Type.Object({
    stream: Type.Literal('t1'),
    from: seq,
    to: seq,
    reason: Type.Enum(['thinned', 'retention']),
    keptEveryS: maybeWhole,
    at: time,
  }),
  'upstream-command-ended': Type.Object({
    id,
    name: text,
    state: Type.Enum(['done', 'failed', 'refused', 'expired', 'unknown']),
    status: whole,
    body: nullable(Type.String({ description: 'The answer as it was, JSON as text; null where it is long.' })),
    at: time,
  }),
  'upstream-configuration-taken': Type.Object({ version: whole, problems: Type.Array(text), at: time }),
};
