import { describe, expect, it } from 'vitest';
import {
  type Finding,
  type FindingKind,
  findingAtRepeat,
  findingsAtReading,
  findingsAtStart,
  findingsAtStop,
  findingWhenSuperseded,
  type RegisterAt,
  type ReportedEdge,
  type StartedTransaction,
  type StoppedTransaction,
} from '../../src/domain/findings.ts';
import { instant, wattHours, watts } from '../../src/domain/units.ts';

/** Times in these tables are a clock of one day, or a whole ISO time. */
const at = (time: string) => instant(Date.parse(time.includes('T') ? time : `2026-11-22T${time}Z`));
const kinds = (found: readonly Finding[]): FindingKind[] => found.map((finding) => finding.kind);

const started = (transactionId: number, time: string, wh: number): StartedTransaction => ({
  transactionId,
  startedAt: at(time),
  meterStartWh: wattHours(wh),
});
const stopped = (
  transactionId: number,
  from: string,
  fromWh: number,
  to: string,
  toWh: number,
): StoppedTransaction => ({
  ...started(transactionId, from, fromWh),
  stoppedAt: at(to),
  meterStopWh: wattHours(toWh),
});
const register = (time: string, wh: number): RegisterAt => ({ at: at(time), energyWh: wattHours(wh) });

describe('a start', () => {
  const previous = stopped(11, '08:00:00', 1000, '09:00:00', 5000);
  it.each<[string, string, number, string, FindingKind[]]>([
    // case, start, register, received, findings
    ['follows the previous one', '10:00:00', 5000, '10:00:01', []],
    ['begins where the previous ended', '09:00:00', 5000, '10:00:01', []],
    ['is a second early by truncation', '08:59:59', 5000, '10:00:01', []],
    ['begins before the previous ended', '08:59:58', 5000, '10:00:01', ['overlap']],
    ['within rounding of the register', '10:00:00', 5010, '10:00:01', []],
    ['leaves a gap in the register', '10:00:00', 5011, '10:00:01', ['register-gap']],
    ['has a register that fell', '10:00:00', 4999, '10:00:01', ['register-regression']],
    ['has a meter that was replaced', '10:00:00', 0, '10:00:01', ['register-regression']],
    ['was queued offline for days', '10:00:00', 5000, '2026-12-01T00:00:00Z', []],
    ['is 5 min ahead', '10:05:00', 5000, '10:00:00', []],
    ['is more than 5 min ahead', '10:05:01', 5000, '10:00:00', ['time-in-future']],
    ['is of 2099', '2099-01-01T00:00:00Z', 5000, '10:00:00', ['time-in-future']],
    ['overlaps with a register that fell', '08:30:00', 3000, '10:00:00', ['overlap', 'register-regression']],
  ])('that %s', (_case, time, wh, received, expected) => {
    const found = findingsAtStart({
      start: started(12, time, wh),
      previousOnConnector: previous,
      runningOnConnector: [],
      receivedAt: at(received),
    });
    expect(kinds(found)).toEqual(expected);
  });

  it('is the first on its connector: nothing to compare with', () => {
    const given = { previousOnConnector: null, runningOnConnector: [], receivedAt: at('10:00:00') };
    expect(findingsAtStart({ ...given, start: started(1, '10:00:00', 123456) })).toEqual([]);
  });

  it('field lesson 50 (MicroOcpp#311): a clock that was never set says 1970', () => {
    const given = { previousOnConnector: null, runningOnConnector: [], receivedAt: at('10:00:00') };
    const found = findingsAtStart({ ...given, start: started(1, '1970-01-01T00:00:12Z', 0) });
    expect(found).toEqual([
      {
        kind: 'time-implausible',
        detail:
          'The start is stamped 1970-01-01T00:00:12.000Z, before OCPP 1.6 existed: the clock of the charge point was not set.',
      },
    ]);
  });

  it('overlaps each transaction on its connector that has no stop', () => {
    const found = findingsAtStart({
      start: started(12, '10:00:00', 5000),
      previousOnConnector: null,
      runningOnConnector: [started(9, '07:00:00', 100), started(10, '08:00:00', 200)],
      receivedAt: at('10:00:00'),
    });
    expect(kinds(found)).toEqual(['overlap', 'overlap']);
    expect(found[0]?.detail).toBe(
      'Starts at 2026-11-22T10:00:00.000Z while transaction 9 on the same connector, started at 2026-11-22T07:00:00.000Z, has no stop.',
    );
  });

  it('Q22 a start that was queued offline is no overlap with what started after it', () => {
    const found = findingsAtStart({
      start: started(12, '06:00:00', 50),
      previousOnConnector: null,
      runningOnConnector: [started(9, '07:00:00', 100)],
      receivedAt: at('10:00:00'),
    });
    expect(found).toEqual([]);
  });

  it('field lesson 36 (steve#1963): overlap, fallen register and future time are all said, each on its own', () => {
    const found = findingsAtStart({
      start: started(12, '08:30:00', 3000),
      previousOnConnector: previous,
      runningOnConnector: [started(9, '07:00:00', 100)],
      receivedAt: at('08:00:00'),
    });
    expect(kinds(found)).toEqual(['time-in-future', 'overlap', 'overlap', 'register-regression']);
  });

  it('says gaps and regressions in Wh, with the transaction before', () => {
    const detail = (wh: number) =>
      findingsAtStart({
        start: started(12, '10:00:00', wh),
        previousOnConnector: previous,
        runningOnConnector: [],
        receivedAt: at('10:00:00'),
      })[0]?.detail;
    expect(detail(5400)).toBe(
      'The register starts at 5400 Wh; transaction 11 before it stopped at 5000 Wh: 400 Wh belong to no transaction.',
    );
    expect(detail(4000)).toBe(
      'The register starts at 4000 Wh; transaction 11 before it stopped at 5000 Wh: 1000 Wh back.',
    );
  });

  it('leaves the one before it without a stop', () => {
    const finding = findingWhenSuperseded(started(9, '07:00:00', 100), started(12, '10:00:00', 5000));
    expect(finding).toEqual({
      kind: 'missing-stop',
      detail:
        'No stop had arrived when transaction 12 started on the same connector at 2026-11-22T10:00:00.000Z; running since 2026-11-22T07:00:00.000Z.',
    });
  });
});

describe('a stop of a transaction that started at 10:00 with 5000 Wh on a connector of 11 kW', () => {
  it.each<[string, string, number, RegisterAt | null, FindingKind[]]>([
    // case, stop, register, last reading, findings
    ['is plain', '11:00:00', 15000, register('10:59:00', 14800), []],
    ['had no meter values', '11:00:00', 15000, null, []],
    ['charged nothing', '10:00:00', 5000, null, []],
    ['charged what 11 kW can', '11:00:00', 16193, null, []],
    ['charged more than 11 kW can', '11:00:00', 16194, null, ['implausible-energy']],
    ['fell below its start', '11:00:00', 4999, null, ['register-regression']],
    ['is within rounding of its last reading', '11:00:00', 14990, register('10:59:00', 15000), []],
    ['fell below its last reading', '11:00:00', 14989, register('10:59:00', 15000), ['register-regression']],
    ['comes before its start', '09:59:59', 5000, null, ['time-regression']],
    ['comes before its start, with much energy', '09:00:00', 90000, null, ['time-regression']],
    ['is truncated to a second', '11:00:00', 15000, register('11:00:00.900', 15000), []],
    ['comes before its last reading', '11:00:00', 15000, register('11:00:01.001', 15000), ['time-regression']],
    ['is in the future', '12:05:01', 15000, null, ['time-in-future']],
    ['is of 1970', '1970-01-01T00:00:00Z', 15000, null, ['time-implausible', 'time-regression']],
  ])('that %s', (_case, time, wh, lastReading, expected) => {
    const found = findingsAtStop({
      transaction: started(12, '10:00:00', 5000),
      stop: { transactionId: 12, stoppedAt: at(time), meterStopWh: wattHours(wh) },
      lastReading,
      receivedAt: at('12:00:00'),
      ratedW: watts(11000),
    });
    expect(kinds(found)).toEqual(expected);
  });

  it.each<[string, StartedTransaction | StoppedTransaction, FindingKind[]]>([
    ['ended before', stopped(11, '08:00:00', 0, '10:00:00', 5000), []],
    ['started inside and is running', started(13, '10:30:00', 6000), ['overlap']],
    ['started inside and has stopped', stopped(13, '10:30:00', 6000, '10:40:00', 7000), ['overlap']],
    ['started at the same time', started(13, '10:00:00', 5000), ['overlap']],
    ['started when this one stopped', started(13, '11:00:00', 8000), []],
    ['started within a second of the stop', started(13, '10:59:59', 8000), []],
  ])('beside another transaction that %s', (_case, other, expected) => {
    const found = findingsAtStop({
      transaction: started(12, '10:00:00', 5000),
      stop: { transactionId: 12, stoppedAt: at('11:00:00'), meterStopWh: wattHours(8000) },
      lastReading: null,
      othersOnConnector: [other],
      receivedAt: at('12:00:00'),
    });
    expect(kinds(found)).toEqual(expected);
  });

  it.each([
    [undefined, 500_000, []],
    [undefined, 600_000, ['implausible-energy']],
    [watts(22_000), 22_000, []],
    [watts(22_000), 23_000, ['implausible-energy']],
  ] as const)('of a connector rated %s W, %d Wh in an hour', (ratedW, wh, expected) => {
    const found = findingsAtStop({
      transaction: started(12, '10:00:00', 0),
      stop: { transactionId: 12, stoppedAt: at('11:00:00'), meterStopWh: wattHours(wh) },
      lastReading: null,
      receivedAt: at('12:00:00'),
      ratedW,
    });
    expect(kinds(found)).toEqual(expected);
  });

  it.each([
    // field lesson, id, detail
    [
      '38 (libocpp#495): an offline start leaves transactionId -1',
      -1,
      'A stop at 900 Wh without a start: the charge point never received an id for it.',
    ],
    [
      '38 (MicroOcpp#454): only the stop arrives, the start is lost',
      77,
      'A stop at 900 Wh without a start: the charge point calls it 77, an id that is not known for it.',
    ],
  ])('field lesson %s', (_lesson, transactionId, detail) => {
    const found = findingsAtStop({
      transaction: null,
      stop: { transactionId, stoppedAt: at('11:00:00'), meterStopWh: wattHours(900) },
      lastReading: null,
      receivedAt: at('12:00:00'),
    });
    expect(found).toEqual([{ kind: 'missing-start', detail }]);
  });
});

describe('a meter value in a transaction that started at 10:00 with 5000 Wh', () => {
  it.each<[string, RegisterAt, RegisterAt | null, FindingKind[]]>([
    // case, reading, previous, findings
    ['is the first', register('10:01:00', 5100), null, []],
    ['rises', register('10:02:00', 5200), register('10:01:00', 5100), []],
    ['stands still', register('10:02:00', 5100), register('10:01:00', 5100), []],
    ['falls within rounding', register('10:02:00', 5090), register('10:01:00', 5100), []],
    ['falls', register('10:02:00', 5089), register('10:01:00', 5100), ['register-regression']],
    ['repeats the time of the previous', register('10:01:00', 5200), register('10:01:00', 5100), []],
    ['is below the start', register('10:01:00', 4989), null, ['register-regression']],
    ['is before the start', register('09:59:58', 5000), null, ['time-regression']],
    ['jumps', register('10:02:00', 50_000), register('10:01:00', 5100), ['implausible-energy']],
    ['is in the future', register('11:05:01', 5000), null, ['time-in-future']],
    ['is of 1970', register('1970-01-01T00:00:00Z', 5000), null, ['time-implausible', 'time-regression']],
    ['Q22 is replayed late', register('10:01:00', 5100), register('10:30:00', 8000), []],
    [
      'Q22 is replayed, above a later one',
      register('10:01:00', 9000),
      register('10:30:00', 8000),
      ['register-regression'],
    ],
    ['Q21 tfocpp: is stamped at the start of its interval', register('10:00:00', 5030), null, []],
  ])('that %s', (_case, reading, previous, expected) => {
    const found = findingsAtReading({
      transaction: started(12, '10:00:00', 5000),
      claimedTransactionId: 12,
      reading,
      previous,
      receivedAt: at('11:00:00'),
    });
    expect(kinds(found)).toEqual(expected);
  });

  it.each<[string, number | null, FindingKind[]]>([
    ['Q21 a clock-aligned value of an idle connector', null, []],
    ['a value for a transaction that is not known', 77, ['missing-start']],
  ])('%s', (_case, claimedTransactionId, expected) => {
    const found = findingsAtReading({
      transaction: null,
      claimedTransactionId,
      reading: register('10:00:00', 5000),
      previous: null,
      receivedAt: at('11:00:00'),
    });
    expect(kinds(found)).toEqual(expected);
  });

  it('says a fall in Wh, in the order of time', () => {
    const found = findingsAtReading({
      transaction: null,
      claimedTransactionId: null,
      reading: register('10:02:00', 100),
      previous: register('10:01:00', 5100),
      receivedAt: at('11:00:00'),
    });
    expect(found.map((finding) => finding.detail)).toEqual([
      'The register fell from 5100 Wh at 2026-11-22T10:01:00.000Z to 100 Wh at 2026-11-22T10:02:00.000Z.',
    ]);
  });
});

describe('a start or stop that is reported again', () => {
  const first: ReportedEdge = { at: at('11:00:00'), meterWh: wattHours(900), idTag: 'A', reason: 'Local' };
  it.each<[string, Partial<ReportedEdge>, string | null]>([
    ['field lesson 35 (steve#81): the same again', {}, null],
    ['field lesson 38 (libocpp#906): with another register', { meterWh: wattHours(950) }, '950 Wh instead of 900 Wh'],
    ['with another time', { at: at('11:00:01') }, '2026-11-22T11:00:01.000Z instead of 2026-11-22T11:00:00.000Z'],
    ['without the idTag', { idTag: null }, 'idTag none instead of "A"'],
    ['with a control character in the idTag', { idTag: 'A\n' }, 'idTag "A\\n" instead of "A"'],
    [
      'with another register and reason',
      { meterWh: wattHours(1), reason: 'PowerLoss' },
      '1 Wh instead of 900 Wh, reason "PowerLoss" instead of "Local"',
    ],
  ])('%s', (_case, change, differences) => {
    const expected =
      differences === null
        ? null
        : {
            kind: 'duplicate-differs',
            detail: `The stop was reported again with ${differences}; the first report counts.`,
          };
    expect(findingAtRepeat('stop', first, { ...first, ...change })).toEqual(expected);
  });
});

it('an instant that no calendar reaches is shown all the same', () => {
  const far: StartedTransaction = { ...started(1, '10:00:00', 0), startedAt: instant(8.64e15 + 1) };
  const found = findingsAtStart({
    start: far,
    previousOnConnector: null,
    runningOnConnector: [],
    receivedAt: at('10:00:00'),
  });
  expect(found[0]?.detail).toContain('8640000000000001 ms');
});
