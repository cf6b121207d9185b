import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant } from '../../src/domain/units.ts';
import { COST, createPasswords } from '../../src/people/passwords.ts';
import { createPeople } from '../../src/people/people.ts';
import { setupCodeIn } from '../../src/people/setup-code.ts';
import { type Database, openStore } from '../../src/store/database.ts';
import { createPeopleStore } from '../../src/store/people.ts';
import { createManualClock, NOON } from '../support/manual-clock.ts';

const HOUR = 3_600_000;
const good = 'correct horse battery';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-people-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A clock whose wall time can step. */
function steppable() {
  const clock = createManualClock();
  let aheadMs = 0;
  return {
    ...clock,
    now: () => instant(clock.now() + aheadMs),
    step: (ms: number) => {
      aheadMs += ms;
    },
  };
}

let count = 0;
function house(change: { database?: Database; clock?: ReturnType<typeof steppable>; cost?: typeof COST } = {}) {
  const clock = change.clock ?? steppable();
  const database = change.database ?? openStore(':memory:', { now: NOON, newId: () => 'epoch' }).database;
  const setup = setupCodeIn(join(folder, `code-${++count}`));
  const passwords = createPasswords(change.cost ?? { n: 16, r: 1, p: 1 });
  let ids = 0;
  const uuid = (): string => `${count}-${++ids}`;
  const people = createPeople({ store: createPeopleStore(database), passwords, setup, clock, ids: { uuid } });
  return { people, clock, database, setup };
}

async function withAdmin(change: Parameters<typeof house>[0] = {}) {
  const all = house(change);
  const { secret, person } = await all.people.setUp({ code: all.setup.open(), name: 'Ann', password: good }, 'here');
  return { ...all, secret, ann: person };
}

describe('setup', () => {
  it('makes the first admin with the code, once', async () => {
    const { people, setup } = house();
    const first = { name: 'Ann', password: good };
    await expect(people.setUp({ ...first, code: 'any' }, 'here')).rejects.toMatchObject({ why: 'closed' });
    const code = setup.open();
    expect(code).toMatch(/^([0-9A-Z]{4}-){4}[0-9A-Z]{4}$/);
    await expect(people.setUp({ ...first, code: 'AAAA-AAAA' }, 'here')).rejects.toMatchObject({ why: 'wrong' });
    await expect(people.setUp({ code, name: 'Ann', password: 'short' }, 'here')).rejects.toMatchObject({ why: 'weak' });
    expect(people.anybody()).toBe(false);
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    const { secret, person } = await people.setUp({ ...first, code: typed }, 'here');
    expect(person).toMatchObject({ name: 'Ann', role: 'admin' });
    expect(people.byLogin(secret)).toMatchObject({ name: 'Ann', scope: 'admin' });
    expect([people.anybody(), people.setupIsOpen()]).toEqual([true, false]);
    await expect(people.setUp({ ...first, code }, 'here')).rejects.toMatchObject({ why: 'closed' });
  });

  it('of two at the same time one wins', async () => {
    const { people, setup } = house();
    const code = setup.open();
    const both = ['Ann', 'Bob'].map((name) => people.setUp({ code, name, password: good }, 'here'));
    const ended = await Promise.allSettled(both);
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(people.people()).toHaveLength(1);
  });

  it('is opened again for a lost password, which ends the old logins', async () => {
    const { people, setup, secret, ann } = await withAdmin();
    await people.setUp({ code: setup.open(), name: 'ann', password: 'another long one' }, 'here');
    expect(people.byLogin(secret)).toBeNull();
    expect(people.people()).toMatchObject([{ id: ann.id, name: 'Ann', role: 'admin' }]);
    await expect(people.logIn({ name: 'Ann', password: good }, 'here')).rejects.toMatchObject({ why: 'wrong' });
  });

  it('keeps its code where only the owner of this machine can read it', () => {
    const { setup } = house();
    const code = setup.open();
    const file = join(folder, `code-${count}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim()).toBe(code);
    expect(setup.open()).not.toBe(code);
  });
});

describe('a login', () => {
  it('is told apart from a wrong one by the password alone, whatever the case of the name', async () => {
    const { people } = await withAdmin();
    expect((await people.logIn({ name: 'ANN', password: good }, 'here')).person.name).toBe('Ann');
    const wrong = people.logIn({ name: 'Ann', password: `${good}!` }, 'here');
    const nobody = people.logIn({ name: 'Eve', password: good }, 'here');
    const [a, b] = await Promise.allSettled([wrong, nobody]);
    expect(a).toEqual(b);
  });

  it('ends after 8 hours without use, and after 7 days', async () => {
    const { people, clock, secret } = await withAdmin();
    for (let hours = 0; hours < 7 * 24 - 7; hours += 7) {
      expect(people.byLogin(secret)).not.toBeNull();
      clock.advance(7 * HOUR);
    }
    expect(people.byLogin(secret)).not.toBeNull();
    clock.advance(7 * HOUR);
    expect(people.byLogin(secret)).toBeNull();
    const { secret: second } = await people.logIn({ name: 'Ann', password: good }, 'here');
    clock.advance(8 * HOUR);
    expect(people.byLogin(second)).toBeNull();
  });

  it('neither ends nor goes on for ever when the clock of this machine steps', async () => {
    const { people, clock, secret, database } = await withAdmin();
    clock.step(365 * 24 * HOUR);
    expect(people.byLogin(secret)).not.toBeNull();
    clock.step(-3 * 365 * 24 * HOUR);
    expect(people.byLogin(secret)).not.toBeNull();
    // A new process sees a login of the future: it has 8 hours, as any that was just used.
    const again = house({ database, clock });
    expect(again.people.byLogin(secret)).not.toBeNull();
    clock.advance(8 * HOUR);
    expect(again.people.byLogin(secret)).toBeNull();
  });

  it('goes on over a restart of the process', async () => {
    const { clock, database, secret } = await withAdmin();
    clock.advance(HOUR);
    expect(house({ database, clock }).people.byLogin(secret)).toMatchObject({ name: 'Ann' });
  });

  it('ends with a new password, a new role, and being shut out or removed', async () => {
    const { people } = await withAdmin();
    const bob = await people.add({ name: 'Bob', role: 'operator', password: good });
    const logIn = async (password = good): Promise<string> =>
      (await people.logIn({ name: 'Bob', password }, 'here')).secret;

    const [kept, other] = [await logIn(), await logIn()];
    const own = people.byLogin(kept);
    await people.setPassword(bob.id, 'a new long password', own?.sessionId ?? '');
    expect([people.byLogin(kept), people.byLogin(other)]).toEqual([expect.anything(), null]);
    expect(own !== null && people.mayGoOn(own)).toBe(true);
    people.change(bob.id, { role: 'viewer' });
    expect(people.byLogin(kept)).toBeNull();
    expect(own !== null && people.mayGoOn(own)).toBe(false);
    const third = await logIn('a new long password');
    people.change(bob.id, { disabled: true });
    expect(people.byLogin(third)).toBeNull();
    await expect(logIn('a new long password')).rejects.toMatchObject({ why: 'wrong' });
    people.change(bob.id, { disabled: false });
    const fourth = await logIn('a new long password');
    people.remove(bob.id);
    expect(people.byLogin(fourth)).toBeNull();
  });

  it('waits longer with each failure, and an address that knows the name waits for itself alone', async () => {
    const { people, clock } = await withAdmin();
    await people.logIn({ name: 'Ann', password: good }, 'office');
    const guess = (from: string) => people.logIn({ name: 'Ann', password: 'not this one' }, from);
    for (let times = 0; times < 6; times++) await expect(guess('thief')).rejects.toMatchObject({ why: 'wrong' });
    await expect(guess('thief')).rejects.toMatchObject({ why: 'wait', waitS: 1 });
    // From elsewhere the name has to wait as well, and never for long.
    await expect(people.logIn({ name: 'Ann', password: good }, 'hotel')).rejects.toMatchObject({ why: 'wait' });
    expect((await people.logIn({ name: 'Ann', password: good }, 'office')).person.name).toBe('Ann');
    for (let times = 0; times < 20; times++) {
      clock.advance(HOUR / 4);
      await guess('thief').catch(() => undefined);
    }
    await expect(guess('thief')).rejects.toMatchObject({ why: 'wait', waitS: 900 });
    clock.advance(30_000);
    expect((await people.logIn({ name: 'Ann', password: good }, 'hotel')).person.name).toBe('Ann');
  });
});

describe('the last admin', () => {
  it('can not be removed, shut out or made less', async () => {
    const { people, ann } = await withAdmin();
    for (const change of [{ role: 'viewer' }, { disabled: true }] as const) {
      expect(() => people.change(ann.id, change)).toThrow('last admin');
    }
    expect(() => people.remove(ann.id)).toThrow('last admin');
    const bob = await people.add({ name: 'Bob', role: 'admin', password: good });
    people.remove(ann.id);
    expect(() => people.remove(bob.id)).toThrow('last admin');
  });
});

describe('an API token', () => {
  it('is good until it is over or ended, and its secret is nowhere kept', async () => {
    const { people, clock, database } = await withAdmin();
    const of = { scope: 'viewer', createdBy: 'Ann' } as const;
    const { id, secret } = people.addToken({ ...of, name: 'backend', expiresAt: instant(clock.now() + HOUR) });
    expect(secret).toMatch(/^bb_[\w-]{43}$/);
    expect(people.byToken(secret)).toMatchObject({ name: 'backend', scope: 'viewer' });
    expect(() => people.addToken({ ...of, name: 'backend', expiresAt: null })).toThrow('already');
    expect(JSON.stringify(database.prepare('SELECT * FROM api_tokens').all())).not.toContain(secret);
    clock.advance(HOUR);
    expect(people.byToken(secret)).toBeNull();
    const forever = people.addToken({ ...of, name: 'other', expiresAt: null });
    expect(people.removeToken(forever.id)).toBe(true);
    expect(people.byToken(forever.secret)).toBeNull();
    expect(people.removeToken(id)).toBe(true);
    expect(people.byToken('bb_')).toBeNull();
  });
});

describe('passwords', () => {
  it.each([
    ['too short', 'nine char'],
    ['the name in it', 'xx-ann-xx-12'],
    ['one letter', 'aaaaaaaaaaaa'],
    ['too long', `ab12${'x'.repeat(200)}`],
  ])('are refused with %s', async (_what, password) => {
    const { people, ann } = await withAdmin();
    await expect(people.setPassword(ann.id, password, null)).rejects.toMatchObject({ why: 'weak' });
  });

  it('are hashed at the cost of today, and again when it has grown', async () => {
    const { people, database } = await withAdmin();
    const hash = () => database.prepare('SELECT password FROM people').pluck().get() as string;
    expect(hash()).toMatch(/^\$scrypt\$ln=4,r=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    await people.logIn({ name: 'Ann', password: good }, 'here');
    expect(hash()).toContain('ln=4');
    const dearer = house({ database, cost: { n: 32, r: 1, p: 1 } });
    await dearer.people.logIn({ name: 'Ann', password: good }, 'here');
    expect(hash()).toContain('ln=5');
  });

  it('cost what platform hardware can bear, two at once and no queue without end', async () => {
    expect(COST).toEqual({ n: 32_768, r: 8, p: 1 });
    const { matches } = createPasswords({ n: 1_024, r: 8, p: 1 });
    const many = await Promise.allSettled(Array.from({ length: 30 }, () => matches('x', null)));
    const refused = many.filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(12);
    expect(await matches('x', null)).toBe(false);
  });
});

describe('while a password is being hashed', () => {
  it('who is shut out, or gets a new password, is not let in by the old one', async () => {
    const { people, ann } = await withAdmin();
    const bob = await people.add({ name: 'Bob', role: 'operator', password: good });
    const late = people.logIn({ name: 'Bob', password: good }, 'there');
    people.change(bob.id, { disabled: true });
    await expect(late).rejects.toMatchObject({ why: 'wrong' });
    people.change(bob.id, { disabled: false });
    expect(people.sessions().map(({ personId }) => personId)).toEqual([ann.id]);
  });

  it('a hash at a new cost does not bring the old password back', async () => {
    const { people, ann, database } = await withAdmin();
    const costlier = house({ database, cost: { n: 32, r: 1, p: 1 } });
    const late = costlier.people.logIn({ name: 'Ann', password: good }, 'there');
    const next = await createPasswords({ n: 16, r: 1, p: 1 }).hash('another good one');
    createPeopleStore(database).setPassword(ann.id, next);
    await expect(late).rejects.toMatchObject({ why: 'wrong' });
    expect(createPeopleStore(database).person(ann.id)?.password).toBe(next);
    expect(people.sessions()).toHaveLength(1);
  });
});

it('a login that one too many has ended may not go on', async () => {
  const { people, clock, secret } = await withAdmin();
  const first = people.byLogin(secret);
  for (let n = 0; n < 20; n++) {
    clock.advance(1_000);
    await people.logIn({ name: 'Ann', password: good }, 'here');
  }
  expect(people.byLogin(secret)).toBeNull();
  expect(first !== null && people.mayGoOn(first)).toBe(false);
});
