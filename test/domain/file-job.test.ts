import { describe, expect, it } from 'vitest';
import {
  afterInput,
  type FileJob,
  type FileJobInput,
  type FileJobKind,
  type FileJobRequest,
  hasEnded,
  newFileJob,
} from '../../src/domain/file-job.ts';
import { instant } from '../../src/domain/units.ts';
import { NOON } from '../support/manual-clock.ts';

const limits = { waitMs: 1_000_000, beginMs: 10_000, transferMs: 20_000, installMs: 30_000 };
const blank: FileJobRequest = {
  location: null,
  firmwareId: null,
  name: null,
  retrieveAt: null,
  installAt: null,
  retries: null,
  retryIntervalS: null,
  signature: null,
  signingCertificate: null,
  from: null,
  to: null,
  logType: null,
};
const at = (ms: number) => instant(NOON + ms);

function made(kind: FileJobKind, request: Partial<FileJobRequest> = {}, versionBefore: string | null = '1.0'): FileJob {
  const requestId = kind === 'log' || kind === 'signed-firmware' ? 7 : null;
  const wanted = { id: 'J', chargePointId: 'CP1', kind, request: { ...blank, ...request }, requestId, versionBefore };
  return newFileJob(wanted, NOON, limits);
}

/** The states that the inputs lead through, one second apart; `-` where nothing changes. */
function states(job: FileJob, ...inputs: (FileJobInput | string)[]): string[] {
  let now = job;
  return inputs.map((input, index) => {
    const read: FileJobInput = typeof input === 'string' ? { kind: 'told', status: input } : input;
    const next = afterInput(now, read, at(1_000 * (index + 1)), limits);
    now = next ?? now;
    return next === null ? '-' : next.state;
  });
}

const agreed: FileJobInput = { kind: 'agreed', fileName: null };
const names: FileJobInput = { kind: 'agreed', fileName: 'diag.zip' };
const began: FileJobInput = { kind: 'transfer-began' };
const fetched: FileJobInput = { kind: 'file-fetched' };
const brought: FileJobInput = { kind: 'file-brought', file: { id: 'F', name: 'diag.zip', size: 5 } };
const broke: FileJobInput = { kind: 'transfer-broke-off', why: 'the connection broke off' };
const booted = (firmwareVersion: string | null): FileJobInput => ({ kind: 'booted', firmwareVersion });

describe('a job', () => {
  it.each<[string, FileJob, (FileJobInput | string)[], string[]]>([
    [
      'firmware from the first word to the last',
      made('firmware'),
      [agreed, began, 'Downloading', fetched, 'Downloaded', 'Installing', booted('2.0')],
      ['requested', 'downloading', 'downloading', 'downloaded', 'downloaded', 'installing', 'done'],
    ],
    [
      'a late Downloading changes nothing',
      made('firmware'),
      [agreed, fetched, 'Downloading'],
      ['requested', 'downloaded', '-'],
    ],
    [
      'DownloadFailed',
      made('firmware'),
      [agreed, 'Downloading', 'DownloadFailed', 'Downloading'],
      ['requested', 'downloading', 'failed', '-'],
    ],
    [
      'InstallationFailed',
      made('firmware'),
      [agreed, fetched, 'InstallationFailed'],
      ['requested', 'downloaded', 'failed'],
    ],
    ['Installed without any word before', made('firmware'), [agreed, 'Installed'], ['requested', 'done']],
    ['Idle says nothing', made('firmware'), [agreed, 'Idle'], ['requested', '-']],
    ['a status before the answer is of an earlier job', made('firmware'), ['Installed'], ['-']],
    [
      'the file is fetched before the answer comes',
      made('firmware'),
      [began, agreed, fetched],
      ['downloading', '-', 'downloaded'],
    ],
    [
      'a boot with the old version proves nothing',
      made('firmware'),
      [agreed, fetched, booted('1.0')],
      ['requested', 'downloaded', '-'],
    ],
    [
      'a boot before the file was fetched proves nothing',
      made('firmware'),
      [agreed, booted('2.0')],
      ['requested', '-'],
    ],
    [
      'a boot without a version proves nothing',
      made('firmware'),
      [agreed, fetched, booted(null)],
      ['requested', 'downloaded', '-'],
    ],
    [
      'a boot proves an update from somebody else’s address',
      made('firmware', { location: 'ftp://nas/fw.bin' }),
      [agreed, booted('2.0')],
      ['requested', 'done'],
    ],
    [
      'without a version before, only what was fetched is proven',
      made('firmware', {}, null),
      [agreed, began, booted('2.0'), fetched, booted('2.0')],
      ['requested', 'downloading', '-', 'downloaded', 'done'],
    ],
    [
      'firmware for later',
      made('firmware', { retrieveAt: at(60_000) }),
      [agreed, 'Downloading'],
      ['scheduled', 'downloading'],
    ],
    [
      'signed firmware with all its words',
      made('signed-firmware'),
      [
        agreed,
        'DownloadScheduled',
        'Downloading',
        'DownloadPaused',
        'Downloaded',
        'SignatureVerified',
        'InstallScheduled',
        'Installing',
        'InstallRebooting',
        'Installed',
      ],
      [
        'requested',
        'scheduled',
        'downloading',
        'downloading',
        'downloaded',
        'downloaded',
        'downloaded',
        'installing',
        'installing',
        'done',
      ],
    ],
    ['a signature that is wrong', made('signed-firmware'), [agreed, 'InvalidSignature'], ['requested', 'failed']],
    [
      'a verification that fails',
      made('signed-firmware'),
      [agreed, 'InstallVerificationFailed'],
      ['requested', 'failed'],
    ],
    ['refused', made('log'), [{ kind: 'refused', why: 'no' }, 'Uploaded'], ['failed', '-']],
    [
      'diagnostics',
      made('diagnostics'),
      [names, 'Uploading', brought, 'Uploaded'],
      ['requested', 'uploading', 'done', '-'],
    ],
    [
      'a file that is here is success, whatever is said then',
      made('diagnostics'),
      [names, began, brought, 'UploadFailed'],
      ['requested', 'uploading', 'done', '-'],
    ],
    [
      'a transfer that breaks off may come again',
      made('diagnostics'),
      [names, began, broke, broke, brought],
      ['requested', 'uploading', 'uploading', '-', 'done'],
    ],
    ['UploadFailed', made('diagnostics'), [names, 'UploadFailed'], ['requested', 'failed']],
    [
      'Uploaded to somebody else’s place',
      made('diagnostics', { location: 'ftp://nas/in' }),
      [names, 'Uploaded'],
      ['requested', 'done'],
    ],
    [
      'Uploaded, and the file comes after it',
      made('diagnostics'),
      [names, 'Uploaded', 'Uploaded', brought],
      ['requested', 'uploading', '-', 'done'],
    ],
    ...['UploadFailure', 'BadMessage', 'NotSupportedOperation', 'PermissionDenied'].map(
      (status): [string, FileJob, (FileJobInput | string)[], string[]] => [
        status,
        made('log'),
        [agreed, status],
        ['requested', 'failed'],
      ],
    ),
    ['superseded', made('log'), [agreed, { kind: 'superseded' }], ['requested', 'cancelled']],
    ['cancelled', made('firmware'), [{ kind: 'cancelled' }, agreed, began], ['cancelled', '-', '-']],
    [
      'asked in vain',
      made('log'),
      [{ kind: 'unanswered' }, { kind: 'unanswered' }, { kind: 'unanswered' }],
      ['queued', 'queued', 'failed'],
    ],
    ['no answer, but the file is on its way', made('firmware'), [began, { kind: 'unanswered' }], ['downloading', '-']],
    ['a word that is none', made('firmware'), [agreed, '__proto__', 'constructor'], ['requested', '-', '-']],
  ])('%s', (_, job, inputs, wanted) => {
    expect(states(job, ...inputs)).toEqual(wanted);
  });

  it.each<[string, FileJob, FileJobInput[], number, string]>([
    ['is asked', made('firmware'), [], limits.waitMs, 'timed-out'],
    ['begins', made('firmware'), [agreed], limits.beginMs, 'timed-out'],
    [
      'begins at its time',
      made('firmware', { retrieveAt: at(60_000) }),
      [agreed],
      60_000 + limits.beginMs,
      'timed-out',
    ],
    ['fetches', made('firmware'), [agreed, began], limits.transferMs, 'timed-out'],
    ['installs', made('firmware'), [agreed, fetched], limits.installMs, 'timed-out'],
    [
      'installs at its time',
      made('signed-firmware', { installAt: at(90_000) }),
      [agreed, fetched],
      90_000 + limits.installMs,
      'timed-out',
    ],
    ['brings', made('diagnostics'), [names, began], limits.transferMs, 'timed-out'],
    ['brings what it named', made('diagnostics'), [names], limits.beginMs, 'timed-out'],
    ['has nothing to bring', made('diagnostics'), [agreed], limits.beginMs, 'failed'],
    [
      'brings what it says it has brought',
      made('diagnostics'),
      [names, { kind: 'told', status: 'Uploaded' }],
      60_000,
      'failed',
    ],
  ])('has a time limit until it %s', (_, job, inputs, ms, ends) => {
    const now = inputs.reduce((state, input) => afterInput(state, input, NOON, limits) ?? state, job);
    expect(now.until).toBe(NOON + ms);
    expect(afterInput(now, { kind: 'time-passed' }, at(ms - 1), limits)).toBeNull();
    const over = afterInput(now, { kind: 'time-passed' }, at(ms), limits);
    expect([over?.state, over?.until]).toEqual([ends, null]);
    expect(over !== null && hasEnded(over)).toBe(true);
  });

  it('keeps the file that was brought, and what it is called', () => {
    const job = [names, brought].reduce(
      (state, input) => afterInput(state, input, NOON, limits) ?? state,
      made('diagnostics'),
    );
    expect([job.fileId, job.fileName, job.outcome]).toEqual(['F', 'diag.zip', 'diag.zip is here, 5 bytes.']);
  });
});
