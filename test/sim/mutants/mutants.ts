/**
 * Sabotages of one line each: of what keeps the site within its limits, and of the ledger. The storm has to see every one of
 * them, or it proves nothing. `from` stands exactly once in what is compiled of the file: that is what is changed.
 */
export type Mutant = {
  /** What is wrong then, in words. */
  readonly name: string;
  /** Under `src`, without its extension. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The storm that has seen it before, which is tried first. */
  readonly seed?: number;
  /** It takes a storm with a backend to see it. */
  readonly backend?: boolean;
};

export const mutants: readonly Mutant[] = [
  // The commitment book
  {
    name: 'where no floor is proven, nothing counts',
    file: 'balancer/book',
    from: 'if (!isProven)',
    to: 'if (false)',
    seed: 2,
  },
  {
    name: 'what got no answer, or a refusal, is off the book',
    file: 'balancer/book',
    from: 'book.entries.map((entry) => (entry.seq === seq ? { ...entry, state } : entry))',
    to: 'book.entries.filter((entry) => entry.seq !== seq)',
    seed: 24,
  },
  {
    name: 'what was accepted counts as proven',
    file: 'balancer/book',
    from: 'entries: folded(entries, seq)',
    to: 'entries: entries.filter((entry) => entry.seq >= seq || entry.kind !== "grant")',
    seed: 6,
  },
  {
    name: 'the end of a transaction frees all that its connector was given',
    file: 'balancer/book',
    from: 'book.entries.filter((entry) => entry.transactionId !== transactionId)',
    to: '[]',
    seed: 5,
  },
  {
    name: 'after a start of the process all leases are over',
    file: 'balancer/book',
    from: 'now + entry.leaseMs + 2 * skewMs + lagMs',
    to: 'now',
    seed: 1,
  },
  // The last gate
  {
    name: 'a raise always fits',
    file: 'balancer/exposure',
    from: '!(rise < 0) && !(was + rise <= (room.mA[own] ?? 0))',
    to: 'false',
    seed: 1,
  },
  {
    name: 'what flows through a feeder is not counted at the connection above it',
    file: 'balancer/exposure',
    from: 'if (parent < 0)',
    to: 'if (true)',
    seed: 1,
  },
  // Sending limits
  {
    name: 'a lease ends in the book when it ends on paper',
    file: 'controller/balancing/limit-calls',
    from: '(now + untilMs + skewMs + lagMs)',
    to: '(now + 15_000)',
    seed: 1,
  },
  {
    name: 'the answer to an overlapped call proves',
    file: 'central-system/call-queue',
    from: 'overlapped: overlaps',
    to: 'overlapped: false',
    seed: 1,
  },
  {
    name: 'several calls are out at once',
    file: 'central-system/call-queue',
    from: 'outstanding.size === 0',
    to: 'outstanding.size < 4',
    seed: 1,
  },
  // Who may draw what
  {
    name: 'a connector without a transaction counts nothing',
    file: 'controller/balancing/planning',
    from: 'const amountMA = worst(book, now, running)',
    to: 'const amountMA = running === null ? 0 : worst(book, now, running)',
    seed: 2,
  },
  {
    name: 'the building counts nothing',
    file: 'controller/balancing/planning',
    from: 'const foreign = load?.gateMA[phase] ?? circuit.reserveMA[phase] ?? 0',
    to: 'const foreign = 0',
    seed: 1,
  },
  {
    name: 'what others may draw is shared out',
    file: 'controller/balancing/planning',
    from: 'const others = exposureOf(index, counted === null ? unplanned : [], masks, twins, beside)',
    to: 'const others = new Float64Array(index.circuits.length * 3)',
    seed: 3,
  },
  {
    name: 'disobedience is never seen',
    file: 'controller/balancing/samples',
    from: 'if (isAbove(draw.most, limitMA)) {',
    to: 'if (false) {',
    seed: 2,
  },
  {
    name: 'what the building draws goes down by what cars that nobody sees might draw',
    file: 'balancer/foreign-load',
    from: 'const rest = flowMA[phase] - surelyMA',
    to: 'const rest = flowMA[phase] - surelyMA - blindMA',
    seed: 2,
  },
  {
    name: 'a meter that repeats itself is believed',
    file: 'domain/meter-watch',
    from: 'if (contradicted || !lives(last, sample))',
    to: 'if (false)',
    seed: 25,
  },
  {
    name: 'a silent meter is believed for ever',
    file: 'domain/meter-watch',
    from: 'ageMs > STALE_INTERVALS * model.intervalMs',
    to: 'false',
    seed: 8,
  },
  {
    name: 'what was out of sight stays doubted for ever',
    file: 'controller/balancing/contact',
    from: 'seenAgainAt === null || now - seenAgainAt < lagMs',
    to: 'true',
    seed: 2,
  },
  // The ledger
  {
    name: 'a start that is repeated begins a second session',
    file: 'central-system/handlers/start-transaction',
    from: 'if (known?.verdict) {',
    to: 'if (false) {',
    seed: 1,
  },
  {
    name: 'a stop that is repeated is kept as a session of its own',
    file: 'central-system/handlers/stop-transaction',
    from: "transaction === null || transaction.state === 'orphan'",
    to: "transaction === null || transaction.state !== 'running'",
    seed: 1,
  },
  {
    name: 'a session begins when its start is received',
    file: 'store/ledger-writers',
    from: '@at, @receivedAt, @meterWh, @reservationId',
    to: '@receivedAt, @receivedAt, @meterWh, @reservationId',
    seed: 1,
  },
  {
    name: 'a session ends when its stop is received',
    file: 'store/ledger-writers',
    from: 'stopped_ms = @at, stop_received_ms',
    to: 'stopped_ms = @receivedAt, stop_received_ms',
    seed: 1,
  },
  {
    name: 'the number of the next transaction is never moved on',
    file: 'store/ledger-writers',
    from: "WHERE key = 'next_transaction_id'",
    to: "WHERE key = 'next_transaction_id' AND false",
    seed: 1,
  },
  {
    name: 'a start is answered before it is on disk',
    file: 'controller/exchange',
    from: 'const encoded = encodeResult(messageId, outcome.response);',
    to: "const encoded = encodeResult(messageId, outcome.response); if (action === 'StartTransaction') send(line, session, encoded, 'ok');",
    seed: 109,
  },
  // The line to the backend
  {
    name: 'the backend is not told of the end of a session',
    file: 'store/told-upstream',
    from: "'transaction-stopped': true",
    to: "'transaction-stopped': false",
    seed: 1,
    backend: true,
  },
  {
    name: 'what was on its way when the line broke is not sent again',
    file: 'upstream/stream',
    from: 'underWay = [];\n            sent = acked;',
    to: 'underWay = [];',
    seed: 1,
    backend: true,
  },
  {
    name: 'more is written down as delivered than the backend has',
    file: 'upstream/upstream',
    from: 'writes.acknowledge(stream, upTo, at)',
    to: 'writes.acknowledge(stream, upTo + 3, at)',
    seed: 1,
    backend: true,
  },
  {
    name: 'a restored store goes on in its old epoch',
    file: 'store/outbox',
    from: 'if (previous === epoch)',
    to: 'if (previous !== undefined)',
    seed: 8,
    backend: true,
  },
];

/** Those that no storm has seen yet, with a few dozen seeds: what the storms are blind to. `npm run mutants -- --unseen` tries them. */
export const unseen: readonly Mutant[] = [
  {
    name: 'a sample from before the change is taken for its proof',
    file: 'controller/balancing/samples',
    from: 'if (draw.at < settledAt)',
    to: 'if (false)',
  },
  {
    name: 'a transaction that has stopped draws nothing from that moment on',
    file: 'controller/balancing/endings',
    from: 'if (now - since < lagMs)',
    to: 'if (false)',
  },
  {
    name: 'what has lapsed counts nothing, floor or not',
    file: 'balancer/book',
    from: 'until === null || now < until ? xMA : tailMA',
    to: 'until === null || now < until ? xMA : 0',
  },
  {
    name: 'one that is distrusted counts with its limit',
    file: 'balancer/book',
    from: 'if (book.distrusted)',
    to: 'if (false)',
  },
  {
    name: 'a late answer is taken for that to the newest limit',
    file: 'controller/balancing/limit-calls',
    from: 'Object.assign(own, {',
    to: 'Object.assign(state.commanded ?? own, {',
  },
  {
    name: 'every limit leaves before it is on disk',
    file: 'controller/balancing/limit-calls',
    from: 'const leavesFirst = isDecrease &&',
    to: 'const leavesFirst = true ||',
  },
  {
    name: 'nothing of the book is ever written down',
    file: 'controller/balancing/journal',
    from: '({ unwritten }) => unwritten',
    to: '() => false',
  },
  {
    name: 'a limit that has lapsed is renewed without asking the book',
    file: 'controller/balancing/reconcile',
    from: 'isOurs && Math.min(commanded.bookedMA, state.model.ratedMA) <= holds ? commanded : null',
    to: 'isOurs ? commanded : null',
  },
  {
    name: 'what was raised is never raised again',
    file: 'controller/balancing/reconcile',
    from: 'seenAt !== null && now < seenAt',
    to: 'seenAt !== null',
  },
  {
    name: 'a floor is sent once, and never again after a boot',
    file: 'controller/balancing/contact',
    from: "Object.assign(state.floor, { state: 'due', tries: 0 });\n    if",
    to: 'if',
  },
  {
    name: 'a stop is answered before it is on disk',
    file: 'controller/exchange',
    from: 'const encoded = encodeResult(messageId, outcome.response);',
    to: "const encoded = encodeResult(messageId, outcome.response); if (action === 'StopTransaction') send(line, session, encoded, 'ok');",
  },
];
