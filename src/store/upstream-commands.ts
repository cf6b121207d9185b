import type { Database } from 'better-sqlite3';
import type { Instant } from '../domain/units.ts';
import type { CommandOutcome, CommandState, InboxCommand, UpstreamEvent } from '../domain/upstream.ts';
import type { Writers } from './writers.ts';

/** What the backend has asked for, and what came of it: written, and read for answering. */

/** As it stands in the store. */
export type KeptCommand = InboxCommand & { readonly state: CommandState; readonly outcome: CommandOutcome | null };

/** Commands kept at most; the oldest that are over make room. Who sends the same id again after that is not recognised. */
const MAX_KEPT = 20_000;

export function upstreamWriters(database: Database): Writers<UpstreamEvent> {
  const receive = database.prepare(`
    INSERT INTO upstream_commands (id, name, hash, request, reply_to, correlation, received_ms, expires_ms, state, changed_ms)
    VALUES (@id, @name, @hash, @request, @replyTo, @correlation, @receivedAt, @expiresAt, 'accepted', @receivedAt)`);
  const bound = database.prepare(`
    DELETE FROM upstream_commands WHERE rowid IN (
      SELECT rowid FROM upstream_commands WHERE state NOT IN ('accepted', 'executing') ORDER BY rowid DESC LIMIT 100 OFFSET ${MAX_KEPT})`);
  const begin = database.prepare("UPDATE upstream_commands SET state = 'executing', changed_ms = ? WHERE id = ?");
  const end = database.prepare(
    'UPDATE upstream_commands SET state = ?, status = ?, body = ?, changed_ms = ? WHERE id = ?',
  );
  const sync = database.prepare('INSERT OR REPLACE INTO upstream_tokens (one, version, at_ms) VALUES (1, ?, ?)');
  const configure = database.prepare(
    'INSERT OR REPLACE INTO upstream_configuration (one, version, problems, at_ms) VALUES (1, ?, ?, ?)',
  );
  return {
    'upstream-gap': () => undefined,
    'upstream-command-received': ({ command }) => {
      receive.run(command);
      bound.run();
    },
    'upstream-command-began': ({ id, at }) => {
      begin.run(at, id);
    },
    'upstream-command-ended': ({ id, outcome, at }) => {
      end.run(outcome.state, outcome.status, outcome.body, at, id);
    },
    'upstream-tokens-synced': ({ version, at }) => {
      sync.run(version, at);
    },
    'upstream-configuration-taken': ({ version, problems, at }) => {
      configure.run(version, JSON.stringify(problems), at);
    },
  };
}

type CommandRow = {
  id: string;
  name: string;
  hash: string;
  request: string;
  reply_to: string | null;
  correlation: string | null;
  received_ms: Instant;
  expires_ms: Instant | null;
  state: CommandState;
  status: number | null;
  body: string | null;
};

export function upstreamReads(database: Database) {
  const one = database.prepare('SELECT * FROM upstream_commands WHERE id = ?');
  const open = database.prepare(
    "SELECT * FROM upstream_commands WHERE state IN ('accepted', 'executing') ORDER BY rowid",
  );
  const tokens = database.prepare('SELECT version FROM upstream_tokens').pluck();
  const configured = database.prepare('SELECT version, problems, at_ms AS at FROM upstream_configuration');
  return {
    upstreamCommand: (id: string): KeptCommand | null => {
      const row = one.get(id) as CommandRow | undefined;
      return row === undefined ? null : toCommand(row);
    },
    /** Those that have not come to their end, in the order of their arrival. */
    openUpstreamCommands: (): KeptCommand[] => (open.all() as CommandRow[]).map(toCommand),
    /** The version of its list of tokens that this site has; null before the first. */
    upstreamTokensVersion: (): number | null => (tokens.get() as number | undefined) ?? null,
    /** What the backend last wanted the configuration to be, and what stood in its way; null before the first time. */
    upstreamConfiguration: (): { version: number; problems: string[]; at: Instant } | null => {
      const row = configured.get() as { version: number; problems: string; at: Instant } | undefined;
      return row === undefined ? null : { ...row, problems: JSON.parse(row.problems) as string[] };
    },
  };
}

function toCommand(row: CommandRow): KeptCommand {
  const { id, name, hash, request, correlation, state, status, body } = row;
  return {
    id,
    name,
    hash,
    request,
    replyTo: row.reply_to,
    correlation,
    receivedAt: row.received_ms,
    expiresAt: row.expires_ms,
    state,
    outcome: state === 'accepted' || state === 'executing' ? null : { state, status: status ?? 500, body: body ?? '' },
  };
}
