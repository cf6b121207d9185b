import { readRecords } from '../../csv/records.ts';

/** A list of sessions as a table, whatever it was written as: names of columns, and rows with their place in the file. */

export type Cell = string | number | null;

export type SessionTable = {
  /** What a row's number counts. */
  readonly counted: 'line' | 'entry';
  readonly names: readonly string[];
  readonly rows: readonly { readonly number: number; readonly cells: readonly Cell[] }[];
};

export type TableFault = { readonly fault: string };

/** JSON begins with a bracket, all else is CSV. */
export function tableOf(text: string): SessionTable | TableFault {
  return /^\uFEFF?\s*[[{]/.test(text) ? fromJson(text.replace(/^\uFEFF/, '')) : fromCsv(text);
}

function fromCsv(text: string): SessionTable | TableFault {
  const read = readRecords(text);
  if ('errors' in read) {
    const [first] = read.errors;
    return { fault: first === undefined ? 'can not be read as CSV' : `line ${first.line}: ${first.message}` };
  }
  const [header, ...records] = read.records;
  if (header === undefined) return { fault: 'is empty; its first line names the columns' };
  return {
    counted: 'line',
    names: header.cells,
    rows: records.map(({ line, cells }) => ({ number: line, cells })),
  };
}

function fromJson(text: string): SessionTable | TableFault {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      fault: `is no valid JSON: ${error instanceof Error ? error.message.slice(0, 120) : 'it can not be parsed'}`,
    };
  }
  if (Array.isArray(value)) return fromObjects(value);
  if (isObject(value)) {
    const { _items: items, columns, sessions } = value;
    // ACN-Data's own export.
    if (Array.isArray(items)) return fromObjects(items);
    if (Array.isArray(sessions)) return Array.isArray(columns) ? fromRows(columns, sessions) : fromObjects(sessions);
  }
  return { fault: 'holds no list of sessions; allowed: an array of objects, {columns, sessions}, or {_items}' };
}

function fromObjects(items: readonly unknown[]): SessionTable | TableFault {
  const names = new Map<string, number>();
  const rows: { number: number; cells: Cell[] }[] = [];
  for (const [index, item] of items.entries()) {
    if (!isObject(item)) return { fault: `entry ${index + 1}: is no object` };
    const cells: Cell[] = [];
    for (const [name, value] of Object.entries(item)) {
      const column = names.get(name) ?? names.size;
      names.set(name, column);
      cells[column] = cellOf(value);
    }
    rows.push({ number: index + 1, cells: Array.from(cells, (cell) => cell ?? null) });
  }
  return { counted: 'entry', names: [...names.keys()], rows };
}

function fromRows(columns: readonly unknown[], sessions: readonly unknown[]): SessionTable | TableFault {
  const rows: { number: number; cells: Cell[] }[] = [];
  for (const [index, row] of sessions.entries()) {
    if (!Array.isArray(row)) return { fault: `entry ${index + 1}: is no list of values` };
    rows.push({ number: index + 1, cells: row.map(cellOf) });
  }
  return { counted: 'entry', names: columns.map(String), rows };
}

/** What is neither text nor number says nothing about a session. */
const cellOf = (value: unknown): Cell => (typeof value === 'string' || typeof value === 'number' ? value : null);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
