import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { scratchPaths } from '../support/scratch-folder.ts';

const scratch = scratchPaths();

const site = `
ocpp: {securityProfile: 1}
authorization: {tokens: {file: not-here.csv}}
circuits: [{id: grid, limitA: 63}, {id: board, parent: grid, limitA: 40}]
chargePoints:
  - {id: A, password: {file: not-here}, circuit: grid, connectors: [{id: 1, ratedA: 32}]}
  - {id: B, password: {env: NOT_HERE}, circuit: board, connectors: [{id: 1, ratedA: 16, rotation: STR}, {id: 2, ratedA: 16}]}
`;

function load(whatIf: { limitsA?: Record<string, number>; connectors?: number }) {
  const file = scratch('site.yaml');
  writeFileSync(file, site);
  const { limitsA = {}, connectors = null } = whatIf;
  return loadConfig({ file, env: {}, whatIf: { limitsA: new Map(Object.entries(limitsA)), connectors } });
}

function modelOf(whatIf: Parameters<typeof load>[0]) {
  const loaded = load(whatIf);
  if (!loaded.ok || loaded.config.siteModel === null) throw new Error(JSON.stringify(loaded));
  const { circuits, connectors } = loaded.config.siteModel;
  return {
    limits: circuits.map(({ id, limitMA }) => `${id} ${limitMA[0] / 1_000}`),
    keys: connectors.map(
      ({ chargePointId, connectorId, circuit, rotation }) => `${chargePointId}/${connectorId} ${circuit} ${rotation}`,
    ),
  };
}

it('needs no secret and no list of tokens, for nobody is talked to', () => {
  const asItIs = { limits: ['grid 63', 'board 40'], keys: ['A/1 grid RST', 'B/1 board STR', 'B/2 board RST'] };
  expect(modelOf({})).toEqual(asItIs);
  const file = scratch('site.yaml');
  writeFileSync(file, site);
  expect(loadConfig({ file, env: {} }).ok).toBe(false);
});

it('changes limits, and grows or cuts the site by copies of its connectors in turn', () => {
  expect(modelOf({ limitsA: { grid: 100 } }).limits).toEqual(['grid 100', 'board 40']);
  expect(modelOf({ connectors: 2 }).keys).toEqual(['A/1 grid RST', 'B/1 board STR']);
  expect(modelOf({ connectors: 8 }).keys).toEqual([
    ...['A/1 grid RST', 'B/1 board STR', 'B/2 board RST'],
    ...['A-2/1 grid RST', 'B-2/1 board STR', 'B-2/2 board RST'],
    ...['A-3/1 grid RST', 'B-3/1 board STR'],
  ]);
});

it('says what does not fit, as of any file', () => {
  const unknown = load({ limitsA: { gird: 100 } });
  expect(!unknown.ok && unknown.problems[0]?.message).toBe('there is no circuit "gird"; did you mean grid?');
  const wrong = load({ limitsA: { grid: 20_000 } });
  expect(!wrong.ok && wrong.problems[0]).toMatchObject({ key: 'circuits[0].limitA', message: 'is 20000' });
});
