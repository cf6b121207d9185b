import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FileJobRequest } from '../../src/domain/file-job.ts';
import { fileTokenHash } from '../../src/runtime/file-tokens.ts';
import { callOf, firmware, fw, hashIn, limits, openRoom, request, SETTLED_MS } from './file-room.ts';

describe('a job', () => {
  it('waits for its charge point, asks it under the address that it came by, and follows it to the end', async () => {
    const room = openRoom();
    room.boot('CP1').drop();
    const id = await room.begin('CP1', 'firmware', { ...fw, retries: 2, retryIntervalS: 30 });
    room.clock.advance(60_000);
    expect(room.job(id)?.state).toBe('queued');
    const station = room.boot('CP1');
    room.clock.advance(SETTLED_MS);
    const { id: messageId, location, payload } = callOf(station, 'UpdateFirmware');
    expect(location).toMatch(/^http:\/\/gateway:9000\/files\/[A-Za-z0-9_-]{32}\/fw%202\.bin$/);
    expect(payload).toMatchObject({ retries: 2, retryInterval: 30, retrieveDate: expect.stringMatching(/Z$/) });
    station.answer(messageId, {});
    expect(room.job(id)?.state).toBe('requested');
    expect(room.ask(hashIn(location), 'GET')).toEqual(firmware);
    room.fetch(hashIn(location));
    expect(room.job(id)?.state).toBe('downloaded');
    expect(room.ask(hashIn(location), 'GET')).toEqual(firmware);
    station.call('FirmwareStatusNotification', { status: 'Installing' });
    station.call('FirmwareStatusNotification', { status: 'Installed' });
    expect(room.job(id)).toMatchObject({ state: 'done', until: null });
    expect(room.ask(hashIn(location), 'GET')).toBeNull();
    expect(station.calls().filter(([, action]) => action === 'UpdateFirmware')).toHaveLength(1);
  });

  it('shows no token anywhere in the store', async () => {
    const room = openRoom();
    const station = room.boot('CP1');
    await room.begin('CP1', 'diagnostics', request);
    room.clock.advance(SETTLED_MS);
    const token = /files\/([^/]{32})/.exec(callOf(station, 'GetDiagnostics').location)?.[1] ?? '';
    const tables = room.values("SELECT name FROM sqlite_master WHERE type = 'table'");
    const all = tables.map((table) => JSON.stringify(room.rows(`SELECT * FROM ${table}`))).join('');
    expect(all).toContain(fileTokenHash(token));
    expect(all).not.toContain(token);
  });

  it('is asked again after silence under a new token, and fails after three', async () => {
    const room = openRoom();
    const station = room.boot('CP1');
    const id = await room.begin('CP1', 'firmware', fw);
    room.clock.advance(SETTLED_MS);
    const first = callOf(station, 'UpdateFirmware').location;
    room.clock.advance(600_000);
    const calls = station.calls().filter(([, action]) => action === 'UpdateFirmware');
    expect(calls).toHaveLength(3);
    expect(new Set(calls.map(([, , payload]) => JSON.stringify(payload))).size).toBe(3);
    expect(room.job(id)).toMatchObject({ state: 'failed', silences: 3 });
    expect(room.ask(hashIn(first), 'GET')).toBeNull();
  });

  it('goes on after a restart: tokens that were handed out stay good, a call without an answer goes out again', async () => {
    const before = openRoom();
    const one = before.boot('CP1');
    const two = before.boot('CP2');
    const asked = await before.begin('CP1', 'diagnostics', request);
    const open = await before.begin('CP2', 'diagnostics', request);
    before.clock.advance(SETTLED_MS);
    one.answer(callOf(one, 'GetDiagnostics').id, { fileName: 'diag.zip' });
    const handedOut = hashIn(callOf(one, 'GetDiagnostics').location);
    const unanswered = callOf(two, 'GetDiagnostics').location;

    const room = openRoom({ database: before.database, key: 'another' });
    expect(room.ask(handedOut, 'PUT')).toMatchObject({ kind: 'upload', nameHint: 'diag.zip', maxBytes: 1_000 });
    await room.bring(handedOut, '00000000-0000-4000-8000-000000000001');
    expect(room.job(asked)).toMatchObject({ state: 'done', fileName: 'diag.zip' });
    const again = room.boot('CP2');
    room.clock.advance(SETTLED_MS);
    expect(callOf(again, 'GetDiagnostics').location).not.toBe(unanswered);
    again.answer(callOf(again, 'GetDiagnostics').id, {});
    expect(room.job(open)?.state).toBe('requested');
  });

  it('takes one upload, and is done by it whatever the charge point says', async () => {
    const room = openRoom();
    const station = room.boot('CP1');
    const id = await room.begin('CP1', 'diagnostics', request);
    room.clock.advance(SETTLED_MS);
    const { id: messageId, location } = callOf(station, 'GetDiagnostics');
    expect(location).toMatch(/\/files\/[A-Za-z0-9_-]{32}\/$/);
    station.answer(messageId, { fileName: 'diag.zip' });
    await room.bring(hashIn(location), '00000000-0000-4000-8000-000000000001');
    expect(station.call('DiagnosticsStatusNotification', { status: 'UploadFailed' })).toEqual([3, '2', {}]);
    expect(room.job(id)).toMatchObject({ state: 'done', fileId: '00000000-0000-4000-8000-000000000001' });
    expect(room.ask(hashIn(location), 'PUT')).toBeNull();
    await expect(room.bring(hashIn(location), '00000000-0000-4000-8000-000000000002')).rejects.toThrow('ended');
  });

  it.each([
    ['queued', 0, limits.waitMs],
    ['requested', 1, limits.beginMs],
    ['downloading', 2, limits.transferMs],
  ] as const)('is given up where it stays %s too long, and its token ends with it', async (state, steps, ms) => {
    const room = openRoom();
    const station = room.boot('CP1');
    if (steps === 0) station.drop();
    const id = await room.begin('CP1', 'firmware', fw);
    room.clock.advance(SETTLED_MS);
    if (steps > 0) station.answer(callOf(station, 'UpdateFirmware').id, {});
    if (steps > 1) station.call('FirmwareStatusNotification', { status: 'Downloading' });
    expect(room.job(id)?.state).toBe(state);
    room.clock.advance(ms + 1_000);
    expect(room.job(id)?.state).toBe('timed-out');
    expect(room.controller.reader.liveFileTokens()).toEqual([]);
  });

  it('fails by a refusal, and says what a charge point with signed firmware wants', async () => {
    const room = openRoom();
    const station = room.boot('CP1');
    const id = await room.begin('CP1', 'firmware', fw);
    room.clock.advance(SETTLED_MS);
    station.say(JSON.stringify([4, callOf(station, 'UpdateFirmware').id, 'NotSupported', '', {}]));
    expect(room.job(id)).toMatchObject({ state: 'failed', outcome: expect.stringContaining('signature') });
    const log = await room.begin('CP1', 'log', { ...request, logType: 'SecurityLog' });
    room.clock.advance(SETTLED_MS);
    station.answer(callOf(station, 'GetLog').id, { status: 'Rejected' });
    expect(room.job(log)).toMatchObject({ state: 'failed', outcome: 'The charge point answered Rejected.' });
  });

  it('is the only one of its kind where statuses have no request id; logs end one another', async () => {
    const room = openRoom();
    const station = room.boot('CP1');
    await room.begin('CP1', 'firmware', fw);
    const second = await room.execute({ type: 'create-file-job', chargePointId: 'CP1', kind: 'firmware', request: fw })
      .promise;
    expect(second).toMatchObject({ kind: 'conflict', why: expect.stringContaining('under way') });
    room.clock.advance(SETTLED_MS);
    station.answer(callOf(station, 'UpdateFirmware').id, {});
    const wanted: FileJobRequest = { ...request, logType: 'DiagnosticsLog' };
    const old = await room.begin('CP1', 'log', wanted);
    room.clock.settle();
    station.answer(callOf(station, 'GetLog').id, { status: 'Accepted', filename: 'a.log' });
    const newer = await room.begin('CP1', 'log', wanted);
    room.clock.settle();
    const { id: messageId, payload } = callOf(station, 'GetLog');
    station.answer(messageId, { status: 'AcceptedCanceled', filename: 'b.log' });
    expect([room.job(old)?.state, room.job(newer)?.state]).toEqual(['cancelled', 'requested']);
    station.call('LogStatusNotification', { status: 'UploadFailure', requestId: room.job(old)?.requestId ?? 0 });
    expect(room.job(newer)?.state).toBe('requested');
    station.call('LogStatusNotification', { status: 'PermissionDenied', requestId: Number(payload.requestId) });
    expect(room.job(newer)?.state).toBe('failed');
  });

  it('is not touched by an operation with an address of the operator’s own', async () => {
    const room = openRoom();
    const station = room.boot('CP1');
    const id = await room.begin('CP1', 'firmware', fw);
    room.clock.advance(SETTLED_MS);
    const own = { location: 'ftp://nas/fw.bin', retrieveDate: '2026-01-15T12:00:00Z' };
    room.execute({ type: 'operate', chargePointId: 'CP1', action: 'UpdateFirmware', payload: own });
    station.answer(callOf(station, 'UpdateFirmware').id, {});
    room.clock.settle();
    const calls = station.calls().filter(([, action]) => action === 'UpdateFirmware');
    expect(calls.length).toBeGreaterThan(0);
    expect(room.job(id)?.state).toMatch(/queued|requested/);
    expect(room.rows('SELECT * FROM file_jobs')).toHaveLength(1);
  });

  it('ends by hand, and its token with it', async () => {
    const room = openRoom();
    const station = room.boot('CP1');
    const id = await room.begin('CP1', 'firmware', fw);
    room.clock.advance(SETTLED_MS);
    const { location } = callOf(station, 'UpdateFirmware');
    const cancel = () => room.execute({ type: 'cancel-file-job', id }).promise;
    expect(await cancel()).toEqual({ kind: 'done' });
    expect(room.ask(hashIn(location), 'GET')).toBeNull();
    expect(await cancel()).toMatchObject({ kind: 'conflict' });
    expect(await room.execute({ type: 'cancel-file-job', id: 'none' }).promise).toMatchObject({ kind: 'unknown' });
  });

  it('keeps a charge point from being restarted for its configuration while it is updated', async () => {
    const room = openRoom({ policy: { rebootForConfiguration: 'when-idle' } });
    const station = room.boot('CP1');
    await room.begin('CP1', 'firmware', fw);
    room.clock.advance(SETTLED_MS);
    station.answer(callOf(station, 'UpdateFirmware').id, {});
    const wish = { type: 'wish-configuration', chargePointId: 'CP1', key: 'HeartbeatInterval', value: '60' } as const;
    expect(await room.execute(wish).promise).toEqual({ kind: 'done' });
    const resets = () => station.calls().filter(([, action]) => action === 'Reset').length;
    const readOut = { key: 'HeartbeatInterval', readonly: false, value: '300' };
    const answers: Record<string, object> = {
      GetConfiguration: { configurationKey: [readOut], unknownKey: [] },
      ChangeConfiguration: { status: 'RebootRequired' },
    };
    const answered = new Set<unknown>();
    for (let round = 0; round < 20; round++) {
      for (const [id, action] of station.calls()) {
        const answer = answers[String(action)];
        if (answered.has(id) || answer === undefined) continue;
        answered.add(id);
        station.answer(id, answer);
      }
      room.clock.advance(2_000);
    }
    expect([station.calls().filter(([, action]) => action === 'ChangeConfiguration').length, resets()]).toEqual([1, 0]);
    station.call('FirmwareStatusNotification', { status: 'DownloadFailed' });
    room.clock.advance(SETTLED_MS);
    expect(resets()).toBe(1);
  });

  it('is not made for a charge point that nobody knows', async () => {
    const room = openRoom();
    const made = await room.execute({ type: 'create-file-job', chargePointId: 'X', kind: 'log', request }).promise;
    expect(made).toMatchObject({ kind: 'unknown' });
  });
});

describe('uploads', () => {
  it('make room for new ones, the oldest first, and say so', async () => {
    const room = openRoom({ quota: { files: 2, bytes: 1_000 } });
    for (const [place, id] of ['CP1', 'CP2', 'CP3'].entries()) {
      const station = room.boot(id);
      await room.begin(id, 'diagnostics', request);
      room.clock.advance(SETTLED_MS);
      await room.bring(
        hashIn(callOf(station, 'GetDiagnostics').location),
        `00000000-0000-4000-8000-00000000000${place}`,
      );
    }
    expect(room.controller.reader.keptFiles().map(({ id }) => id.at(-1))).toEqual(['1', '2']);
    expect(room.alerts()).toEqual(['The oldest uploads were removed: there were more than this site keeps.']);
  });

  it('go when they are old, from the disk as well', async () => {
    const room = openRoom();
    const station = room.boot('CP1');
    await room.begin('CP1', 'diagnostics', request);
    room.clock.advance(SETTLED_MS);
    const id = '00000000-0000-4000-8000-000000000001';
    await room.bring(hashIn(callOf(station, 'GetDiagnostics').location), id);
    room.clock.advance(60_000);
    const dropping = room.controller.files.dropOlderThan(room.clock.now());
    room.clock.settle();
    expect(await dropping).toBe(1);
    const path = room.controller.files.pathOf(id) ?? '';
    await expect.poll(() => existsSync(path)).toBe(false);
    expect(room.values('SELECT dropped_why FROM stored_files')).toEqual([expect.stringContaining('as long as')]);
  });
});
