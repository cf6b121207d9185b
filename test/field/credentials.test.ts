/** Passwords of charge points as they are really sent (field observations Q2 and Q8), and OCPP-J §6.2. */

import { afterEach, describe, expect, it } from 'vitest';
import { openDoor } from '../../src/central-system/handler.ts';
import { connect, refusedStatus, UpgradeRefused } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';

let site: TestSite;
afterEach(() => site.stop());

describe('Q2 wrong passwords', () => {
  it('Q2 a charge point that retries a wrong password for ever is turned away cheaply, and alone', async () => {
    site = await startSite({
      passwords: new Map([
        ['CP1', Buffer.from('right')],
        ['CP2', Buffer.from('right')],
      ]),
    });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 14; attempt += 1) {
      statuses.push(await refusedStatus(site.url, 'CP1', { password: 'wrong' }));
    }
    expect(statuses.slice(0, 10)).toEqual(new Array(10).fill(401));
    expect(statuses.slice(10)).toEqual(new Array(4).fill(429));
    const other = await connect(site.url, 'CP2', { password: 'right' });
    expect(await other.boot()).toMatchObject({ status: 'Accepted' });
  });

  it('Q2 only failures count: a charge point with the right password may connect as often as it likes', async () => {
    site = await startSite({ passwords: new Map([['CP1', Buffer.from('right')]]) });
    for (let attempt = 0; attempt < 15; attempt += 1) {
      const charger = await connect(site.url, 'CP1', { password: 'right' });
      await charger.close();
    }
  });

  it('a 401 names Basic authentication', async () => {
    site = await startSite({ passwords: new Map([['CP1', Buffer.from('right')]]) });
    const refusal = await connect(site.url, 'CP1').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UpgradeRefused);
    expect(refusal).toMatchObject({ status: 401, headers: { 'www-authenticate': expect.stringMatching(/^Basic /) } });
  });
});

describe('Q8 passwords are bytes', () => {
  const hex = 'abcdef00112233445566778899aabbccddeeff00';

  it('Q8 the bytes that a hex key stands for, its text in any case: one key, three ways of sending it', async () => {
    site = await startSite({ passwords: new Map([['CP1', Buffer.from(hex)]]) });
    for (const password of [Buffer.from(hex, 'hex'), hex, hex.toUpperCase()]) {
      const charger = await connect(site.url, 'CP1', { password });
      await charger.close();
    }
    expect(await refusedStatus(site.url, 'CP1', { password: hex.slice(0, -2) })).toBe(401);
    expect(await refusedStatus(site.url, 'CP1', { password: Buffer.from(hex.replace('ab', 'ac'), 'hex') })).toBe(401);
  });

  it('Q8 a password that is no UTF-8 is compared as bytes', async () => {
    site = await startSite({ passwords: new Map([['CP1', Buffer.from([0xab, 0xcd, 0xef])]]) });
    await connect(site.url, 'CP1', { password: Buffer.from([0xab, 0xcd, 0xef]) });
    expect(await refusedStatus(site.url, 'CP1', { password: Buffer.from([0xab, 0xcd, 0xee]) })).toBe(401);
    expect(await refusedStatus(site.url, 'CP1', { password: '\ufffd\ufffd\ufffd' })).toBe(401);
  });

  it('Q8 the header is split at its first colon only', async () => {
    site = await startSite({ passwords: new Map([['CP1', Buffer.from('a:b:c')]]) });
    await connect(site.url, 'CP1', { password: 'a:b:c' });
  });

  it('Q8 a password is sent where none is needed', async () => {
    site = await startSite();
    const charger = await connect(site.url, 'CP1', { password: Buffer.from([0xab, 0xcd, 0xef]) });
    expect(await charger.boot()).toMatchObject({ status: 'Accepted' });
  });

  it('the user name must be the charge point id', async () => {
    site = await startSite({ passwords: new Map([['CP1', Buffer.from('secret')]]) });
    expect(await refusedStatus(site.url, 'CP1', { user: 'CP2', password: 'secret' })).toBe(401);
  });

  it('where passwords are needed, a charge point without a configured one is not let in', async () => {
    site = await startSite({
      policy: { security: { ...openDoor, least: 1 } },
      passwords: new Map([['CP1', Buffer.from('secret')]]),
    });
    expect(await refusedStatus(site.url, 'CP2', { password: 'secret' })).toBe(401);
    await connect(site.url, 'CP1', { password: 'secret' });
  });
});
