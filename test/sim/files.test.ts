import { sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCar } from '../../src/sim/car.ts';
import { uploadAddress } from '../../src/sim/transfer.ts';
import { issueCertificate } from './certificate-maker.ts';
import { type FileServer, startFileServer } from './file-server.ts';
import {
  boot,
  central,
  charging,
  clock,
  connector,
  equip,
  type Params,
  point,
  saloon,
  send,
  status,
} from './one-session.ts';

/** Files that travel over real HTTP, told of in messages that ocpp-rpc holds against the official schemas. */

let files: FileServer;

beforeEach(async () => {
  files = await startFileServer();
});

afterEach(() => files.stop());

const told = async (action: string, ...statuses: string[]) => {
  for (const each of statuses) expect((await central.next(action)).status).toBe(each);
};
const at = (seconds: number) => new Date(clock.now() + seconds * 1000).toISOString();

it('puts a file where the address says, and adds its name where that names none', () => {
  expect(uploadAddress('http://host/in/', 'a.log')).toBe('http://host/in/a.log');
  expect(uploadAddress('http://host/in?key=1', 'a.log')).toBe('http://host/in/a.log?key=1');
  expect(uploadAddress('http://host', 'a.log')).toBe('http://host/a.log');
  expect(uploadAddress('http://host/in/theirs.zip', 'a.log')).toBe('http://host/in/theirs.zip');
  expect(uploadAddress('nonsense', 'a.log')).toBe('nonsense');
});

describe('GetDiagnostics', () => {
  it('uploads what it knows of itself, without its secrets', async () => {
    await charging();
    const gone = central.disconnected('CP 1');
    await send('ChangeConfiguration', { key: 'AuthorizationKey', value: 'not-for-anybody-else' });
    await gone;
    await central.connected('CP 1');
    const location = `${files.url.replace('//', '//depot:pass@')}/drop/`;
    expect(await send('GetDiagnostics', { location })).toEqual({ fileName: 'CP_1-diagnostics.log' });
    await told('DiagnosticsStatusNotification', 'Uploading', 'Uploaded');
    const [file] = files.received;
    expect(file?.path).toBe('/drop/CP_1-diagnostics.log');
    expect(file?.authorization).toBe(`Basic ${Buffer.from('depot:pass').toString('base64')}`);
    expect(file?.content).toContain('connector 1: Charging');
    expect(file?.content).toContain('NumberOfConnectors = 2');
    expect(file?.content).toContain('asked GetDiagnostics');
    expect(file?.content).not.toContain('not-for-anybody-else');
  });

  it('tries again as it is told to, then gives up; and has no FTP', async () => {
    await boot();
    files.refusals.push(500, 500, 500, 500);
    await send('GetDiagnostics', { location: files.url, retries: 3, retryInterval: 1 });
    await told('DiagnosticsStatusNotification', 'Uploading', 'UploadFailed');
    expect(files.refusals).toHaveLength(1);
    await send('GetDiagnostics', { location: files.url, retries: 2, retryInterval: 1 });
    await told('DiagnosticsStatusNotification', 'Uploading', 'Uploaded');
    await send('GetDiagnostics', { location: 'ftp://127.0.0.1/in', retries: 1 });
    await told('DiagnosticsStatusNotification', 'Uploading', 'UploadFailed');
  });
});

describe('GetLog', () => {
  const log = (remoteLocation: string, more: Params = {}) =>
    send('GetLog', { logType: 'SecurityLog', requestId: 7, log: { remoteLocation }, ...more });

  it('uploads the security log, or the diagnostics', async () => {
    equip({ reportsStartup: true });
    await boot();
    expect((await central.next('SecurityEventNotification')).type).toBe('StartupOfTheDevice');
    expect(await log(files.url)).toEqual({ status: 'Accepted', filename: 'CP_1-security.log' });
    expect(await central.next('LogStatusNotification')).toEqual({ status: 'Uploading', requestId: 7 });
    expect(await central.next('LogStatusNotification')).toEqual({ status: 'Uploaded', requestId: 7 });
    expect(files.received[0]?.content).toContain('StartupOfTheDevice');
    await log(files.url, { logType: 'DiagnosticsLog' });
    await told('LogStatusNotification', 'Uploading', 'Uploaded');
    expect(files.received[1]?.content).toContain('NumberOfConnectors');
    await log(files.url, { log: { remoteLocation: files.url, oldestTimestamp: at(600) } });
    await told('LogStatusNotification', 'Uploading', 'Uploaded');
    expect(files.received[2]?.content).not.toContain('StartupOfTheDevice');
  });

  it.each([
    ['the server refuses', 403, '', 'PermissionDenied'],
    ['the server fails', 500, '', 'UploadFailure'],
    ['it has no such protocol', null, 'ftp://127.0.0.1/', 'NotSupportedOperation'],
    ['the address is none', null, 'over there', 'BadMessage'],
  ])('says why it failed: %s', async (_, refusal, address, why) => {
    await boot();
    if (refusal !== null) files.refusals.push(refusal);
    await log(address === '' ? files.url : address, { retries: 1 });
    await told('LogStatusNotification', 'Uploading', why);
  });

  it('ends an upload for a newer one, and tells of the running one when triggered', async () => {
    await boot();
    files.refusals.push(500);
    await log(files.url, { retries: 2, retryInterval: 3600 });
    await told('LogStatusNotification', 'Uploading');
    await send('ExtendedTriggerMessage', { requestedMessage: 'LogStatusNotification' });
    expect(await central.next('LogStatusNotification')).toEqual({ status: 'Uploading', requestId: 7 });
    expect((await log(files.url, { requestId: 8 })).status).toBe('AcceptedCanceled');
    expect(await central.next('LogStatusNotification')).toEqual({ status: 'Uploading', requestId: 8 });
    expect(await central.next('LogStatusNotification')).toEqual({ status: 'Uploaded', requestId: 8 });
  });
});

describe('UpdateFirmware', () => {
  const update = (path: string, more: Params = {}) =>
    send('UpdateFirmware', { location: `${files.url}${path}`, retrieveDate: at(0), ...more });

  it('downloads, boots with the new version and says so', async () => {
    await boot();
    files.files.set('/fw/2.0.bin', 'a new firmware');
    expect(await update('/fw/2.0.bin')).toEqual({});
    await told('FirmwareStatusNotification', 'Downloading', 'Downloaded', 'Installing');
    expect((await central.next('BootNotification')).firmwareVersion).toBe('2.0.bin');
    await told('FirmwareStatusNotification', 'Installed');
    expect((await central.next('SecurityEventNotification')).type).toBe('FirmwareUpdated');
  });

  it('fails to download what is not there or too big, and to install what is broken', async () => {
    await boot();
    await update('/none', { retries: 1 });
    await told('FirmwareStatusNotification', 'Downloading', 'DownloadFailed');
    files.files.set('/big', Buffer.alloc(17 * 1_048_576));
    await update('/big', { retries: 1 });
    await told('FirmwareStatusNotification', 'Downloading', 'DownloadFailed');
    files.files.set('/broken', 'BROKEN, as the test wants it');
    await update('/broken');
    await told('FirmwareStatusNotification', 'Downloading', 'Downloaded', 'Installing', 'InstallationFailed');
    expect(point.flash.firmwareVersion).toBe('1.0');
    await send('TriggerMessage', { requestedMessage: 'FirmwareStatusNotification' });
    await told('FirmwareStatusNotification', 'Idle');
  });

  it('waits for the cars that charge, and lets no other begin', async () => {
    await charging();
    files.files.set('/2.1', 'firmware');
    await update('/2.1');
    await told('FirmwareStatusNotification', 'Downloading', 'Downloaded');
    await status(2, 'Unavailable');
    connector(2).plug(createCar(saloon, 50));
    expect(await new Promise((resolve) => connector(2).presentCard('CARD-2', resolve))).toBe(false);
    connector(1).presentCard('CARD-1');
    await central.next('StopTransaction');
    await told('FirmwareStatusNotification', 'Installing', 'Installed');
  });

  it('is NotSupported where only signed firmware is taken', async () => {
    equip({ signedFirmwareOnly: true });
    await boot();
    await expect(update('/2.1')).rejects.toMatchObject({ rpcErrorCode: 'NotSupported' });
  });
});

describe('SignedUpdateFirmware', () => {
  const maker = issueCertificate({ commonName: 'Maker' });
  const signer = issueCertificate({ commonName: 'Signer', issuer: maker });
  const content = 'a signed firmware';
  const signature = sign('sha256', Buffer.from(content), signer.key).toString('base64');

  const update = (changes: Params = {}) => {
    files.files.set('/s.bin', content);
    const firmware = {
      location: `${files.url}/s.bin`,
      retrieveDateTime: at(0),
      signingCertificate: signer.pem,
      signature,
    };
    return send('SignedUpdateFirmware', { requestId: 5, firmware: { ...firmware, ...changes } });
  };
  const steps = (...statuses: string[]) => told('SignedFirmwareStatusNotification', ...statuses);

  it('checks the signature, waits for the time to install, boots and says so', async () => {
    await boot();
    await send('InstallCertificate', { certificateType: 'ManufacturerRootCertificate', certificate: maker.pem });
    expect(await update({ installDateTime: at(60) })).toEqual({ status: 'Accepted' });
    await steps('Downloading', 'Downloaded', 'SignatureVerified', 'InstallScheduled');
    await send('ExtendedTriggerMessage', { requestedMessage: 'FirmwareStatusNotification' });
    expect(await central.next('SignedFirmwareStatusNotification')).toEqual({
      status: 'InstallScheduled',
      requestId: 5,
    });
    await send('TriggerMessage', { requestedMessage: 'FirmwareStatusNotification' });
    expect(await central.next('FirmwareStatusNotification')).toEqual({ status: 'Idle' });
    await steps('Installing', 'InstallRebooting');
    expect((await central.next('BootNotification')).firmwareVersion).toBe('s.bin');
    expect(await central.next('SignedFirmwareStatusNotification')).toEqual({ status: 'Installed', requestId: 5 });
    const event = await central.next('SecurityEventNotification');
    expect(event).toMatchObject({ type: 'FirmwareUpdated', techInfo: 's.bin' });
  });

  it('refuses a signing certificate that is none, or none of the maker', async () => {
    await boot();
    expect(await update({ signingCertificate: 'hello' })).toEqual({ status: 'InvalidCertificate' });
    expect((await central.next('SecurityEventNotification')).type).toBe('InvalidFirmwareSigningCertificate');
    const other = issueCertificate({ commonName: 'Maker' });
    await send('InstallCertificate', { certificateType: 'ManufacturerRootCertificate', certificate: other.pem });
    expect(await update()).toEqual({ status: 'InvalidCertificate' });
    await central.next('SecurityEventNotification');
  });

  it.each([
    ['is not base64', '***'],
    ['is of something else', sign('sha256', Buffer.from('other'), signer.key).toString('base64')],
  ])('installs nothing when the signature %s', async (_, wrong) => {
    await boot();
    expect(await update({ signature: wrong })).toEqual({ status: 'Accepted' });
    await steps('Downloading', 'Downloaded', 'InvalidSignature');
    expect((await central.next('SecurityEventNotification')).type).toBe('InvalidFirmwareSignature');
    await send('ExtendedTriggerMessage', { requestedMessage: 'FirmwareStatusNotification' });
    await steps('InvalidSignature');
  });

  it('gives up an update for a newer one, but not while it installs', async () => {
    await boot();
    expect(await update({ retrieveDateTime: at(3600) })).toEqual({ status: 'Accepted' });
    await steps('DownloadScheduled');
    expect(await update()).toEqual({ status: 'AcceptedCanceled' });
    await steps('Downloading', 'Downloaded', 'SignatureVerified', 'Installing');
    expect(await update()).toEqual({ status: 'Rejected' });
    await steps('InstallRebooting', 'Installed');
  });
});
