import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { Aedes } from 'aedes';
import { afterEach, describe, expect, it } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Inbound, Link, Up } from '../../src/upstream/link.ts';
import { type BrokerOptions, mqttBroker } from '../../src/upstream/mqtt-link.ts';
import { createKeptLog } from '../support/kept-log.ts';
import { hasBroker, type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { startTcpLine } from '../support/tcp-line.ts';

/** Our line to a real broker: logging in, TLS, what is refused, what comes back after a cut. */

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const noTls = { ca: undefined, cert: undefined, key: undefined, servername: undefined, alpn: [] };

function open(port: number, more: Partial<BrokerOptions> = {}) {
  const log = createKeptLog();
  const waiters: { is: () => boolean; resolve: () => void }[] = [];
  const ups: Up[] = [];
  const downs: string[] = [];
  const messages: Inbound[] = [];
  const look = (): void => {
    for (const waiter of [...waiters]) {
      if (!waiter.is()) continue;
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.resolve();
    }
  };
  let refuses = false;
  const broker = mqttBroker(
    {
      url: `mqtt://127.0.0.1:${port}`,
      clientId: 'site',
      username: undefined,
      password: undefined,
      subscriptions: ['root/cmd/+'],
      keepaliveS: 5,
      tls: noTls,
      ...more,
    },
    { clock: systemClock, log, random: () => 0 },
  );
  const link: Link = broker({
    will: { topic: 'root/status', payload: Buffer.from('lost'), qos: 1, retain: true },
    listener: {
      up(parameters): void {
        ups.push(parameters);
        look();
      },
      async received(message): Promise<void> {
        if (refuses) throw new Error('the store can not be written');
        messages.push(message);
        look();
      },
      down(why): void {
        downs.push(why);
        look();
      },
    },
  });
  ends.push(() => link.close());
  return {
    link,
    ups,
    downs,
    messages,
    log,
    refuse(is: boolean): void {
      refuses = is;
    },
    until: (is: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        waiters.push({ is, resolve });
        look();
      }),
    publish: (topic: string, text: string, qos: 0 | 1 = 1) =>
      new Promise<boolean>((resolve) =>
        link.publish({ topic, payload: Buffer.from(text), qos, retain: false }, resolve),
      ),
  };
}

async function broker(options: Parameters<typeof startMosquitto>[0] = {}): Promise<Mosquitto> {
  const started = await startMosquitto(options);
  ends.push(() => started.stop());
  return started;
}

describe.skipIf(!hasBroker())('the line to a real broker', () => {
  it('publishes, listens, and passes on what a command needs for its answer', async () => {
    const { port } = await broker();
    const [site, other] = [open(port), open(port, { clientId: 'other', subscriptions: ['root/evt/t0'] })];
    await Promise.all([site.until(() => site.ups.length === 1), other.until(() => other.ups.length === 1)]);
    // A subscription is in force once something of our own has come back.
    while (other.messages.length === 0) await site.publish('root/evt/t0', 'hello');
    expect(other.messages[0]?.payload.toString()).toBe('hello');
    execFileSync('mosquitto_pub', [
      '-p',
      String(port),
      '-V',
      '5',
      '-q',
      '1',
      '-t',
      'root/cmd/site.get',
      '-m',
      '{}',
      '-D',
      'publish',
      'response-topic',
      'root/res/x',
      '-D',
      'publish',
      'correlation-data',
      'c1',
      '-D',
      'publish',
      'message-expiry-interval',
      '77',
    ]);
    await site.until(() => site.messages.length === 1);
    expect(site.messages[0]).toMatchObject({
      topic: 'root/cmd/site.get',
      retained: false,
      responseTopic: 'root/res/x',
      expiryS: 77,
    });
    expect(site.messages[0]?.correlation?.toString()).toBe('c1');
  });

  it('gets again what it could not take', async () => {
    const { port } = await broker();
    const site = open(port);
    await site.until(() => site.ups.length === 1);
    site.refuse(true);
    execFileSync('mosquitto_pub', ['-p', String(port), '-V', '5', '-q', '1', '-t', 'root/cmd/site.get', '-m', 'one']);
    await site.until(() => site.downs.length > 0);
    site.refuse(false);
    await site.until(() => site.messages.length === 1);
    expect(site.messages[0]?.payload.toString()).toBe('one');
  });

  it('gets what came while it was away', async () => {
    const mosquitto = await broker();
    const line = await startTcpLine(mosquitto.port);
    ends.push(() => line.close());
    const site = open(line.port);
    await site.until(() => site.ups.length === 1);
    // The subscription has arrived once a command has.
    execFileSync('mosquitto_pub', [
      '-p',
      String(mosquitto.port),
      '-V',
      '5',
      '-q',
      '1',
      '-r',
      '-t',
      'root/cmd/a',
      '-m',
      'first',
    ]);
    await site.until(() => site.messages.length === 1);
    line.cut();
    await site.until(() => site.downs.length > 0);
    execFileSync('mosquitto_pub', [
      '-p',
      String(mosquitto.port),
      '-V',
      '5',
      '-q',
      '1',
      '-t',
      'root/cmd/a',
      '-m',
      'second',
    ]);
    line.mend();
    await site.until(() => site.messages.some(({ payload }) => payload.toString() === 'second'));
    expect(site.ups.length).toBeGreaterThan(1);
  });

  it('tells at once of everything that a cut took with it, and goes on when the broker begins anew', async () => {
    const mosquitto = await broker({ persistence: false });
    const site = open(mosquitto.port);
    await site.until(() => site.ups.length === 1);
    await mosquitto.kill();
    await site.until(() => site.downs.length > 0);
    expect(await site.publish('root/evt/t0', 'nobody takes it')).toBe(false);
    await mosquitto.start();
    await site.until(() => site.ups.length === 2);
    expect(await site.publish('root/evt/t0', 'taken')).toBe(true);
  });

  it('leaves out what the broker would end the connection over', async () => {
    const { port } = await broker({
      lines: ['listener PORT 127.0.0.1', 'allow_anonymous true', 'max_packet_size 4096'],
    });
    const site = open(port);
    await site.until(() => site.ups.length === 1);
    expect(site.ups[0]?.maximumPacketSize).toBe(4_096);
    await site.publish('root/info', 'x'.repeat(5_000));
    expect(await site.publish('root/evt/t0', 'small enough')).toBe(true);
    expect(site.downs).toEqual([]);
  });

  it('says who it is lost to when it vanishes, and farewell when it ends', async () => {
    const { port } = await broker();
    const site = open(port);
    const watcher = open(port, { clientId: 'watcher', subscriptions: ['root/status'] });
    await Promise.all([site.until(() => site.ups.length === 1), watcher.until(() => watcher.ups.length === 1)]);
    await site.link.close({ topic: 'root/status', payload: Buffer.from('offline'), qos: 1, retain: true });
    await watcher.until(() => watcher.messages.length > 0);
    expect(watcher.messages.map(({ payload }) => payload.toString())).toEqual(['offline']);
  });

  it('is refused with a wrong password, says why, and is let in when that is mended', async () => {
    const file = 'site:$6$busbar$x\n';
    const mosquitto = await broker({
      lines: [
        'listener PORT 127.0.0.1',
        'allow_anonymous false',
        'password_file FOLDER/passwords',
        'acl_file FOLDER/acl',
      ],
      files: {
        passwords: file,
        acl: 'user site\ntopic readwrite root/#\n',
      },
    });
    execFileSync('mosquitto_passwd', ['-b', join(mosquitto.folder, 'passwords'), 'site', 'secret of the site']);
    await mosquitto.kill();
    await mosquitto.start();
    const stranger = open(mosquitto.port, { username: 'site', password: Buffer.from('wrong') });
    await stranger.until(() => stranger.downs.length > 0);
    expect(stranger.downs[0]).toMatch(/not authorized|bad user name/i);
    const site = open(mosquitto.port, {
      clientId: 'known',
      username: 'site',
      password: Buffer.from('secret of the site'),
    });
    await site.until(() => site.ups.length === 1);
    expect(await site.publish('root/evt/t0', 'allowed')).toBe(true);
    expect(stranger.ups).toEqual([]);
  });

  // mosquitto opens no websocket where there is no IPv6, so another broker takes its place here.
  it('goes over websockets as well', async () => {
    const aedes = await Aedes.createBroker();
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'mqtt' });
    server.on('connection', (socket) => aedes.handle(createWebSocketStream(socket)));
    await once(server, 'listening');
    ends.push(async () => {
      for (const client of server.clients) client.terminate();
      server.close();
      aedes.close();
    });
    const { port } = server.address() as AddressInfo;
    const site = open(port, { url: `ws://127.0.0.1:${port}` });
    await site.until(() => site.ups.length === 1);
    expect(await site.publish('root/evt/t0', 'over websockets')).toBe(true);
  });

  it('asks for what it is told to by ALPN', async () => {
    const asked: unknown[] = [];
    const files = certificates();
    const server = createServer(
      { cert: files['broker.pem'], key: files['broker.key'], ALPNProtocols: ['x-amzn-mqtt-ca'] },
      (socket) => {
        asked.push(socket.alpnProtocol);
        socket.destroy();
      },
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(async () => server.close());
    const { port } = server.address() as AddressInfo;
    const tls = { ...noTls, ca: Buffer.from(files['ca.pem'] ?? ''), alpn: ['x-amzn-mqtt-ca'] };
    const site = open(port, { url: `mqtts://localhost:${port}`, tls });
    await site.until(() => site.downs.length > 0);
    expect(asked[0]).toBe('x-amzn-mqtt-ca');
  });

  it('is let in by its certificate over TLS, and by no other', async () => {
    const mosquitto = await broker({
      lines: [
        'listener PORT 127.0.0.1',
        'allow_anonymous true',
        'cafile FOLDER/ca.pem',
        'certfile FOLDER/broker.pem',
        'keyfile FOLDER/broker.key',
        'require_certificate true',
        'use_identity_as_username true',
      ],
      files: certificates(),
    });
    const file = (name: string): Buffer => readFileSync(join(mosquitto.folder, name));
    const url = `mqtts://localhost:${mosquitto.port}`;
    const own = { ...noTls, ca: file('ca.pem'), cert: file('site.pem'), key: file('site.key') };
    const site = open(mosquitto.port, { url, tls: own });
    await site.until(() => site.ups.length === 1);
    expect(await site.publish('root/evt/t0', 'over TLS')).toBe(true);
    const bare = open(mosquitto.port, { url, clientId: 'bare', tls: { ...own, cert: undefined, key: undefined } });
    const fooled = open(mosquitto.port, { url, clientId: 'fooled', tls: { ...own, ca: undefined } });
    const misnamed = open(mosquitto.port, {
      url,
      clientId: 'misnamed',
      tls: { ...own, servername: 'elsewhere.example' },
    });
    for (const one of [bare, fooled, misnamed]) await one.until(() => one.downs.length > 0);
    expect([bare.ups, fooled.ups, misnamed.ups]).toEqual([[], [], []]);
    expect(fooled.downs[0]).toMatch(/self.signed|unable to/i);
    expect(misnamed.downs[0]).toMatch(/elsewhere\.example|altnames/i);
  });
});

/** An authority, a broker on localhost and a site, made by openssl. */
function certificates(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-pki-'));
  const run = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  ends.push(async () => rmSync(folder, { recursive: true }));
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test authority');
  writeFileSync(join(folder, 'broker.ext'), 'subjectAltName=DNS:localhost');
  for (const [name, subject] of [
    ['broker', '/CN=localhost'],
    ['site', '/CN=depot'],
  ] as const) {
    run('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    const extensions = name === 'broker' ? ['-extfile', 'broker.ext'] : [];
    run(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-out',
      `${name}.pem`,
      ...extensions,
    );
  }
  const names = ['ca.pem', 'broker.pem', 'broker.key', 'site.pem', 'site.key'];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
