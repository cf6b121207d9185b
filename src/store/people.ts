import type { Database } from 'better-sqlite3';
import type { ApiToken, LoginSession, Person, Role, TokenScope } from '../domain/person.ts';
import type { Instant } from '../domain/units.ts';

/**
 * Rows of people, logins and API tokens. They are no part of the site's record, so they are written here and not by events:
 * each call commits by itself, between the turns of the controller.
 */
export type PeopleStore = ReturnType<typeof createPeopleStore>;

type PersonRow = Omit<Person, 'disabled'> & { readonly disabled: 0 | 1; readonly password: string };

/** Logins of one person at once; the oldest ends. */
const MAX_SESSIONS = 20;

export function createPeopleStore(database: Database) {
  const personColumns = `SELECT id, name, role, disabled, password, created_ms AS createdAt, last_login_ms AS lastLoginAt FROM people`;
  const people = database.prepare(`${personColumns} ORDER BY name_key`);
  const byId = database.prepare(`${personColumns} WHERE id = ?`);
  const byName = database.prepare(`${personColumns} WHERE name_key = ?`);
  const count = database.prepare('SELECT count(*) FROM people').pluck();
  const admins = database.prepare("SELECT count(*) FROM people WHERE role = 'admin' AND disabled = 0").pluck();
  const add = database.prepare(`
    INSERT INTO people (id, name, name_key, role, password, created_ms) VALUES (@id, @name, @key, @role, @password, @at)`);
  const change = database.prepare('UPDATE people SET role = @role, disabled = @disabled WHERE id = @id');
  const setPassword = database.prepare('UPDATE people SET password = ? WHERE id = ?');
  const loggedIn = database.prepare('UPDATE people SET last_login_ms = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM people WHERE id = ?');

  const sessionColumns = `SELECT id, person_id AS personId, address, started_ms AS startedAt, last_used_ms AS lastUsedAt FROM login_sessions`;
  const session = database.prepare(`${sessionColumns} WHERE secret_hash = ?`);
  const sessions = database.prepare(`${sessionColumns} ORDER BY started_ms DESC`);
  const begin = database.prepare(`
    INSERT INTO login_sessions (id, secret_hash, person_id, address, started_ms, last_used_ms)
    VALUES (@id, @hash, @personId, @address, @at, @at)`);
  const crowd = database.prepare(`
    DELETE FROM login_sessions WHERE person_id = @personId AND id NOT IN (
      SELECT id FROM login_sessions WHERE person_id = @personId ORDER BY started_ms DESC, id LIMIT ${MAX_SESSIONS})`);
  const used = database.prepare('UPDATE login_sessions SET last_used_ms = ? WHERE id = ?');
  const end = database.prepare('DELETE FROM login_sessions WHERE id = ?');
  const endOf = database.prepare('DELETE FROM login_sessions WHERE person_id = ? AND id <> ?');

  const tokenColumns = `
    SELECT id, name, scope, created_by AS createdBy, created_ms AS createdAt, expires_ms AS expiresAt,
      last_used_ms AS lastUsedAt FROM api_tokens`;
  const tokens = database.prepare(`${tokenColumns} ORDER BY name`);
  const token = database.prepare(`${tokenColumns} WHERE secret_hash = ?`);
  const addToken = database.prepare(`
    INSERT INTO api_tokens (id, name, secret_hash, scope, created_by, created_ms, expires_ms)
    VALUES (@id, @name, @hash, @scope, @createdBy, @at, @expiresAt)`);
  const tokenUsed = database.prepare('UPDATE api_tokens SET last_used_ms = ? WHERE id = ?');
  const removeToken = database.prepare('DELETE FROM api_tokens WHERE id = ?');

  const shown = ({ password: _, disabled, ...row }: PersonRow): Person => ({ ...row, disabled: disabled === 1 });
  const one = (row: unknown): (Person & { password: string }) | null =>
    row === undefined ? null : { ...shown(row as PersonRow), password: (row as PersonRow).password };

  return {
    people: (): Person[] => (people.all() as PersonRow[]).map(shown),
    person: (id: string) => one(byId.get(id)),
    personNamed: (name: string) => one(byName.get(nameKey(name))),
    countPeople: () => count.get() as number,
    countAdmins: () => admins.get() as number,
    addPerson: (person: { id: string; name: string; role: Role; password: string; at: Instant }): void => {
      add.run({ ...person, key: nameKey(person.name) });
    },
    changePerson: (id: string, to: { role: Role; disabled: boolean }): void => {
      change.run({ id, role: to.role, disabled: to.disabled ? 1 : 0 });
    },
    setPassword: (id: string, password: string): void => {
      setPassword.run(password, id);
    },
    removePerson: (id: string): boolean => remove.run(id).changes > 0,

    sessionBy: (hash: string) => (session.get(hash) as LoginSession | undefined) ?? null,
    sessions: (): LoginSession[] => sessions.all() as LoginSession[],
    beginSession: (of: { id: string; hash: string; personId: string; address: string; at: Instant }): void => {
      begin.run(of);
      crowd.run({ personId: of.personId });
      loggedIn.run(of.at, of.personId);
    },
    sessionUsed: (id: string, at: Instant): void => {
      used.run(at, id);
    },
    endSession: (id: string): boolean => end.run(id).changes > 0,
    /** All of a person but this one. */
    endSessionsOf: (personId: string, but: string | null): void => {
      endOf.run(personId, but ?? '');
    },

    tokens: (): ApiToken[] => tokens.all() as ApiToken[],
    tokenBy: (hash: string) => (token.get(hash) as ApiToken | undefined) ?? null,
    addToken: (of: {
      id: string;
      name: string;
      hash: string;
      scope: TokenScope;
      createdBy: string;
      at: Instant;
      expiresAt: Instant | null;
    }): void => {
      addToken.run(of);
    },
    tokenUsed: (id: string, at: Instant): void => {
      tokenUsed.run(at, id);
    },
    removeToken: (id: string): boolean => removeToken.run(id).changes > 0,
  };
}

/** Two names are the same that a person would take for the same. */
export const nameKey = (name: string): string => name.normalize('NFKC').toLowerCase();
