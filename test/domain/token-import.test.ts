import { describe, expect, it } from 'vitest';
import { idTagKey, namesOf, type Token } from '../../src/domain/token.ts';
import { planImport, type TokenLine } from '../../src/domain/token-import.ts';
import { noRules } from '../../src/domain/token-rules.ts';
import { wattHours } from '../../src/domain/units.ts';
import { token } from '../support/things.ts';

const knowing = (...tokens: Token[]) => ({
  token: (idTag: string) => tokens.find((one) => idTagKey(one.idTag) === idTagKey(idTag)) ?? null,
  tokenFor: (idTag: string) => tokens.find((one) => namesOf(one).map(idTagKey).includes(idTagKey(idTag))) ?? null,
  idTagsFrom: (source: string) => tokens.filter((one) => one.source === source).map(({ idTag }) => idTag),
});
const line = (number: number, idTag: string, fields: TokenLine['fields'] = {}): TokenLine => ({
  line: number,
  idTag,
  fields,
});

describe('a list of tokens', () => {
  it('adds, changes what it says and no more, and leaves alone what is the same', () => {
    const rules = { ...noRules, chargePointIds: ['CP1'] };
    const known = knowing(token({ idTag: 'A', note: 'old', rules }), token({ idTag: 'B' }), token({ idTag: 'C' }));
    const plan = planImport(
      [line(2, 'a', { note: 'new', rules: { energyPerMonthWh: wattHours(5) } }), line(3, 'B'), line(4, 'D')],
      'merge',
      'api',
      known,
    );
    expect(plan).toEqual({
      put: [
        token({ idTag: 'A', note: 'new', rules: { ...rules, energyPerMonthWh: wattHours(5) } }),
        token({ idTag: 'D' }),
      ],
      removed: [],
      added: 1,
      changed: 1,
      unchanged: 1,
      narrows: true,
    });
  });

  it('that replaces removes the tokens of its own source only', () => {
    const known = knowing(token({ idTag: 'A' }), token({ idTag: 'B' }), token({ idTag: 'F', source: 'file' }));
    expect(planImport([line(2, 'A')], 'replace', 'api', known)).toMatchObject({
      put: [],
      removed: ['B'],
      narrows: true,
    });
    expect(planImport([line(2, 'B')], 'replace', 'file', known)).toMatchObject({
      put: [token({ idTag: 'B', source: 'file' })],
      removed: ['F'],
    });
  });

  it('may hand an alias from one token to another', () => {
    const known = knowing(token({ idTag: 'A', aliases: ['X'] }), token({ idTag: 'B' }));
    const moved = [line(2, 'A', { aliases: [] }), line(3, 'B', { aliases: ['x'] })];
    expect(planImport(moved, 'merge', 'api', known)).toMatchObject({ changed: 2 });
    expect(planImport(moved.slice(1), 'merge', 'api', known)).toEqual({
      errors: [{ line: 3, message: 'x is the idTag or an alias of token A already' }],
    });
  });

  it('says of every line why it can not be', () => {
    const known = knowing(token({ idTag: 'F', source: 'file' }), token({ idTag: 'A', aliases: ['X'] }));
    const lines = [
      line(2, 'F', { note: 'x' }),
      line(3, 'B'),
      line(4, 'b'),
      line(5, 'C', { aliases: ['B'] }),
      line(6, 'x'),
    ];
    expect(planImport(lines, 'merge', 'api', known)).toEqual({
      errors: [
        { line: 2, message: 'token F comes from the file of the configuration: change it there' },
        { line: 4, message: 'idTag b stands in line 3 already' },
        { line: 5, message: 'B is the idTag or an alias of line 3 already' },
        { line: 6, message: 'x is the idTag or an alias of token A already' },
      ],
    });
  });
});
