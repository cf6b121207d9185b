import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { showProgress } from '../../src/cli/progress.ts';
import { simulate } from '../../src/cli/simulate.ts';
import { studyParts } from '../../src/study/parts.ts';
import type { StudyReport } from '../../src/study/report.ts';
import type { StudyParts, StudyQuestion } from '../../src/study/study.ts';
import { scratchPaths } from '../support/scratch-folder.ts';
import { studyReport } from '../support/study-report.ts';

const scratch = scratchPaths();
const SITE = 'config/examples/one-limit-four-chargers.yaml';

/** A study whose core says at once what it always says, and keeps what it was asked. */
function quickParts(): StudyParts & { readonly asked: StudyQuestion[] } {
  const asked: StudyQuestion[] = [];
  const { references, sizing, ...run } = studyReport({ days: 2, bays: 4, limitA: 40 });
  return {
    asked,
    run: (question) => {
      asked.push(question);
      for (let done = 1; done <= 48; done += 1) question.progress(done / 48);
      return run;
    },
    references: () => references,
    optimumKWh: async () => run.energy.demandKWh,
    sizing: async () => sizing,
  };
}

async function run(args: readonly string[], parts = quickParts()) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await simulate(args, { env: {}, out: (line) => out.push(line), err: (line) => err.push(line) }, parts);
  return { code, out: out.join('\n'), err: err.join('\n'), asked: parts.asked };
}

describe('busbar simulate', () => {
  it('studies generated sessions, prints what they come to, and says where the report is', async () => {
    const folder = scratch('simulation');
    const list = scratch('sessions.csv');
    const args = ['--config', SITE, '--generate', 'depot', '--days', '5', '--more', '50', '--sessions-out', list];
    const { code, out, err, asked } = await run([
      ...args,
      '--connectors',
      '6',
      '--limit',
      'grid=80',
      '--building',
      'grid=0-12=4,12-24=8',
      '--tariff',
      '0-24=0.3',
      '--out',
      folder,
    ]);
    expect(err).toContain('sessions at 6 connectors of Site.');
    expect(err).toContain('the controller in virtual time: 50 %');
    expect(code).toBe(0);
    expect(out).toMatch(/cars left/);
    expect(out).toMatch(/Busbar +\d+\.\d %/);
    expect(out).toContain(`The report: ${folder}/report.html`);
    expect(existsSync(`${folder}/report.html`)).toBe(true);
    const [question] = asked;
    expect(question?.config.siteModel?.circuits[0]?.limitMA[0]).toBe(80_000);
    expect(question?.building).toMatchObject([{ circuit: 'grid', stepS: 300 }]);
    expect(question?.sessions.length).toBe(readFileSync(list, 'utf8').trim().split('\r\n').length - 1);
    const written = JSON.parse(readFileSync(`${folder}/report.json`, 'utf8'));
    expect(written.energy.ofOptimumPercent).toBeLessThanOrEqual(100);
    expect(written.cost.perKWh).toBe(0.3);
    // Again into the same folder, from the list that was written.
    const again = await run([
      '--config',
      SITE,
      '--sessions',
      list,
      '--connectors',
      '6',
      '--out',
      folder,
      '--no-optimum',
      '--no-sizing',
    ]);
    expect(again.code).toBe(0);
    expect(again.asked[0]?.sessions).toEqual(question?.sessions);
    expect(JSON.parse(readFileSync(`${folder}/report.json`, 'utf8'))).toMatchObject({
      sizing: [],
      cost: null,
      energy: { optimumKWh: null },
    });
  });

  it('takes only the days that are asked for', async () => {
    const list = scratch('sessions.csv');
    const days = ['01', '02', '03', '04'].map((day) => `2026-06-${day} 08:00,2026-06-${day} 17:00,5`);
    writeFileSync(list, ['arrival,departure,energy_kwh', ...days].join('\n'));
    const args = ['--config', SITE, '--sessions', list, '--from', '2026-06-02', '--days', '2', '--out', scratch('out')];
    const { asked } = await run(args);
    expect(asked[0]?.sessions.map(({ id }) => id)).toEqual(['3', '4']);
    expect((await run([...args, '--from', '2027-01-01'])).err).toContain('There is no session in these days.');
  });

  it.each([
    [['--config', 'not-here.yaml', '--generate', 'depot'], /not-here\.yaml: does not exist/],
    [['--config', SITE, '--sessions', 'not-here.csv'], /^not-here\.csv: does not exist$/m],
    [['--config', SITE, '--from-store', 'not-here.db'], /there is no file not-here\.db/],
    [
      ['--config', 'config/examples/minimal.yaml', '--generate', 'depot'],
      /has no circuits|No connector hangs on a circuit/,
    ],
    [
      ['--config', SITE, '--generate', 'depot', '--tariff', 'prices.txt'],
      /^The tariff \(there is no such file\): "prices.txt" is no price/m,
    ],
    [['--config', SITE, '--generate', 'depot', '--limit', 'main=63'], /there is no circuit "main"/],
    [['--config', SITE, '--generate', 'depot', '--out', 'package.json'], /^package\.json is a file, not a folder$/m],
    [['--config', SITE, '--sessions', 'package.json'], /holds no list of sessions/],
  ])('%j fails with a message, before anything is simulated', async (args, words) => {
    const { code, err, asked } = await run(args);
    expect(err).toMatch(words);
    expect(code).toBe(1);
    expect(asked).toEqual([]);
  });

  it.each([
    [[], /one of --sessions FILE, --generate KIND and --from-store FILE is needed/],
    [['--sessions', 'a', '--generate', 'depot'], /one of --sessions FILE/],
    [['--generate', 'airport'], /--generate must be one of depot, workplace, car-park, not "airport"/],
    [['--generate', 'depot', '--days', '0'], /--days must be a whole number from 1 to 400, not "0"/],
    [['--generate', 'depot', '--from', '2026-02-30'], /--from must be a day such as 2026-03-02/],
    [['--generate', 'depot', '--car', '4x16'], /--car must be phases and A on each/],
    [['--generate', 'depot', '--limit', 'grid'], /--limit needs CIRCUIT=A/],
    [['--generate', 'depot', '--nope'], /--nope/],
  ])('%j is wrong usage', async (args, words) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toMatch(words);
    expect(err).toContain('Usage: busbar simulate');
  });

  it('--help shows the usage', async () => {
    expect(await run(['--help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('Usage: busbar simulate'),
    });
  });
});

describe('progress', () => {
  it('is a bar with the time that is left in a terminal, and a line for each tenth elsewhere', () => {
    let now = 0;
    const lines: string[] = [];
    const bars: string[] = [];
    const plain = showProgress({ env: {}, out: () => {}, err: (line) => lines.push(line) }, () => now);
    const bar = showProgress({ env: {}, out: () => {}, err: () => {}, passing: (line) => bars.push(line) }, () => now);
    for (const done of [0, 0.05, 0.25, 0.27, 1]) {
      plain.show('work', done);
      bar.show('work', done);
      now += 60_000;
    }
    bar.end();
    expect(lines).toEqual(['work: 20 %, 6 min 0 s left', 'work: 100 %']);
    expect(bars[2]).toBe(`${'█'.repeat(7)}${'░'.repeat(21)}  25 %  work, 6 min 0 s left`);
    expect(bars.at(-1)).toBe('');
  });
});

describe('busbar simulate with the whole controller', { timeout: 120_000 }, () => {
  it('studies a day of two cars beside a building that leaves them little', async () => {
    const list = scratch('two-cars.csv');
    const rows = ['2026-03-02 10:00,2026-03-02 11:30,9', '2026-03-02 10:10,2026-03-02 11:00,5'];
    writeFileSync(list, `arrival,departure,energy_kwh\n${rows.join('\n')}\n`);
    const folder = scratch('two-cars');
    const site = scratch('metered.yaml');
    const lines = [
      'circuits: [{id: grid, limitA: 63, reserveA: 10, meter: main}]',
      'meters: [{id: main, type: http, intervalS: 5}]',
      'chargePoints:',
      ...['CP1', 'CP2'].map((id) => `  - {id: ${id}, circuit: grid, connectors: [{id: 1, ratedA: 32}]}`),
    ];
    writeFileSync(site, `${lines.join('\n')}\n`);
    const args = ['--config', site, '--sessions', list, '--car', '1x32', '--out', folder, '--no-sizing'];
    const report = async (...more: string[]) => {
      const out: string[] = [];
      const io = { env: {}, out: (line: string) => out.push(line), err: (line: string) => out.push(line) };
      expect([await simulate([...args, ...more], io, studyParts), out.join('\n')][0], out.join('\n')).toBe(0);
      return JSON.parse(readFileSync(`${folder}/report.json`, 'utf8')) as StudyReport;
    };
    const beside = await report('--building', 'grid=0-24=45');
    expect(beside.violations).toEqual({ drawnA: 0, drawnS: 0, committedA: 0, committedS: 0 });
    const free = await report('--building', 'grid=0-24=0');
    expect(free.energy.metPercent).toBe(100);
    for (const of of ['deliveredKWh', 'optimumKWh'] as const) {
      expect(beside.energy[of] ?? 0).toBeLessThan((free.energy[of] ?? 0) - 1);
    }
    expect(beside.references.length).toBeGreaterThan(3);
  });
});
