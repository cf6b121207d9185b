import { describe, expect, it } from 'vitest';
import { sessionListCsv } from '../../src/study/csv-report.ts';
import { generateSessions } from '../../src/study/generate.ts';
import type { StudySite } from '../../src/study/input/study-site.ts';
import { MAX_SESSIONS, readSessions } from '../../src/study/read-sessions.ts';

const connector = (chargePointId: string, connectorId = 1) => ({
  key: `${chargePointId}/${connectorId}`,
  ...{ chargePointId, connectorId, phases: 3 as const, maxA: 32 },
});
const site = (over: Partial<StudySite> = {}): StudySite => ({
  timeZone: 'Europe/Berlin',
  voltageV: 230,
  connectors: [connector('CP01'), connector('CP02', 1), connector('CP02', 2), connector('CP03')],
  ...over,
});
const usualCar = { phases: 3, maxA: 16 } as const;

function good(text: string, of = site()) {
  const read = readSessions(text, of, usualCar);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read;
}

function problemsOf(text: string): readonly string[] {
  const read = readSessions(text, site(), usualCar);
  return read.ok ? [] : read.problems;
}

const csv = (...rows: string[]): string => `arrival,departure,energy_kwh,connector\n${rows.join('\n')}\n`;
const utc = (iso: string): number => Date.parse(iso);

describe('a list of sessions', () => {
  it('has its columns in any order and by many names, with commas or semicolons', () => {
    const [first] = good(
      'kWh;Disconnect Time;max_a;EVSE ID;start;phases\n12,5;2026-06-01 17:00;16;cp02/2;2026-06-01 08:30;1\n',
    ).sessions;
    expect(first).toEqual({
      id: '2',
      arrival: utc('2026-06-01T06:30:00Z'),
      departure: utc('2026-06-01T15:00:00Z'),
      energyWh: 12_500,
      connector: 'CP02/2',
      phases: 1,
      maxA: 16,
    });
  });

  it('gives back what was written as a list', () => {
    const days = { fromDate: '2026-03-27', days: 4, connectors: 4, timeZone: 'Europe/Berlin' };
    const sessions = generateSessions({ kind: 'car-park', seed: 3, ...days });
    expect(good(sessionListCsv(sessions)).sessions).toEqual(sessions);
  });

  it('is in order of arrival, and no two have one id', () => {
    const { sessions } = good(
      'id,arrival,departure,kwh\nA,2026-06-01 10:00,2026-06-01 11:00,1\nA,2026-06-01 08:00,2026-06-01 09:00,1\n',
    );
    expect(sessions.map(({ id }) => id)).toEqual(['A (2)', 'A']);
  });

  it('takes no columns on trust: energy in Wh, and what is not read is said', () => {
    const { sessions, warnings } = good('from,to,energy_wh,colour\n2026-06-01 10:00,2026-06-01 12:00,9000,red\n');
    expect(sessions[0]?.energyWh).toBe(9_000);
    expect(warnings).toEqual(['Columns that are not read: colour.']);
  });

  it.each([
    ['objects', [{ arrival: '2019-03-01T14:20:00Z', departure: 1_551_454_800, energyKWh: 4.216, connector: 'CP03' }]],
    [
      'columns and rows',
      {
        columns: ['station', 'arrivalEpochS', 'departureEpochS', 'kWh'],
        sessions: [['CP03', 1_551_450_000, 1_551_454_800, 4.216]],
      },
    ],
    [
      'an export of ACN-Data',
      {
        _items: [
          {
            connectionTime: 'Fri, 01 Mar 2019 14:20:00 GMT',
            disconnectTime: 'Fri, 01 Mar 2019 15:40:00 GMT',
            kWhDelivered: 4.216,
            stationID: 'CP03',
            userInputs: null,
          },
        ],
      },
    ],
  ])('may be JSON: %s', (_, value) => {
    expect(good(JSON.stringify(value)).sessions).toEqual([
      {
        ...{ id: '1', arrival: 1_551_450_000_000, departure: 1_551_454_800_000, energyWh: 4_216 },
        ...{ connector: 'CP03/1', phases: null, maxA: null },
      },
    ]);
  });
});

describe('times', () => {
  it.each([
    ['2026-06-01 08:00', '2026-06-01T06:00:00Z'],
    ['2026-06-01T08:00:30', '2026-06-01T06:00:30Z'],
    ['2026-06-01T08:00:00Z', '2026-06-01T08:00:00Z'],
    ['2026-06-01T08:00:00.250+05:30', '2026-06-01T02:30:00Z'],
    ['1.6.2026 8:00', '2026-06-01T06:00:00Z'],
    ['1780300800', '2026-06-01T08:00:00Z'],
    // The clock is put forward at 2:00, and back at 3:00: what stands twice is the first, what never stood counts an hour on.
    ['2026-03-29 01:59', '2026-03-29T00:59:00Z'],
    ['2026-03-29 02:30', '2026-03-29T01:30:00Z'],
    ['2026-03-29 03:00', '2026-03-29T01:00:00Z'],
    ['2026-10-25 02:30', '2026-10-25T00:30:00Z'],
    ['2026-10-25 03:00', '2026-10-25T02:00:00Z'],
  ])('%s at Berlin is %s', (text, iso) => {
    expect(good(csv(`${text},2026-12-01 00:00,1,any`)).sessions[0]?.arrival).toBe(utc(iso));
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'])(
    'what the clock of %s shows is read as the instant at which it showed it',
    (timeZone) => {
      const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
      // Every 17 hours and some minutes of a year, so that no change of the clock is missed.
      const instants = Array.from({ length: 515 }, (_, index) => utc('2026-01-01T00:00:00Z') + index * 61_260_000);
      const end = utc('2027-06-01T00:00:00Z');
      const rows = instants.map((at) => `${clock.format(at)},${new Date(end).toISOString()},1,any`);
      const read = good(csv(...rows), site({ timeZone })).sessions.map(({ arrival }) => arrival);
      expect(read).toHaveLength(instants.length);
      for (const [index, at] of instants.entries()) {
        expect(clock.format(read[index])).toBe(clock.format(at));
        expect(Math.abs((read[index] ?? 0) - at)).toBeLessThanOrEqual(3_600_000);
      }
    },
  );

  it('says which times the clock never showed', () => {
    expect(good(csv('2026-03-29 02:30,2026-03-29 09:00,1,any')).warnings.join()).toMatch(
      /1 time is in the hour that the clock of Europe\/Berlin skips.*line 2/,
    );
  });
});

describe('what is wrong is said with its line and what to do', () => {
  it.each([
    [
      '2026-06-01 10:00,2026-06-01 09:00,5,any',
      /^line 2: departure "2026-06-01 09:00" is before arrival.*swapped.*next day/,
    ],
    ['2026-06-01 10:00,2026-06-01 10:00,5,any', /^line 2: departure .* is the same time as arrival/],
    ['2026-06-01 10:00,2026-06-01 12:00,-5,any', /^line 2: energy is -5: it can not be less than 0$/],
    [
      '2026-06-01 10:00,2026-06-01 12:00,12500,any',
      /^line 2: energy is 12500 kWh, more than any car holds; is it in Wh\?/,
    ],
    ['2026-06-01 10:00,2026-06-01 12:00,much,any', /^line 2: energy is "much"; write a number of kWh/],
    [
      '06/01/2026 10:00,2026-06-01 12:00,5,any',
      /^line 2: arrival is "06\/01\/2026 10:00"; write it as 2026-03-31 07:45/,
    ],
    ['2026-02-30 10:00,2026-06-01 12:00,5,any', /^line 2: arrival is "2026-02-30 10:00"/],
    [',2026-06-01 12:00,5,any', /^line 2: arrival is missing/],
    [
      '"2026-06-01 10:00,2026-06-01 12:00,5,any',
      /^line 2: a quotation mark before the end of this line is never closed$/,
    ],
  ])('%s', (row, words) => {
    expect(problemsOf(csv(row))).toEqual([expect.stringMatching(words)]);
  });

  it('of columns', () => {
    expect(problemsOf('arrival,kw\n1,2\n')).toEqual([
      expect.stringMatching(/has no column departure and none energy_kwh;.*"arrival", "kw"/),
    ]);
    expect(problemsOf('')).toEqual([expect.stringMatching(/is empty/)]);
    expect(problemsOf('[1]')).toEqual(['entry 1: is no object']);
    expect(problemsOf('{"a":')).toEqual([expect.stringMatching(/is no valid JSON/)]);
    expect(problemsOf('arrival,departure,kwh,phases\n2026-06-01 10:00,2026-06-01 12:00,5,4\n')).toEqual([
      'line 2: phases is "4"; allowed: 1, 2 or 3',
    ]);
  });

  it('not more than anybody reads', () => {
    const problems = problemsOf(csv(...Array.from({ length: 50 }, () => 'x,2026-06-01 12:00,5,any')));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 30 more mistakes');
  });

  it('and too many sessions are refused before they are read', () => {
    const sessions = Array.from({ length: MAX_SESSIONS + 1 }, () => []);
    expect(problemsOf(JSON.stringify({ columns: ['arrival'], sessions }))).toEqual([
      'holds 200001 sessions; at most 200000 can be studied',
    ]);
  });
});

describe('what is doubtful is said once', () => {
  const day = (from: string, to: string, kWh: number, at: string): string =>
    `2026-06-01 ${from},2026-06-01 ${to},${kWh},${at}`;

  it('a connector that is taken', () => {
    const { warnings } = good(
      csv(day('08:00', '12:00', 5, 'CP01'), day('11:00', '13:00', 5, 'CP01/1'), day('12:00', '13:00', 5, 'any')),
    );
    expect(warnings).toEqual([
      expect.stringMatching(
        /^1 session begins at a connector that is taken.*line 3 comes to CP01\/1 while the car of line 2/,
      ),
    ]);
  });

  it('more than fits into the stay', () => {
    const { warnings } = good(csv(day('08:00', '09:00', 11, 'CP01'), day('08:00', '09:00', 12, 'any')));
    expect(warnings).toEqual([
      expect.stringMatching(/^1 session wants more than fits.*line 3 wants 12 kWh in 1 h, at most 11 kW/),
    ]);
  });

  it('sessions without energy are left out', () => {
    const { sessions, warnings } = good(csv(day('08:00', '09:00', 0, 'any'), day('08:00', '09:00', 1, 'any')));
    expect(sessions).toHaveLength(1);
    expect(warnings).toEqual(['1 of 2 sessions want no energy and are left out.']);
  });

  it('places that the site does not know have a connector each, in the order of their names, while there are enough', () => {
    const { sessions, warnings } = good(
      csv(
        ...['S10', 'S9', 'CP03', 'S11', 'S12'].map((at) => day('08:00', '09:00', 1, at)),
        day('10:00', '11:00', 1, 'S9'),
      ),
    );
    expect(sessions.map((session) => session.connector)).toEqual([
      'CP02/1',
      'CP01/1',
      'CP03/1',
      'CP02/2',
      null,
      'CP01/1',
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^3 places of the list are no connector of the site.*S9 is CP01\/1, S10 is CP02\/1, S11 is CP02\/2/,
      ),
      expect.stringMatching(/^The list has more places than the site has connectors: sessions at 1 place \(S12\)/),
    ]);
  });

  it('a charge point of two connectors is not one of them', () => {
    const { sessions, warnings } = good(csv(day('08:00', '09:00', 1, 'CP02')));
    expect(sessions[0]?.connector).toBeNull();
    expect(warnings).toEqual([expect.stringMatching(/^CP02 has 2 connectors/)]);
    expect(
      good('charge_point,connector,arrival,departure,kwh\nCP02,2,2026-06-01 10:00,2026-06-01 12:00,5\n').sessions[0]
        ?.connector,
    ).toBe('CP02/2');
  });
});
