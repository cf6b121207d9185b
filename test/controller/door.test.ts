import { describe, expect, it } from 'vitest';
import { openDoor, type SecurityPolicy } from '../../src/central-system/handler.ts';
import type { ClientCertificate, Transport } from '../../src/domain/security-profile.ts';
import { instant } from '../../src/domain/units.ts';
import { type ControlRoom, createControlRoom } from '../support/control-room.ts';
import { nameplate, registered } from '../support/things.ts';

/** The security profiles of the whitepaper, as far as they are decided at the door; TLS itself is tested with the server. */

const tls: Transport = { encrypted: true, certificate: null };
const showing = (change: Partial<ClientCertificate> = {}): Transport => ({
  encrypted: true,
  certificate: { fault: null, organization: 'Acme', commonName: 'SN-1', fingerprint: 'f'.repeat(64), ...change },
});

const password = 'secret';
const room = (
  security: Partial<SecurityPolicy> = {},
  passwords: Record<string, string> = { CP1: password },
): ControlRoom => {
  const created = createControlRoom({
    policy: { security: { ...openDoor, servesTls: true, ...security }, configured: new Set(['CP1']) },
    passwords,
  });
  created.given(registered('CP1'));
  return created;
};
const least = (profile: 0 | 1 | 2 | 3): Partial<SecurityPolicy> => ({ leastOf: new Map([['CP1', profile]]) });
const changes = (station: { calls(): unknown[][] }): unknown[][] =>
  station.calls().filter(([, action]) => action === 'ChangeConfiguration');
const alerts = (of: ControlRoom): unknown[] =>
  of.database.prepare('SELECT id FROM alerts WHERE cleared_ms IS NULL ORDER BY id').pluck().all();

describe('profile 2', () => {
  it('wants TLS before it looks at a password, and a password then', () => {
    const site = room(least(2));
    expect(site.connect('CP1', { password }).state).toMatchObject({ is: 'refused', httpStatus: 403 });
    expect(site.connect('CP1', { transport: tls }).state.httpStatus).toBe(401);
    expect(site.connect('CP1', { transport: tls, password: 'guess' }).state.httpStatus).toBe(401);
    expect(site.connect('CP1', { transport: tls, password }).state.is).toBe('open');
    expect(site.controller.lines.get('CP1')?.session?.securityProfile).toBe(2);
  });

  it('once reached is never left again, over a restart too (A05.FR.09)', () => {
    const site = room(least(1));
    site.connect('CP1', { password }).drop();
    site.connect('CP1', { transport: tls, password }).drop();
    expect(site.connect('CP1', { password }).state).toMatchObject({ is: 'refused', httpStatus: 403 });
    const again = createControlRoom({
      policy: { security: { ...openDoor, ...least(1) } },
      passwords: { CP1: password },
      database: site.database,
    });
    expect(again.connect('CP1', { password }).state.httpStatus).toBe(403);
    expect(again.connect('CP1', { transport: tls, password }).state.is).toBe('open');
  });

  it('can be left when somebody here says so', async () => {
    const site = room(least(1));
    site.connect('CP1', { transport: tls, password }).drop();
    const lower = { type: 'lower-security-profile', chargePointId: 'CP1', profile: 1 } as const;
    expect(await site.execute(lower).promise).toEqual({ kind: 'done' });
    expect(site.connect('CP1', { password }).state.is).toBe('open');
    expect(await site.execute(lower).promise).toMatchObject({ kind: 'conflict' });
  });
});

describe('profile 3', () => {
  it.each([
    ['no certificate', tls],
    ['one that is over', showing({ fault: 'is over' })],
    ['one of another charge point', showing({ commonName: 'SN-2' })],
    ['one without a name', showing({ commonName: null })],
    ['one of another organization', showing({ organization: 'Other' })],
  ])('refuses %s, whatever the password (A00.FR.403 to FR.407)', (_name, transport) => {
    const site = room({ ...least(3), organization: 'Acme', certificateNames: new Map([['CP1', 'SN-1']]) });
    expect(site.connect('CP1', { transport, password }).state).toMatchObject({ is: 'refused', httpStatus: 403 });
    expect(alerts(site)).toEqual(['refused:CP1']);
    expect(site.connect('CP1', { transport: showing() }).state.is).toBe('open');
    expect(site.controller.lines.get('CP1')?.session?.securityProfile).toBe(3);
    expect(alerts(site)).toEqual([]);
  });

  it.each([
    ['its serial number, as it reports it', 'sn-1'],
    ['its identity', 'CP1'],
  ])('takes a certificate for %s', (_name, commonName) => {
    const site = room(least(3));
    const at = site.clock.now();
    site.given({
      type: 'charge-point-booted',
      chargePointId: 'CP1',
      nameplate: nameplate({ serialNumber: 'SN-1' }),
      repeated: false,
      at,
    });
    expect(site.connect('CP1', { transport: showing({ commonName }) }).state.is).toBe('open');
  });

  it('a certificate is nobody else’s', () => {
    const site = createControlRoom({ policy: { unknownChargePoints: 'refuse', security: { ...openDoor, least: 3 } } });
    expect(site.connect('SN-9', { transport: showing({ commonName: 'SN-1' }) }).state.httpStatus).toBe(403);
    // Known to the authority, and not to us.
    expect(site.connect('SN-1', { transport: showing() }).state.httpStatus).toBe(404);
  });

  it('that was signed here is good for who asked for it alone, and not once it is revoked', () => {
    const site = room({ ...least(3), certificateNames: new Map([['CP1', 'SN-1']]) });
    const at = site.clock.now();
    const issued = (fingerprint: string, chargePointId: string): void =>
      site.given({
        type: 'certificate-issued',
        chargePointId,
        fingerprint,
        serial: '1',
        subject: 'CN=SN-1',
        notBefore: at,
        notAfter: instant(at + 1_000_000),
        chain: '',
        at,
      });
    issued('a'.repeat(64), 'CP2');
    issued('b'.repeat(64), 'CP1');
    expect(site.connect('CP1', { transport: showing({ fingerprint: 'a'.repeat(64) }) }).state.httpStatus).toBe(403);
    const own = { transport: showing({ fingerprint: 'b'.repeat(64) }) };
    const station = site.connect('CP1', own);
    expect(station.state.is).toBe('open');
    expect(site.controller.reader.issuedCertificate('b'.repeat(64))?.state).toBe('used');
    station.drop();
    site.given({ type: 'certificate-revoked', chargePointId: 'CP1', fingerprint: 'b'.repeat(64), at });
    expect(site.connect('CP1', own).state.httpStatus).toBe(403);
  });

  it('does not hold for one that comes with a password as well', () => {
    const site = room({ ...least(1), certificateNames: new Map([['CP1', 'SN-1']]) });
    site.connect('CP1', { transport: showing(), password }).drop();
    expect(site.connect('CP1', { transport: tls, password }).state.is).toBe('open');
  });
});

describe('the way up', () => {
  const upgrade = { type: 'raise-security-profile', chargePointId: 'CP1', profile: 2 } as const;

  it('what it uses still counts until it has come with the new one (A05.FR.08), and a fallback is told', async () => {
    const site = room(least(1));
    const before = site.boot('CP1', { password });
    const asked = site.execute(upgrade);
    const call = changes(before).at(-1);
    expect(call?.[2]).toEqual({ key: 'SecurityProfile', value: '2' });
    before.answer(call?.[0], { status: 'Accepted' });
    expect(await asked.promise).toMatchObject({ kind: 'answered', payload: { status: 'Accepted' } });
    before.drop();

    const fallen = site.connect('CP1', { password });
    expect(fallen.state.is).toBe('open');
    expect(alerts(site)).toEqual(['security-fallback:CP1']);
    fallen.drop();

    site.connect('CP1', { transport: tls, password }).drop();
    expect(alerts(site)).toEqual([]);
    expect(site.connect('CP1', { password }).state.httpStatus).toBe(403);
  });

  it('no message leads down again, whoever insists (A00.FR.005)', async () => {
    const site = room(least(1));
    const station = site.boot('CP1', { password });
    const payload = { key: 'SecurityProfile', value: '0' };
    const down = {
      type: 'operate',
      chargePointId: 'CP1',
      action: 'ChangeConfiguration',
      payload,
      override: true,
    } as const;
    const asked = site.execute(down);
    expect(changes(station)).toEqual([]);
    expect(await asked.promise).toMatchObject({ kind: 'conflict' });
  });

  it('a charge point that says no stays as it is', async () => {
    const site = room(least(1));
    const station = site.boot('CP1', { password });
    const asked = site.execute(upgrade);
    station.answer(changes(station).at(-1)?.[0], { status: 'Rejected' });
    expect(await asked.promise).toMatchObject({ kind: 'answered', payload: { status: 'Rejected' } });
    station.drop();
    site.connect('CP1', { password });
    expect(alerts(site)).toEqual([]);
  });

  it('is refused where it can not end well', async () => {
    const noTls = room({ ...least(1), servesTls: false });
    noTls.boot('CP1', { password });
    expect(await noTls.execute(upgrade).promise).toMatchObject({
      kind: 'conflict',
      why: expect.stringContaining('ocpp.tls'),
    });
    const noPassword = room({}, {});
    noPassword.boot('CP1');
    expect(await noPassword.execute(upgrade).promise).toMatchObject({
      kind: 'conflict',
      why: expect.stringContaining('password'),
    });
    const already = room(least(1));
    already.boot('CP1', { transport: tls, password });
    expect(await already.execute(upgrade).promise).toMatchObject({
      kind: 'conflict',
      why: expect.stringContaining('already'),
    });
  });

  it('never leads down over OCPP (A00.FR.005)', async () => {
    const site = room(least(1));
    const station = site.boot('CP1', { transport: tls, password });
    const payload = { key: 'securityprofile', value: '1' };
    const operate = { type: 'operate', chargePointId: 'CP1', action: 'ChangeConfiguration', payload } as const;
    expect(await site.execute(operate).promise).toMatchObject({
      kind: 'conflict',
      why: expect.stringContaining('forbids'),
    });
    expect(changes(station)).toEqual([]);
  });
});

it('people learn why a charge point of theirs stays out, once a minute at most', () => {
  const site = room(least(1));
  for (let times = 0; times < 3; times++) site.connect('CP1', { password: 'guess', remoteAddress: '10.0.0.7' });
  const told = site.database.prepare("SELECT text, times FROM alerts WHERE id = 'refused:CP1'").get();
  expect(told).toEqual({ text: expect.stringContaining('10.0.0.7 was refused: the user name must be'), times: 1 });
  site.connect('stranger', { password: 'guess' });
  expect(alerts(site)).toEqual(['refused:CP1']);
});
