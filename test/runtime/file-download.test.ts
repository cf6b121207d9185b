import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type FileWorld, sha256, someBytes, startFileWorld } from './file-world.ts';

let world: FileWorld;
afterEach(() => world.end());

const file = someBytes(300_000);

describe('a download', () => {
  it('gives the whole file, and tells the door', async () => {
    world = await startFileWorld();
    const token = world.download(file, 'my firmware ü.bin');
    const { status, headers, body } = await world.ask('GET', `/files/${token}`);
    expect(status).toBe(200);
    expect(body.equals(file)).toBe(true);
    expect(headers).toMatchObject({
      'content-length': '300000',
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      etag: `"${sha256(file)}"`,
      'content-disposition': 'attachment; filename="my firmware _.bin"',
    });
    await world.seen('finished');
    expect(world.events).toEqual(['started download', 'finished download']);
    expect(world.results).toEqual([{ kind: 'download', from: 0, bytes: 300_000, reachedEnd: true }]);
  });

  it('says of a HEAD what a GET would, and sends nothing', async () => {
    world = await startFileWorld();
    const path = `/files/${world.download(file)}/any-name.bin`;
    const head = await world.ask('HEAD', path);
    const get = await world.ask('GET', path);
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
    expect(world.events.filter((event) => event === 'started download')).toHaveLength(1);
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=100-199', 100, 199],
    ['bytes=299999-', 299_999, 299_999],
    ['bytes=-1', 299_999, 299_999],
    ['bytes=-400000', 0, 299_999],
    ['bytes=5-400000', 5, 299_999],
  ])('gives the part %s', async (range, from, to) => {
    world = await startFileWorld();
    const { status, headers, body } = await world.ask('GET', `/files/${world.download(file)}`, { range });
    expect(status).toBe(206);
    expect(headers['content-range']).toBe(`bytes ${from}-${to}/300000`);
    expect(body.equals(file.subarray(from, to + 1))).toBe(true);
    await world.seen('finished');
    expect(world.results).toEqual([
      { kind: 'download', from, bytes: to - from + 1, reachedEnd: to === file.length - 1 },
    ]);
  });

  it.each(['bytes=300000-', 'bytes=300000-300001', 'bytes=-0'])('refuses %s, behind the end', async (range) => {
    world = await startFileWorld();
    const { status, headers } = await world.ask('GET', `/files/${world.download(file)}`, { range });
    expect(status).toBe(416);
    expect(headers['content-range']).toBe('bytes */300000');
    expect(world.events).toEqual([]);
  });

  it.each(['bytes=2-1', 'bytes=-', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,4-5', `bytes=${'9'.repeat(400)}-`, ''])(
    'gives the whole for what is no range: %s',
    async (range) => {
      world = await startFileWorld();
      const { status, body } = await world.ask('GET', `/files/${world.download(file)}`, { range });
      expect(status).toBe(200);
      expect(body).toHaveLength(300_000);
    },
  );

  it('goes on where it was cut, and only with the same file', async () => {
    world = await startFileWorld();
    const big = someBytes(20_000_000);
    const path = `/files/${world.download(big)}`;
    const { socket } = await world.talk(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'data');
    socket.resetAndDestroy();
    await world.seen('failed download: the connection broke off');
    const { headers } = await world.ask('HEAD', path);
    for (const ifRange of [headers.etag, headers['last-modified']]) {
      const rest = await world.ask('GET', path, { range: 'bytes=1000-', 'if-range': ifRange });
      expect(rest.status).toBe(206);
      expect(rest.body.equals(big.subarray(1_000))).toBe(true);
    }
    const other = await world.ask('GET', path, { range: 'bytes=1000-', 'if-range': '"another"' });
    expect(other.status).toBe(200);
    expect(other.body.equals(big)).toBe(true);
  });

  it('of twenty at once gives each its own', async () => {
    world = await startFileWorld();
    const all = Array.from({ length: 20 }, () => someBytes(1_000_000));
    const answers = await Promise.all(all.map((bytes) => world.ask('GET', `/files/${world.download(bytes)}`)));
    expect(answers.map(({ body }) => sha256(body))).toEqual(all.map(sha256));
  });

  it('that is not taken is cut off, and the door hears of it', async () => {
    world = await startFileWorld();
    const { socket } = await world.talk(
      `GET /files/${world.download(someBytes(30_000_000))} HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    socket.pause();
    await world.seen('started');
    while (!world.events.some((event) => event.startsWith('failed'))) {
      world.clock.advance(60_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(world.events.at(-1)).toMatch(/^failed download: only \d+ bytes in 60000 ms/);
    expect(world.clock.timers()).toBe(1);
  });

  it('tells its progress, at most once a second', async () => {
    world = await startFileWorld();
    const { socket, closed } = await world.talk('GET /fi');
    socket.write(`les/${world.download(someBytes(30_000_000))} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await world.seen('started');
    world.clock.pass(1_000);
    await closed;
    expect(world.events.filter((event) => event.startsWith('progress'))).toHaveLength(1);
  });

  it('of a file that is gone or was changed says no more than that', async () => {
    world = await startFileWorld();
    const token = world.download(file);
    writeFileSync(world.pathOf(token), 'shorter');
    const { status, body } = await world.ask('GET', `/files/${token}`);
    expect(status).toBe(500);
    expect(body.toString()).not.toContain(world.pathOf(token));
    expect(world.log.texts('error')).toEqual(['a file request failed']);
  });

  it('that becomes shorter on the way is not taken for whole', async () => {
    world = await startFileWorld();
    const token = world.download(someBytes(40_000_000));
    const { socket, closed } = await world.talk(`GET /files/${token} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'data');
    socket.pause();
    truncateSync(world.pathOf(token), 1_000_000);
    socket.resume();
    await closed;
    await world.seen('failed download: the file became shorter');
  });

  it('ends with the server, at once', async () => {
    world = await startFileWorld();
    const { socket, closed } = await world.talk(
      `GET /files/${world.download(someBytes(30_000_000))} HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    socket.pause();
    await world.seen('started');
    const closing = world.close();
    await world.seen('failed download: Busbar is shutting down');
    await closing;
    socket.resume();
    await closed;
  });
});

describe('the address', () => {
  it('may carry a name, and parameters, and the name may follow at once', async () => {
    world = await startFileWorld();
    const token = world.download(file);
    const paths = [
      `/files/${token}/`,
      `/files/${token}/fw.bin?x=1`,
      `/files/${token}//a/../b`,
      `/files/${token}fw.bin`,
      `//files/${token}`,
      `http://elsewhere.example:9000/files/${token}/fw.bin`,
    ];
    for (const path of paths) expect([path, (await world.ask('GET', path)).status]).toEqual([path, 200]);
  });

  it('answers alike for all that it does not know, and never with a file', async () => {
    world = await startFileWorld();
    const token = world.download(file);
    const used = world.upload();
    world.revoke(used);
    const paths = [
      '/files',
      '/files/',
      '/files?x',
      `/files/${'A'.repeat(32)}`,
      `/files/${used}`,
      `/files/${token.slice(0, 31)}`,
      `/files/../files/${token}`,
      `/files/..%2f${token}`,
      `/files/%2e%2e%2f%2e%2e%2fetc/passwd`,
      '/files/../../../../etc/passwd',
      '/files/....//....//etc/passwd',
      '/files/%00',
      `/files/%00${token}`,
      `/files/${'A'.repeat(8_000)}`,
    ];
    const answers = await Promise.all(paths.map((path) => world.ask('GET', path)));
    for (const [index, { status, headers, body }] of answers.entries()) {
      expect([paths[index], status]).toEqual([paths[index], 404]);
      expect(body.toString()).toBe('There is no such file.\n');
      expect(Object.keys(headers).sort()).toEqual(['connection', 'content-length', 'content-type', 'date']);
    }
    expect(world.events).toEqual([]);
  });

  it('that is guessed twenty times is answered no more for a minute, even rightly', async () => {
    world = await startFileWorld();
    const token = world.download(file);
    for (let guess = 0; guess < 20; guess++) await world.ask('GET', `/files/${guess}`);
    const { status, headers } = await world.ask('GET', `/files/${token}`);
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe('60');
    world.clock.advance(60_000);
    expect((await world.ask('GET', `/files/${token}`)).status).toBe(200);
    expect((await world.ask('GET', '/files/x')).status).toBe(404);
  });

  it('takes the methods that fit, and names them', async () => {
    world = await startFileWorld();
    const [down, up] = [world.download(file), world.upload()];
    const wrong = async (method: string, path: string) => {
      const { status, headers } = await world.ask(method, path, { 'content-length': 0 });
      return [status, headers.allow];
    };
    for (const method of ['DELETE', 'OPTIONS', 'PROPFIND', 'MKCOL', 'PATCH']) {
      expect(await wrong(method, `/files/${down}`)).toEqual([405, 'GET, HEAD, PUT, POST']);
    }
    for (const method of ['PUT', 'POST']) expect(await wrong(method, `/files/${down}`)).toEqual([405, 'GET, HEAD']);
    for (const method of ['GET', 'HEAD']) expect(await wrong(method, `/files/${up}`)).toEqual([405, 'PUT, POST']);
    expect(world.events).toEqual([]);
  });

  it('leaves everything else on the port as it was', async () => {
    world = await startFileWorld();
    for (const path of ['/', '/ocpp/CP1', '/filesystem', '/ocpp/files/x']) {
      expect([path, (await world.ask('GET', path)).status]).toEqual([path, 426]);
    }
    const client = new WebSocket(`ws://127.0.0.1:${world.port}/ocpp/CP1`, ['ocpp1.6']);
    client.on('error', () => undefined);
    const [, response] = await once(client, 'unexpected-response');
    expect(response.statusCode).toBe(404);
    client.terminate();
  });

  it('is answered once for each connection', async () => {
    world = await startFileWorld();
    const request = `GET /files/${world.download(file)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const { heard, closed } = await world.talk(request.repeat(5));
    await closed;
    expect(heard().match(/HTTP\/1\.1 200/g)).toHaveLength(1);
    expect(world.events.filter((event) => event === 'started download')).toHaveLength(1);
  });

  it('is never written to the log', async () => {
    world = await startFileWorld();
    const token = world.download(file);
    await world.ask('GET', `/files/${token}`);
    await world.seen('finished');
    await world.ask('GET', `/files/${'B'.repeat(32)}`);
    const log = JSON.stringify(world.log.lines);
    expect(log).toContain('download finished');
    expect(log).not.toContain(token);
    expect(log).not.toContain('BBBB');
  });
});
