import { createRequire } from 'node:module';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

const { RPCServer } = createRequire(import.meta.url)('ocpp-rpc') as typeof import('ocpp-rpc');

/**
 * A named reference: the least that a Central System on the library ocpp-rpc can be with the same durability. Messages
 * are checked against the schemas, a start or a stop is on disk before it is answered, meter values are kept as they
 * came and written along with the next start or stop.
 */
const [, , folder = '.', port = '0'] = process.argv;
const database = new Sqlite(join(folder, 'ocpp-rpc.db'));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(`
  CREATE TABLE transactions (id INTEGER PRIMARY KEY, charge_point TEXT, start TEXT, stop TEXT);
  CREATE TABLE meter_values (id INTEGER PRIMARY KEY, charge_point TEXT, message TEXT);
`);
const insertStart = database.prepare('INSERT INTO transactions (charge_point, start) VALUES (?, ?)');
const updateStop = database.prepare('UPDATE transactions SET stop = ? WHERE id = ?');
const insertValues = database.prepare('INSERT INTO meter_values (charge_point, message) VALUES (?, ?)');
let buffered: { identity: string; message: string }[] = [];

const durably = database.transaction(<Result>(write: () => Result): Result => {
  for (const { identity, message } of buffered) insertValues.run(identity, message);
  return write();
});
const recorded = <Result>(write: () => Result): Result => {
  const result = durably(write) as Result;
  buffered = [];
  return result;
};

const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true } as ConstructorParameters<
  typeof RPCServer
>[0]);
/** What the library hands to a handler; its own types leave it open. */
type Handled = { readonly params: unknown };
const now = (): string => new Date().toISOString();
const idTagInfo = { status: 'Accepted' } as const;
server.on('client', (client) => {
  const { identity = '' } = client as { identity?: string };
  client.handle('BootNotification', () => ({ status: 'Accepted', currentTime: now(), interval: 300 }));
  client.handle('Heartbeat', () => ({ currentTime: now() }));
  client.handle('Authorize', () => ({ idTagInfo }));
  client.handle('StartTransaction', ({ params }: Handled) => {
    const { lastInsertRowid } = recorded(() => insertStart.run(identity, JSON.stringify(params)));
    return { transactionId: Number(lastInsertRowid), idTagInfo };
  });
  client.handle('MeterValues', ({ params }: Handled) => {
    buffered.push({ identity, message: JSON.stringify(params) });
    return {};
  });
  client.handle('StopTransaction', ({ params }: Handled) => {
    const { transactionId } = params as { transactionId: number };
    recorded(() => updateStop.run(JSON.stringify(params), transactionId));
    return { idTagInfo };
  });
});
const http = await server.listen(Number(port), '127.0.0.1');
const address = http.address();
const listening = typeof address === 'object' && address !== null ? address.port : 0;
process.stdout.write(`Charge points: ws://127.0.0.1:${listening}/ocpp/{id}\n`);
process.once('SIGTERM', () => process.exit(0));
