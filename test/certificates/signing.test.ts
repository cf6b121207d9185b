import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openDoor } from '../../src/central-system/handler.ts';
import { type Authority, openAuthority } from '../../src/certificates/authority.ts';
import { createSigning, type Signing } from '../../src/certificates/signing.ts';
import { instant } from '../../src/domain/units.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createPki, type Pki } from '../support/certificates.ts';
import { type ChargePoint, connect } from '../support/charge-point.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { startSite, type TestSite } from '../support/site.ts';

/** From a request to what becomes of it; charge points are played, requests and foreign signatures are openssl's. */

let folder: string;
let pki: Pki;
let authority: Authority;
let site: TestSite;
let signing: Signing | null = null;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-signing-'));
  pki = createPki();
  pki.authority('operator');
  authority = await openAuthority({ folder, name: 'Depot', given: null, nowMs: Date.now() });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  pki.remove();
});
afterEach(async () => {
  signing?.close();
  signing = null;
  await site.stop();
});

const password = 'a-good-password-1';

async function start(approval: 'known' | 'ask', by: Authority | null = authority): Promise<ChargePoint> {
  site = await startSite({
    policy: { security: { ...openDoor, signs: true, certificateNames: new Map([['CP1', 'SN-1']]) } },
    passwords: new Map([['CP1', Buffer.from(password)]]),
  });
  open(approval, by);
  return enter();
}

function open(approval: 'known' | 'ask', by: Authority | null = authority): void {
  signing = createSigning({
    controller: site.controller,
    authority: () => by,
    rules: { approval, organization: 'Acme', days: 365, names: new Map([['CP1', 'SN-1']]) },
    clock: systemClock,
    log: createKeptLog(),
  });
}

async function enter(id = 'CP1'): Promise<ChargePoint> {
  const charger = await connect(site.url, id, id === 'CP1' ? { password } : {});
  await charger.boot();
  return charger;
}

let requests = 0;
const request = (subject = '/O=Acme/CN=SN-1', key: 'ec' | 'rsa' | 'rsa-1024' = 'ec') => ({
  csr: pki.request(`r${++requests}`, subject, key),
});
const stateOf = (id = 'CP1') => site.controller.reader.signingRequest(id)?.state ?? null;
const certificates = () =>
  site.controller.reader.issuedCertificates().map(({ chargePointId, state }) => [chargePointId, state]);
const isAlert = (id = 'CP1') => site.controller.reader.isAlertOpen(`certificate:${id}`);

async function taken(charger: ChargePoint, status = 'Accepted'): Promise<string> {
  const call = await charger.nextCall('CertificateSigned');
  call.answer({ status });
  await signing?.settled('CP1');
  return String(call.payload.certificateChain);
}

it('one that has proved who it is gets its certificate at once, and may say no', async () => {
  const charger = await start('known');
  expect(await charger.ask('SignCertificate', request())).toEqual({ status: 'Accepted' });
  const certificate = new X509Certificate(await taken(charger));
  expect(certificate.subject).toBe('O=Acme\nCN=SN-1');
  expect([stateOf(), certificates(), isAlert()]).toEqual(['signed', [['CP1', 'installed']], false]);

  await charger.ask('SignCertificate', request());
  await taken(charger, 'Rejected');
  expect(
    certificates()
      .map(([, state]) => state)
      .sort(),
  ).toEqual(['installed', 'refused']);
  expect(isAlert()).toBe(true);
});

it('one that has proved nothing has to be approved by a person, and so has each where it is so', async () => {
  const known = await start('known');
  const stranger = await enter('CP2');
  expect(await stranger.ask('SignCertificate', request('/O=Acme/CN=CP2'))).toEqual({ status: 'Accepted' });
  await signing?.settled('CP2');
  expect([stateOf('CP2'), isAlert('CP2'), certificates()]).toEqual(['waiting', true, []]);
  expect(await signing?.decide('CP2', 'approved')).toBe(true);
  const call = await stranger.nextCall('CertificateSigned');
  call.answer({ status: 'Accepted' });
  await signing?.settled('CP2');
  expect([stateOf('CP2'), isAlert('CP2'), certificates()]).toEqual(['signed', false, [['CP2', 'installed']]]);
  expect(await signing?.decide('CP2', 'approved')).toBe(false);
  known.crash();
});

it.each([
  ['for another', '/O=Acme/CN=SN-2', 'ec'],
  ['of another organization', '/O=Other/CN=SN-1', 'ec'],
  ['of no organization', '/CN=SN-1', 'ec'],
  ['with two names', '/O=Acme/CN=SN-1/CN=gateway.example', 'ec'],
  ['with a weak key', '/O=Acme/CN=SN-1', 'rsa-1024'],
] as const)('a request %s is refused, with an alert that says why', async (_what, subject, key) => {
  const charger = await start('known');
  expect(await charger.ask('SignCertificate', request(subject, key))).toEqual({ status: 'Accepted' });
  await signing?.settled('CP1');
  expect([stateOf(), certificates(), isAlert()]).toEqual(['refused', [], true]);
  expect(site.controller.reader.signingRequest('CP1')?.why).toMatch(/\.$/);
  // Not again at once, whoever is to blame.
  expect(await charger.ask('SignCertificate', request())).toEqual({ status: 'Rejected' });
});

it('what is no request at all is refused as well', async () => {
  const charger = await start('known');
  await charger.ask('SignCertificate', { csr: 'nonsense' });
  await signing?.settled('CP1');
  expect(stateOf()).toBe('refused');
});

it('goes on where a crash has left it, and waits for a charge point that is away', async () => {
  const charger = await start('ask');
  await charger.ask('SignCertificate', request());
  await signing?.settled('CP1');
  signing?.close();
  charger.crash();
  // Approved, and then the process ended.
  const at = systemClock.now();
  const event = { type: 'signing-decided', chargePointId: 'CP1', state: 'approved', why: null, at } as const;
  await site.controller.execute({ type: 'note-certificate', event });
  expect(stateOf()).toBe('approved');

  open('ask');
  await signing?.settled('CP1');
  expect([stateOf(), certificates()]).toEqual(['signed', [['CP1', 'issued']]]);
  const back = await enter();
  await taken(back);
  expect(certificates()).toEqual([['CP1', 'installed']]);
});

it('what somebody else has signed is handed over, if it is for the key that was asked with', async () => {
  const charger = await start('known', null);
  await charger.ask('SignCertificate', request());
  const asked = `r${requests}`;
  await signing?.settled('CP1');
  expect([stateOf(), isAlert()]).toEqual(['waiting', true]);
  pki.certificate('other', { subject: '/O=Acme/CN=SN-1', for: 'client' });
  expect(await signing?.handOver('CP1', pki.read('other.pem'))).toContain('not for the key');
  expect(await signing?.handOver('CP1', 'nonsense')).toContain('no certificate');
  expect(await signing?.handOver('CP9', pki.read('other.pem'))).toContain('asked for no');
  const handed = signing?.handOver('CP1', pki.sign(asked, 'client'));
  const call = await charger.nextCall('CertificateSigned');
  call.answer({ status: 'Accepted' });
  expect(await handed).toBeNull();
  expect([stateOf(), certificates(), isAlert()]).toEqual(['signed', [['CP1', 'installed']], false]);
});

it('sends the leaf alone to a charge point that takes no longer chain, and ten an hour at most', async () => {
  const charger = await start('known');
  const key = { key: 'CertificateSignedMaxChainSize', readonly: true, value: '900' };
  const read = site.controller.execute({
    type: 'operate',
    chargePointId: 'CP1',
    action: 'GetConfiguration',
    payload: {},
  });
  (await charger.nextCall('GetConfiguration')).answer({ configurationKey: [key] });
  await read;
  for (let times = 0; times < 10; times++) {
    expect(await charger.ask('SignCertificate', request())).toEqual({ status: 'Accepted' });
    const chain = await taken(charger);
    expect(chain.match(/BEGIN/g)).toHaveLength(1);
  }
  expect(await charger.ask('SignCertificate', request())).toEqual({ status: 'Rejected' });
});

it('what was refused, or asked anew, while it was being signed is not issued', async () => {
  let begun = () => {};
  let goOn = () => {};
  const reached = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const slow: Authority = {
    ...authority,
    signChargePoint: async (of) => {
      begun();
      await held;
      return authority.signChargePoint(of);
    },
  };
  const charger = await start('known', slow);
  await charger.ask('SignCertificate', request());
  await reached;
  expect(await signing?.decide('CP1', 'refused')).toBe(true);
  goOn();
  await signing?.settled('CP1');
  expect([stateOf(), certificates()]).toEqual(['refused', []]);
});

it('a revoked certificate is remembered until it is over, however many come after it', async () => {
  await start('ask');
  const at = systemClock.now();
  const issue = (fingerprint: string, n: number) =>
    site.controller.execute({
      type: 'note-certificate',
      event: {
        type: 'certificate-issued',
        chargePointId: 'CP1',
        fingerprint,
        serial: '1',
        subject: 'CN=SN-1',
        notBefore: at,
        notAfter: instant(at + 1_000_000),
        chain: '',
        at: instant(at + n),
      },
    });
  await issue('stolen', 0);
  const event = { type: 'certificate-revoked', chargePointId: 'CP1', fingerprint: 'stolen', at } as const;
  await site.controller.execute({ type: 'note-certificate', event });
  for (let n = 1; n <= 21; n++) await issue(`later-${n}`, n);
  expect(site.controller.reader.issuedCertificate('stolen')?.state).toBe('revoked');
});

it('signs no name that another charge point bears, whatever one says of itself', async () => {
  const charger = await start('ask');
  const thief = await connect(site.url, 'CP2', {});
  await thief.boot({ chargePointVendor: 'V', chargePointModel: 'M', chargePointSerialNumber: 'sn-1' });
  await thief.ask('SignCertificate', request('/O=Acme/CN=sn-1'));
  await signing?.settled('CP2');
  expect(site.controller.reader.signingRequest('CP2')).toMatchObject({
    state: 'refused',
    why: expect.stringContaining('"CP1"'),
  });
  await signing?.decide('CP2', 'approved');
  await signing?.settled('CP2');
  expect([stateOf('CP2'), certificates()]).toEqual(['refused', []]);
  charger.crash();
});
