import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** Tables as spreadsheets have them: RFC 4180 with a line of names first; comma, semicolon or tab between cells. */

/** Characters of one line at most: all cells of a token at their longest. */
const MAX_LINE = 32_768;

/** One line of a table; `line` is where it begins, counted from 1. */
export type CsvRecord = { readonly line: number; readonly cells: readonly string[] };

/** What keeps a text from being read as a table at all. */
type CsvFault = { readonly line: number; readonly message: string };

/** Lines of a table with their cells trimmed; empty ones are left out. */
export function readRecords(text: string): { readonly records: CsvRecord[] } | { readonly errors: CsvFault[] } {
  try {
    // With `info` each record comes with where it ended.
    const parsed = parse(text, {
      bom: true,
      info: true,
      delimiter: separatorOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: MAX_LINE,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return {
      records: parsed.map(({ record, info }) => ({
        line: info.lines - record.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0),
        cells: record.map((cell) => unguarded(cell.trim())),
      })),
    };
  } catch (error) {
    const { code, lines } = error as { code?: unknown; lines?: unknown };
    if (typeof code !== 'string') throw error;
    const message = words.get(code) ?? 'can not be read as CSV';
    return { errors: [{ line: typeof lines === 'number' ? lines : 1, message }] };
  }
}

/** A table as text, in the line breaks that spreadsheets write. */
export function writeRecords(rows: Iterable<readonly (string | number)[]>): string {
  const cells = Array.from(rows, (row) => row.map((cell) => (typeof cell === 'number' ? String(cell) : guarded(cell))));
  return stringify(cells, { record_delimiter: 'windows' });
}

const words: ReadonlyMap<string, string> = new Map([
  ['CSV_QUOTE_NOT_CLOSED', 'a quotation mark before the end of this line is never closed'],
  ['INVALID_OPENING_QUOTE', 'a quotation mark stands inside a cell that does not begin with one'],
  ['CSV_INVALID_CLOSING_QUOTE', 'a quotation mark closes the cell before its end; write it twice inside a cell'],
  ['CSV_MAX_RECORD_SIZE', `is longer than ${MAX_LINE} characters; is a closing quotation mark missing?`],
]);

/** The one that the line of names uses: spreadsheets of many countries write semicolons. */
function separatorOf(text: string): string {
  const header = text.slice(0, MAX_LINE).split(/[\r\n]/, 1)[0] ?? '';
  return [',', ';', '\t'].find((separator) => header.includes(separator)) ?? ',';
}

/** Spreadsheets run a cell that begins like a formula, some also in the wide signs of Asian ones; one quotation mark before it keeps it text. */
const FORMULA = '[=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20]';
const TO_GUARD = new RegExp(`^'*${FORMULA}`);
const GUARDED = new RegExp(`^'+${FORMULA}`);
const guarded = (cell: string): string => (TO_GUARD.test(cell) ? `'${cell}` : cell);
const unguarded = (cell: string): string => (GUARDED.test(cell) ? cell.slice(1) : cell);
