/** Messages of a site, made by hand after docs/upstream.md. */
export const SITE = 'busbar/v1/acme/north';

export function events(from: number, to: number, more: Readonly<Record<string, unknown>> = {}) {
  const { epoch = 'e1', ...fields } = more;
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return { epoch, stream: 't0', from, to, events: numbers.map((seq) => event(seq, fields)) };
}

export function event(seq: number, more: Readonly<Record<string, unknown>> = {}) {
  return {
    specversion: '1.0',
    sequence: String(seq).padStart(16, '0'),
    type: 'busbar.status-reported',
    time: '2026-11-27T12:00:00.000Z',
    subject: 'charge-points/CP1',
    data: { number: seq },
    ...more,
  };
}

export function readings(from: number, to: number) {
  const n = to - from + 1;
  const steps = (first: number, step: number): number[] =>
    Array.from({ length: n }, (_, i) => (i === 0 ? first : step));
  const series = { chargePointId: 'CP1', connectorId: 1, transactionId: null, n, quality: 'measured' };
  return {
    epoch: 'e1',
    stream: 't1',
    from,
    to,
    everyS: null,
    series: [{ ...series, seq: steps(from, 1), atMs: steps(from * 1_000, 1_000), energyWh: steps(from * 10, 10) }],
  };
}

export const birth = (epoch = 'e1', first = { t0: 1, t1: 1 }) => ({
  state: 'online',
  epoch,
  since: '2026-11-27T12:00:00.000Z',
  heads: { t0: 0, t1: 0 },
  first,
});

export const gap = (from: number, to: number, reason = 'retention') => ({
  type: 'busbar.upstream-gap',
  data: { stream: 't1', from, to, reason, keptEveryS: null },
});
