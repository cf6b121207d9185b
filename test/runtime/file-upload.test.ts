import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/runtime/clock.ts';
import type { FileResult } from '../../src/runtime/ports.ts';
import { type FileWorld, sha256, someBytes, startFileWorld } from './file-world.ts';

let world: FileWorld;
afterEach(() => world.end());

const file = someBytes(300_000);

function received(): Extract<FileResult, { kind: 'upload' }> {
  const [result] = world.results;
  if (result?.kind !== 'upload') throw new Error('no upload finished');
  return result;
}

/** The head of a request for an upload, written by hand. */
const head = (token: string, ...headers: string[]): string =>
  [`PUT /files/${token}/diag.zip HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');

describe('an upload', () => {
  it.each(['PUT', 'POST'])('by %s is on disk, whole, before it is answered', async (method) => {
    world = await startFileWorld();
    const headers = { 'content-type': 'application/zip' };
    const { status, body } = await world.ask(method, `/files/${world.upload()}/diag.zip`, headers, file);
    expect([status, body.toString()]).toEqual([200, 'Received 300000 bytes.\n']);
    const { path, ...rest } = received();
    expect(rest).toEqual({
      kind: 'upload',
      size: 300_000,
      sha256: sha256(file),
      name: 'diag.zip',
      mediaType: 'application/zip',
    });
    expect(readFileSync(path).equals(file)).toBe(true);
    expect(world.stored()).toHaveLength(1);
    expect(world.events).toEqual(['started upload', 'keeping', 'finished upload']);
  });

  it('in chunks, of unknown length, is taken as well', async () => {
    world = await startFileWorld();
    const path = `/files/${world.upload(1_000_000, 'log.txt')}/`;
    expect((await world.ask('PUT', path, { 'transfer-encoding': 'chunked' }, file)).status).toBe(200);
    expect(received()).toMatchObject({ sha256: sha256(file), name: 'log.txt', mediaType: null });
  });

  it('as a form is stored as it came', async () => {
    world = await startFileWorld();
    // The boundary in the body lacks the two dashes in front: so OpenEVSE sends it.
    const form = '--b\r\nContent-Disposition: form-data; name="file"; filename="d.log"\r\n\r\n[]\r\n--b--\r\n';
    const headers = { 'content-type': 'multipart/form-data; boundary=--b' };
    expect((await world.ask('POST', `/files/${world.upload()}/diagnostics.log`, headers, form)).status).toBe(200);
    expect(readFileSync(received().path, 'utf8')).toBe(form);
    expect(received().mediaType).toBe('multipart/form-data; boundary=--b');
  });

  it('is good for one file; after it the token is unknown', async () => {
    world = await startFileWorld();
    const path = `/files/${world.upload()}/diag.zip`;
    expect((await world.ask('PUT', path, {}, file)).status).toBe(200);
    expect((await world.ask('PUT', path, {}, 'other')).status).toBe(404);
    expect(world.stored()).toHaveLength(1);
    expect(readFileSync(received().path).equals(file)).toBe(true);
  });

  it.each([
    ['/diag.zip', 'diag.zip'],
    ['diag.zip', 'diag.zip'],
    ['//up/diag.zip', 'diag.zip'],
    ['/..%2f..%2f..%2fetc%2fpasswd', 'passwd'],
    ['/..%5c..%5cboot.ini', 'boot.ini'],
    ['/..', 'upload.bin'],
    ['/%2e%2e', 'upload.bin'],
    ['/.ssh', 'ssh'],
    ['/a%00.zip', 'a.zip'],
    ['/%ff%fe', '_ff_fe'],
    ['/%E2%80%AEgpj.exe', 'gpj.exe'],
    ['/a%0d%0aSet-Cookie:%20x', 'aSet-Cookie_ x'],
    ['/%F0%9F%94%8Blog.zip', '_log.zip'],
    ['/Diagnose-S%C3%A4ule.zip', 'Diagnose-Säule.zip'],
    ['/%25%32%65%25%32%65', '_2e_2e'],
    ['/C:diag', 'C_diag'],
    ['/-rf%20*', '-rf _'],
    [`/${'a'.repeat(5_000)}`, 'a'.repeat(80)],
  ])('called %s is shown as %s, and stored under a name of ours', async (rest, name) => {
    world = await startFileWorld();
    const answer = await world.ask('PUT', `/files/${world.upload()}${rest}`, {}, file);
    expect(answer.status).toBe(200);
    expect(received().name).toBe(name);
    expect(received().path).toMatch(/\/uploads\/[0-9a-f-]{36}\.bin$/);
    expect(world.stored()).toEqual([received().path.split('/').at(-1)]);
  });

  it.each([
    ['nothing', {}, '', 400],
    ['a part of a file', { 'content-range': 'bytes 5-9/10' }, 'abcde', 501],
    ['a compressed file', { 'content-encoding': 'gzip' }, 'abcde', 415],
    ['an empty body in chunks', { 'transfer-encoding': 'chunked' }, '', 400],
  ])('of %s is refused, and may be tried again', async (_, headers, body, status) => {
    world = await startFileWorld();
    const token = world.upload();
    expect((await world.ask('PUT', `/files/${token}/x`, headers, body)).status).toBe(status);
    expect(world.stored()).toEqual([]);
    expect((await world.ask('PUT', `/files/${token}/x`, {}, 'right')).status).toBe(200);
  });

  it('without a length is told to send one', async () => {
    world = await startFileWorld();
    const { heard, closed } = await world.talk(head(world.upload()));
    await closed;
    expect(heard()).toMatch(/^HTTP\/1\.1 411 /);
  });

  it('that announces too much is refused before it is sent', async () => {
    world = await startFileWorld();
    const token = world.upload(1_000);
    const { socket, heard, closed } = await world.talk(head(token, 'Content-Length: 1001', 'Expect: 100-continue'));
    await world.seen('failed upload: at most 1000 bytes');
    world.clock.advance(2_000);
    await closed;
    socket.destroy();
    expect(heard()).toMatch(/^HTTP\/1\.1 413 /);
    expect(world.stored()).toEqual([]);
  });

  it('that asks first whether to come is called in', async () => {
    world = await startFileWorld();
    const lines = ['Content-Length: 5', 'Expect: 100-continue'];
    const { socket, heard, closed } = await world.talk(head(world.upload(), ...lines));
    await new Promise((resolve) => socket.once('data', resolve));
    expect(heard()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('abcde');
    await closed;
    expect(heard()).toContain('HTTP/1.1 200 OK');
  });

  it('that grows too large is cut off, told so, and leaves nothing', async () => {
    world = await startFileWorld();
    const path = `/files/${world.upload(299_999)}/x`;
    expect((await world.ask('PUT', path, { 'transfer-encoding': 'chunked' }, file)).status).toBe(413);
    expect(world.stored()).toEqual([]);
    expect(world.events).toEqual(['started upload', 'failed upload: at most 299999 bytes are taken']);
  });

  it('that breaks off leaves nothing, and the next one is taken', async () => {
    world = await startFileWorld();
    const token = world.upload();
    const { socket } = await world.talk(`${head(token, 'Content-Length: 1000')}half`);
    await world.seen('started');
    socket.resetAndDestroy();
    await world.seen('failed upload: the connection broke off');
    expect(world.stored()).toEqual([]);
    expect((await world.ask('PUT', `/files/${token}/x`, {}, file)).status).toBe(200);
  });

  it('begun anew takes the place of the one before, whose connection is dead', async () => {
    world = await startFileWorld();
    const token = world.upload();
    const { closed } = await world.talk(`${head(token, 'Content-Length: 1000')}half`);
    await world.seen('started');
    expect((await world.ask('PUT', `/files/${token}/x`, {}, file)).status).toBe(200);
    await closed;
    expect(world.events).toEqual([
      'started upload',
      'failed upload: the client began anew',
      'started upload',
      'keeping',
      'finished upload',
    ]);
    expect(world.stored()).toHaveLength(1);
  });

  it('is not begun anew while the first is being kept', async () => {
    world = await startFileWorld();
    let keep = (): void => undefined;
    world.hold.keep = () => new Promise((resolve) => (keep = resolve));
    const path = `/files/${world.upload()}/x`;
    const first = world.ask('PUT', path, {}, file);
    await world.seen('keeping');
    expect((await world.ask('PUT', path, {}, file)).status).toBe(409);
    keep();
    expect((await first).status).toBe(200);
  });

  it('that the door can not take down is removed, and may be tried again', async () => {
    world = await startFileWorld();
    world.hold.keep = () => Promise.reject(new Error('the store is full'));
    const path = `/files/${world.upload()}/x`;
    const { status, body } = await world.ask('PUT', path, {}, file);
    expect(status).toBe(500);
    expect(body.toString()).not.toContain('store');
    expect(world.stored()).toEqual([]);
    world.hold.keep = () => Promise.resolve();
    expect((await world.ask('PUT', path, {}, file)).status).toBe(200);
  });

  it('ends with the server, and leaves nothing', async () => {
    world = await startFileWorld();
    const { closed } = await world.talk(`${head(world.upload(), 'Content-Length: 1000')}half`);
    await world.seen('started');
    await world.close();
    await closed;
    expect(world.events.at(-1)).toBe('failed upload: Busbar is shutting down');
    expect(world.stored()).toEqual([]);
  });

  it('beyond 64 at once is told to wait', async () => {
    world = await startFileWorld();
    for (let index = 0; index < 64; index++) {
      await world.talk(`${head(world.upload(), 'Content-Length: 1000')}half`);
    }
    while (world.events.length < 64) await new Promise((resolve) => setImmediate(resolve));
    const { status, headers } = await world.ask('PUT', `/files/${world.upload()}/x`, {}, file);
    expect([status, headers['retry-after']]).toEqual([503, '10']);
  });
});

describe('free space', () => {
  it('is kept: an upload that would use it up is refused before it is read', async () => {
    const disk = { freeBytes: async () => 1_000_000 };
    world = await startFileWorld({ disk, reserveBytes: 700_001 });
    const path = `/files/${world.upload()}/x`;
    expect((await world.ask('PUT', path, {}, file)).status).toBe(507);
    expect((await world.ask('PUT', path, {}, file.subarray(1))).status).toBe(200);
  });

  it('is kept while others fill the disk', async () => {
    let free = 100_000_000;
    const disk = { freeBytes: async () => (free -= 10_000_000) };
    world = await startFileWorld({ disk, reserveBytes: 60_000_000 });
    const path = `/files/${world.upload(1_000_000_000)}/x`;
    const { status } = await world.ask('PUT', path, { 'transfer-encoding': 'chunked' }, someBytes(20_000_000));
    expect(status).toBe(507);
    expect(world.stored()).toEqual([]);
    expect(world.events.at(-1)).toBe('failed upload: too little space is left on the disk');
  });
});

describe('a slow sender', () => {
  it('that sends next to nothing in a minute is cut off', async () => {
    world = await startFileWorld();
    const { closed } = await world.talk(`${head(world.upload(), 'Content-Length: 100000')}abc`);
    await world.seen('started');
    world.clock.advance(60_000);
    await closed;
    await world.seen('failed upload: only');
    expect(world.stored()).toEqual([]);
  });

  it('that keeps the pace of a bad mobile line is waited for, for six hours', async () => {
    world = await startFileWorld();
    const minute = Buffer.alloc(16_384, 'x');
    const { socket, closed } = await world.talk(head(world.upload(100_000_000), 'Content-Length: 100000000'));
    await world.seen('started');
    for (let minutes = 1; minutes <= 360; minutes++) {
      // Told as progress once it has come, which shows that the window has it.
      world.clock.pass(1_000);
      socket.write(minute);
      await world.seen(`progress upload ${minutes * minute.length}`);
      expect(world.events.at(-1)).toMatch('progress');
      world.clock.advance(59_000);
    }
    await closed;
    await world.seen('failed upload: not done after 21600000 ms');
  });

  it('of a body may take its time, of a header may not', async () => {
    world = await startFileWorld({ clock: systemClock });
    const token = world.upload();
    const body = await world.talk(head(token, 'Content-Length: 24'));
    const header = await world.talk(`PUT /files/${token}/x HTTP/1.1\r\nX-Slow: `);
    const began = performance.now();
    // One byte each half second: the body is there after twelve, later than any whole request was once allowed to take.
    let left = 24;
    const drip = setInterval(() => {
      if (left-- > 0) body.socket.write('b');
      if (!header.socket.destroyed) header.socket.write('h');
    }, 500);
    await header.closed;
    expect(performance.now() - began).toBeLessThan(8_000);
    await body.closed;
    clearInterval(drip);
    expect(body.heard()).toContain('HTTP/1.1 200 OK');
    expect(performance.now() - began).toBeGreaterThan(11_500);
    expect(existsSync(received().path)).toBe(true);
  });
});
