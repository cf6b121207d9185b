import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check } from '../../src/cli/check.ts';

let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-check-'));
  file = join(folder, 'site.yaml');
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(args: readonly string[], env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = check(args, { env, out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('busbar check', () => {
  test('prints what is in force, where it comes from, and no secret', () => {
    writeFileSync(
      file,
      'site: {id: north}\nchargePoints: [{id: A, password: {env: PW}}]\nupstream: {url: mqtt://broker.example, tenant: acme}\n',
    );
    const { code, out, err } = run(['--config', file, '--set', 'http.port=8081'], {
      PW: 'correct horse battery',
      BUSBAR_LOG_LEVEL: 'warn',
    });
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toContain(`# from ${file}, with BUSBAR_LOG_LEVEL, --set http.port\n`);
    expect(out).toContain('  port: 8081\n');
    expect(out).toContain('  level: warn\n');
    expect(out).toContain('chargePoints: # 1\n  - { id: A, securityProfile: 0, serialNumber: null, password: "***", ');
    expect(out).toContain(`warning: ${file}:3:17 upstream.url: is not secured`);
    expect(out).toContain('No circuits are configured: balancing is OFF, and no charge point is limited.');
    expect(out).toContain('The configuration is valid, with 1 warning.');
    expect(out).not.toContain('horse');
  });

  test('draws the tree, and says what the site draws if this machine is gone', () => {
    const { code, out } = run(['--config', 'config/examples/car-park-with-pv.yaml']);
    expect(code).toBe(0);
    expect(out).toContain('  grid: 160 A, margin 5 %, reserve 60 A, meter main (grid)\n    park: 100 A');
    expect(out).toContain('      - P02/1: 6 to 16 A, on L2 only (STR), floor 6 A\n');
    expect(out).toContain('If this gateway dies now:\n  grid: L1 78 / L2 78 / L3 78 of 160 A\n');
    expect(out).toContain('Lease (auto): 12 h');
    const capped = run(['--config', 'config/examples/car-park-with-pv.yaml', '--set', 'policy.lease=600']);
    expect(capped.out).toContain('Lease: at most 600 s, as configured; with auto 12 h');
  });

  test('refuses a time of cron that the pattern lets through', () => {
    const schedule = '{id: peak, circuit: grid, start: "99 17 * * *", durationMin: 60, limitA: 16}';
    writeFileSync(file, `circuits: [{id: grid, limitA: 32}]\nlimits: {schedules: [${schedule}]}\n`);
    const { code, err } = run(['--config', file]);
    expect(code).toBe(1);
    expect(err).toContain('limits.schedules peak: "99 17 * * *" is no time of cron.');
  });

  test('says what keeps phases together, and what a connector without limits counts with', () => {
    expect(run(['--config', 'config/examples/feeders-and-boards.yaml']).out).toContain(
      '  grid: 250 A, 150 kW, margin 5 %, reserve 40 A, meter main (grid)\n    feeder-a: 100 A, phases at most 20 A apart, margin 5 %\n',
    );
    expect(run(['--config', 'config/examples/dc-and-ac-depot.yaml']).out).toContain(
      '- AC3/1: 16 A at all times, RST, takes no limits\n',
    );
  });

  test('refuses floors that do not fit, with the sum', () => {
    const floors = [1, 2, 3].map((id) => `{id: ${id}, ratedA: 32, floorA: 10}`).join(', ');
    writeFileSync(
      file,
      `circuits: [{id: grid, limitA: 32, reserveA: 8}]\nchargePoints: [{id: A, circuit: grid, connectors: [${floors}]}]\n`,
    );
    const { code, err } = run(['--config', file]);
    expect(code).toBe(1);
    expect(err).toContain(
      `${file}:1:12 circuits[0]: does not hold without this machine: L1 reserve 8 + A/1 10 + A/2 10 + A/3 10 = 38 of 32 A`,
    );
  });

  test('prints every problem and ends with 1', () => {
    writeFileSync(file, 'http:\n  prot: 1\n  port: x\n');
    const { code, out, err } = run(['--config', file]);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err.split('\n')).toEqual([
      `error: ${file}:2:3 http.prot: is not a known key; allowed: host, port, names, tls; did you mean port?`,
      `error: ${file}:3:9 http.port: is "x"; allowed: a whole number from 0 to 65535`,
      'The configuration is not valid: 2 to correct.',
    ]);
  });

  test('lists at most fifty charge points', () => {
    const many = Array.from({ length: 60 }, (_, index) => `  - id: CP${index}\n`).join('');
    writeFileSync(file, `chargePoints:\n${many}`);
    const { out } = run(['--config', file]);
    expect(out.match(/ id: CP\d+,/g)).toHaveLength(50);
    expect(out).toContain('  # and 10 more');
  });

  test.each([
    [['--nope'], /--nope/],
    [['--set', 'http.port'], /--set needs KEY=VALUE/],
    [['--set', '=1'], /--set needs KEY=VALUE/],
    [['--config='], /--config needs the name of a file/],
    [['site.yaml'], /site\.yaml/],
  ])('wrong usage %j ends with 2 and shows the usage', (args, words) => {
    const { code, out, err } = run(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(words);
    expect(err).toContain('Usage: busbar check');
  });

  test('--help shows the usage and ends with 0', () => {
    expect(run(['--help'])).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Usage: busbar check') });
  });
});
