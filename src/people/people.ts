import { createHash, randomBytes } from 'node:crypto';
import type { Actor, ApiToken, LoginSession, Person, Role, TokenScope } from '../domain/person.ts';
import { type Instant, instant } from '../domain/units.ts';
import type { Clock, Ids } from '../runtime/ports.ts';
import { nameKey, type PeopleStore } from '../store/people.ts';
import { createLoginLimit } from './login-limit.ts';
import type { Passwords } from './passwords.ts';
import type { SetupCode } from './setup-code.ts';

/** A login ends after this long without use, and after this long in any case, ms. */
const IDLE_MS = 8 * 3_600_000;
const LONGEST_MS = 7 * 86_400_000;
/** How often it is written that something is in use, ms: cards wear. */
const NOTE_EVERY_MS = 600_000;
const MAX_PEOPLE = 200;
const MAX_TOKENS = 200;
const SECRET_BYTES = 32;
const TOKEN_PREFIX = 'bb_';
/** Characters of a password. */
export const PASSWORD_LENGTH = { least: 10, most: 200 } as const;

/** Why it was not done, in words for a person. */
export class Denied extends Error {
  override readonly name = 'Denied';
  readonly why: 'wrong' | 'wait' | 'closed' | 'unknown' | 'conflict' | 'weak';
  /** Of `wait`: seconds until it may be tried again. */
  readonly waitS: number;
  constructor(why: Denied['why'], text: string, waitS = 0) {
    super(text);
    this.why = why;
    this.waitS = waitS;
  }
}

export type LoggedIn = { readonly secret: string; readonly person: Person };

export type People = ReturnType<typeof createPeople>;

/** Who may use the API, and how they prove it. Passwords and secrets come in and go out here, and are nowhere kept. */
export function createPeople(site: {
  store: PeopleStore;
  passwords: Passwords;
  setup: SetupCode;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  ids: Ids;
  /** The first admin is there. */
  settled?: () => void;
}) {
  const { store, passwords, setup, clock, ids } = site;
  const limit = createLoginLimit(clock);
  /** Until when logins hold on the clock that never steps, and when their use was last written. */
  const held = new Map<string, { idleUntil: number; endsAt: number; notedAt: number }>();
  const tokensNotedAt = new Map<string, number>();
  let anybody = store.countPeople() > 0;

  return {
    /** Somebody is set up: from then on everybody has to prove who they are. */
    anybody: (): boolean => anybody,
    setupIsOpen: (): boolean => setup.read() !== null,

    /** Makes the first admin, or gives back to one who has lost the password; closes setup. */
    async setUp(given: { code: string; name: string; password: string }, address: string): Promise<LoggedIn> {
      wait(address, 'setup');
      if (setup.read() === null) throw new Denied('closed', closedWords);
      if (!setup.isRight(given.code)) {
        limit.failed(address, 'setup');
        throw new Denied('wrong', 'This is not the setup code. On the machine itself, busbar setup-code prints it.');
      }
      refuseWeak(given.password, given.name);
      const password = await passwords.hash(given.password);
      // Somebody else may have been faster meanwhile.
      if (!setup.isRight(given.code)) throw new Denied('closed', closedWords);
      const known = store.personNamed(given.name);
      const id = known?.id ?? ids.uuid();
      if (known === null) store.addPerson({ id, name: given.name, role: 'admin', password, at: clock.now() });
      else {
        store.setPassword(id, password);
        store.changePerson(id, { role: 'admin', disabled: false });
        endAll(id, null);
      }
      setup.close();
      anybody = true;
      site.settled?.();
      return begin(id, address);
    },

    async logIn(given: { name: string; password: string }, address: string): Promise<LoggedIn> {
      const key = nameKey(given.name);
      wait(address, key);
      const known = store.personNamed(given.name);
      const right = await passwords.matches(given.password, known === null || known.disabled ? null : known.password);
      if (!right || known === null) {
        limit.failed(address, key);
        throw new Denied('wrong', 'The name or the password is wrong.');
      }
      const outdated = passwords.isOutdated(known.password);
      const renewed = outdated ? await passwords.hash(given.password) : null;
      // Hashing takes a while: somebody may have been shut out, or got a new password, meanwhile.
      const now = store.person(known.id);
      if (now === null || now.disabled || now.password !== known.password) {
        throw new Denied('wrong', 'The name or the password is wrong.');
      }
      limit.succeeded(address, key);
      if (renewed !== null) store.setPassword(known.id, renewed);
      return begin(known.id, address);
    },

    /** Whose login this is; null where it is over, or never was. */
    byLogin(secret: string): Extract<Actor, { kind: 'person' }> | null {
      const session = store.sessionBy(hashOf(secret));
      if (session === null || !holds(session, true)) return null;
      const known = store.person(session.personId);
      if (known === null || known.disabled) return null;
      const { password: _, ...person } = known;
      return { kind: 'person', name: person.name, scope: person.role, person, sessionId: session.id };
    },

    byToken(secret: string): Extract<Actor, { kind: 'token' }> | null {
      const token = secret.startsWith(TOKEN_PREFIX) ? store.tokenBy(hashOf(secret)) : null;
      if (token === null || isOver(token.expiresAt)) return null;
      const now = clock.monotonic();
      if (now - (tokensNotedAt.get(token.id) ?? Number.NEGATIVE_INFINITY) >= NOTE_EVERY_MS) {
        tokensNotedAt.set(token.id, now);
        store.tokenUsed(token.id, clock.now());
      }
      return { kind: 'token', name: token.name, scope: token.scope, tokenId: token.id };
    },

    sessions: (): LoginSession[] => store.sessions().filter((session) => holds(session, false)),
    endSession(id: string): boolean {
      const ended = store.endSession(id);
      forget(id);
      return ended;
    },
    /** Whether what was allowed to somebody a while ago still is: for answers that take long. */
    mayGoOn(actor: Actor): boolean {
      if (actor.kind === 'local') return !anybody;
      if (actor.kind === 'token')
        return store.tokens().some(({ id, expiresAt }) => id === actor.tokenId && !isOver(expiresAt));
      if (actor.kind !== 'person') return false;
      const of = held.get(actor.sessionId);
      const now = clock.monotonic();
      return of !== undefined && now < of.idleUntil && now < of.endsAt;
    },

    people: () => store.people(),
    /** As the person of this name is written; null where there is none. */
    nameOf: (name: string): string | null => store.personNamed(name)?.name ?? null,
    person(id: string): Person {
      const { password: _, ...person } = known(id);
      return person;
    },
    async add({ name, role, password }: { name: string; role: Role; password: string }): Promise<Person> {
      if (store.countPeople() >= MAX_PEOPLE) throw new Denied('conflict', `There are ${MAX_PEOPLE} people already.`);
      refuseWeak(password, name);
      const hash = await passwords.hash(password);
      if (store.personNamed(name) !== null) throw new Denied('conflict', `There is somebody called ${name} already.`);
      const id = ids.uuid();
      store.addPerson({ id, name, role, password: hash, at: clock.now() });
      return this.person(id);
    },
    change(id: string, to: { role?: Role; disabled?: boolean }): Person {
      const before = known(id);
      const after = { role: to.role ?? before.role, disabled: to.disabled ?? before.disabled };
      if (isLastAdmin(before) && (after.role !== 'admin' || after.disabled)) throw lastAdmin();
      store.changePerson(id, after);
      if (after.disabled || after.role !== before.role) endAll(id, null);
      return this.person(id);
    },
    /** Ends all other logins of this person. */
    async setPassword(id: string, password: string, keep: string | null): Promise<void> {
      const { name } = known(id);
      refuseWeak(password, name);
      store.setPassword(id, await passwords.hash(password));
      endAll(id, keep);
    },
    /** For one who changes the own password: the old one has to be right. */
    async prove(id: string, password: string, address: string): Promise<void> {
      const { name, password: hash } = known(id);
      const key = nameKey(name);
      wait(address, key);
      if (await passwords.matches(password, hash)) return;
      limit.failed(address, key);
      throw new Denied('wrong', 'The present password is wrong.');
    },
    remove(id: string): void {
      if (isLastAdmin(known(id))) throw lastAdmin();
      endAll(id, null);
      store.removePerson(id);
    },

    tokens: (): ApiToken[] => store.tokens(),
    /** The secret is told this once. */
    addToken(of: { name: string; scope: TokenScope; expiresAt: Instant | null; createdBy: string }): {
      id: string;
      secret: string;
    } {
      const tokens = store.tokens();
      if (tokens.length >= MAX_TOKENS) throw new Denied('conflict', `There are ${MAX_TOKENS} tokens already.`);
      if (tokens.some(({ name }) => name === of.name)) {
        throw new Denied('conflict', `There is a token called ${of.name} already.`);
      }
      const secret = `${TOKEN_PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
      const id = ids.uuid();
      store.addToken({ ...of, id, hash: hashOf(secret), at: clock.now() });
      return { id, secret };
    },
    removeToken: (id: string): boolean => store.removeToken(id),
  };

  function known(id: string) {
    const person = store.person(id);
    if (person === null) throw new Denied('unknown', 'There is no such person.');
    return person;
  }

  function isLastAdmin({ role, disabled }: Person): boolean {
    return role === 'admin' && !disabled && store.countAdmins() === 1;
  }

  function isOver(expiresAt: Instant | null): boolean {
    return expiresAt !== null && expiresAt <= clock.now();
  }

  function wait(address: string, key: string): void {
    const waitS = limit.waitS(address, key);
    if (waitS > 0) throw new Denied('wait', `Too many failures. Try again in ${waitS} s.`, waitS);
  }

  function begin(personId: string, address: string): LoggedIn {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const id = ids.uuid();
    store.beginSession({ id, hash: hashOf(secret), personId, address, at: clock.now() });
    const now = clock.monotonic();
    held.set(id, { idleUntil: now + IDLE_MS, endsAt: now + LONGEST_MS, notedAt: now });
    // One too many has ended the oldest.
    const going = new Set(store.sessions().map((session) => session.id));
    for (const known of held.keys()) if (!going.has(known)) forget(known);
    const { password: _, ...person } = known(personId);
    return { secret, person };
  }

  /** Whether it goes on. What the wall clock says counts once, when this process first sees it: the clock may step. */
  function holds(session: LoginSession, uses: boolean): boolean {
    const now = clock.monotonic();
    let of = held.get(session.id);
    if (of === undefined) {
      const idleMs = within(clock.now() - session.lastUsedAt, IDLE_MS);
      const oldMs = within(clock.now() - session.startedAt, LONGEST_MS);
      of = { idleUntil: now + IDLE_MS - idleMs, endsAt: now + LONGEST_MS - oldMs, notedAt: now };
      held.set(session.id, of);
    }
    if (now >= of.idleUntil || now >= of.endsAt) {
      store.endSession(session.id);
      forget(session.id);
      return false;
    }
    if (!uses) return true;
    of.idleUntil = now + IDLE_MS;
    if (now - of.notedAt >= NOTE_EVERY_MS) {
      of.notedAt = now;
      store.sessionUsed(session.id, instant(clock.now()));
    }
    return true;
  }

  function endAll(personId: string, but: string | null): void {
    const ended = store.sessions().filter((session) => session.personId === personId && session.id !== but);
    store.endSessionsOf(personId, but);
    for (const { id } of ended) forget(id);
  }

  function forget(sessionId: string): void {
    held.delete(sessionId);
  }
}

const closedWords =
  'Setup is closed: there is an admin. Who has lost the password opens it again on the machine itself: busbar setup-code --reset.';

const lastAdmin = (): Denied => new Denied('conflict', 'This is the last admin; make another one first.');

/** A secret of 256 random bits needs no slow hash. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const within = (ms: number, most: number): number => Math.min(Math.max(ms, 0), most);

function refuseWeak(password: string, name: string): void {
  const { least, most } = PASSWORD_LENGTH;
  const length = [...password].length;
  if (length < least || length > most) {
    throw new Denied('weak', `A password has ${least} to ${most} characters, and this one ${length}.`);
  }
  if (nameKey(password).includes(nameKey(name)) && [...name].length >= 3) {
    throw new Denied('weak', 'The password contains the name.');
  }
  if (new Set(password).size < 4) throw new Denied('weak', 'The password has fewer than four different characters.');
}
