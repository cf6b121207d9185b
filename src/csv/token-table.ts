import { hoursText, parseHours } from '../domain/hours-text.ts';
import { MAX_ALIASES, MAX_COST_CENTRE, MAX_ID_TAG, MAX_NOTE, MAX_TOKEN_LINES, type Token } from '../domain/token.ts';
import { type LineError, repeatedName, type TokenLine } from '../domain/token-import.ts';
import {
  type HoursWindow,
  MAX_ENERGY_KWH,
  MAX_RULE_CHARGE_POINTS,
  MAX_RULE_HOURS,
  type TokenRules,
} from '../domain/token-rules.ts';
import { wattHours } from '../domain/units.ts';
import { formatTimestamp, parseTimestamp } from '../ocpp/timestamp.ts';
import { readRecords, writeRecords } from './records.ts';

/** Lists of tokens as spreadsheets have them: RFC 4180 with a line of names first; which columns there are is free. */

type Fields = TokenLine['fields'];
type Column = {
  /** The cell of a token. */
  readonly write: (token: Token) => string;
  /** What a cell changes; null where it can't be read. An empty cell empties the field. */
  readonly read: (cell: string) => Fields | null;
  /** What may stand in it. */
  readonly allowed: string;
};

const columns: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['idTag', { write: ({ idTag }) => idTag, read: () => ({}), allowed: '1 to 20 characters' }],
  [
    'status',
    {
      write: ({ status }) => status,
      read: (cell) => {
        if (cell === '') return { status: 'Accepted' };
        const status = (['Accepted', 'Blocked', 'Expired'] as const).find(
          (word) => word.toLowerCase() === cell.toLowerCase(),
        );
        return status === undefined ? null : { status };
      },
      allowed: 'Accepted, Blocked or Expired',
    },
  ],
  [
    'expiresAt',
    {
      write: ({ expiresAt }) => (expiresAt === null ? '' : formatTimestamp(expiresAt)),
      read: (cell) => {
        if (cell === '') return { expiresAt: null };
        const expiresAt = parseTimestamp(cell);
        return expiresAt === null ? null : { expiresAt };
      },
      allowed: 'a date and time such as 2027-12-31T23:00:00Z',
    },
  ],
  ['parentIdTag', textColumn('parentIdTag', MAX_ID_TAG)],
  ['note', textColumn('note', MAX_NOTE)],
  ['costCentre', textColumn('costCentre', MAX_COST_CENTRE)],
  [
    'aliases',
    {
      write: ({ aliases }) => aliases.join(';'),
      read: (cell) => {
        const aliases = partsOf(cell);
        return aliases.length > MAX_ALIASES || aliases.some((alias) => alias.length > MAX_ID_TAG) ? null : { aliases };
      },
      allowed: `at most ${MAX_ALIASES} idTags with ; between them`,
    },
  ],
  [
    'chargePoints',
    ruleColumn({
      write: ({ chargePointIds }) => chargePointIds.join(';'),
      read: (cell) => {
        const chargePointIds = partsOf(cell);
        return chargePointIds.length > MAX_RULE_CHARGE_POINTS ? null : { chargePointIds };
      },
      allowed: `at most ${MAX_RULE_CHARGE_POINTS} ids of charge points with ; between them`,
    }),
  ],
  [
    'hours',
    ruleColumn({
      write: ({ hours }) => hoursText(hours),
      read: (cell) => {
        const hours: HoursWindow[] | null = parseHours(cell);
        return hours === null || hours.length > MAX_RULE_HOURS ? null : { hours };
      },
      allowed: 'hours such as mon-fri 08:00-17:30; sat 10:00-12:00',
    }),
  ],
  [
    'energyPerMonthKWh',
    ruleColumn({
      write: ({ energyPerMonthWh }) => (energyPerMonthWh === null ? '' : String(energyPerMonthWh / 1_000)),
      read: (cell) => {
        if (cell === '') return { energyPerMonthWh: null };
        const kWh = /^\d{1,7}(?:[.,]\d{1,3})?$/.test(cell) ? Number(cell.replace(',', '.')) : Number.NaN;
        return kWh <= MAX_ENERGY_KWH ? { energyPerMonthWh: wattHours(kWh * 1_000) } : null;
      },
      allowed: `a number of kWh from 0 to ${MAX_ENERGY_KWH}`,
    }),
  ],
]);

const COLUMN_NAMES = [...columns.keys()].join(', ');

/** Reads a list, or says of every line what is wrong with it. The separator may be a comma, a semicolon or a tab. */
export function parseTokenTable(text: string): { readonly lines: TokenLine[] } | { readonly errors: LineError[] } {
  const read = readRecords(text);
  if ('errors' in read) return read;
  const [header, ...records] = read.records;
  if (header === undefined) return wrong(1, `the list is empty; its first line names the columns: ${COLUMN_NAMES}`);
  const names = header.cells.map((cell) =>
    [...columns.keys()].find((name) => name.toLowerCase() === cell.toLowerCase()),
  );
  const strange = header.cells.find((_, index) => names[index] === undefined);
  if (strange !== undefined) {
    return wrong(
      header.line,
      `there is no column ${JSON.stringify(strange.slice(0, 40))}; columns are ${COLUMN_NAMES}`,
    );
  }
  if (new Set(names).size < names.length) return wrong(header.line, 'a column is named twice');
  if (!names.includes('idTag')) return wrong(header.line, 'the column idTag is missing');
  if (records.length > MAX_TOKEN_LINES)
    return wrong(0, `has ${records.length} lines; at most ${MAX_TOKEN_LINES} can be`);

  const errors: LineError[] = [];
  const lines: TokenLine[] = [];
  for (const { line, cells } of records) {
    if (cells.length !== names.length) {
      errors.push({ line, message: `has ${cells.length} cells where there are ${names.length} columns` });
      continue;
    }
    const idTag = cells[names.indexOf('idTag')] ?? '';
    if (idTag === '' || idTag.length > MAX_ID_TAG) {
      errors.push({ line, message: `idTag is ${JSON.stringify(idTag.slice(0, 40))}; allowed: 1 to 20 characters` });
      continue;
    }
    const fields = fieldsOf(names, cells, line, errors);
    const repeated = repeatedName({ idTag, aliases: fields.aliases ?? [] });
    if (repeated !== null) errors.push({ line, message: `${repeated} stands twice in this line` });
    lines.push({ line, idTag, fields });
  }
  return errors.length > 0 ? { errors } : { lines };
}

/** All tokens as a list that can be taken in again. */
export function formatTokenTable(tokens: readonly Token[]): string {
  const all = [...columns.values()];
  const rows = tokens.map((token) => all.map(({ write }) => write(token)));
  return writeRecords([[...columns.keys()], ...rows]);
}

function fieldsOf(
  names: readonly (string | undefined)[],
  cells: readonly string[],
  line: number,
  errors: LineError[],
): Fields {
  let fields: Fields = {};
  for (const [index, name] of names.entries()) {
    const column = columns.get(name ?? '');
    const cell = cells[index] ?? '';
    const read = column?.read(cell) ?? null;
    if (read === null) {
      const allowed = column?.allowed ?? '';
      errors.push({ line, message: `${name} is ${JSON.stringify(cell.slice(0, 40))}; allowed: ${allowed}` });
      continue;
    }
    const rules = { ...fields.rules, ...read.rules };
    fields = { ...fields, ...read, ...(Object.keys(rules).length === 0 ? {} : { rules }) };
  }
  return fields;
}

const wrong = (line: number, message: string): { errors: LineError[] } => ({ errors: [{ line, message }] });

const partsOf = (cell: string): string[] =>
  cell
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function textColumn(name: 'parentIdTag' | 'note' | 'costCentre', longest: number): Column {
  return {
    write: (token) => token[name] ?? '',
    read: (cell) => (cell.length > longest ? null : { [name]: cell === '' ? null : cell }),
    allowed: `at most ${longest} characters`,
  };
}

function ruleColumn(column: {
  write: (rules: TokenRules) => string;
  read: (cell: string) => Partial<TokenRules> | null;
  allowed: string;
}): Column {
  return {
    write: ({ rules }) => column.write(rules),
    read: (cell) => {
      const rules = column.read(cell);
      return rules === null ? null : { rules };
    },
    allowed: column.allowed,
  };
}
