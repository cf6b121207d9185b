import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** The yardstick: a WebSocket server that reads JSON, answers a constant, and does nothing else. */
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  perMessageDeflate: false,
  handleProtocols: () => 'ocpp1.6',
});
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const [, messageId] = JSON.parse(data.toString()) as [number, string];
    socket.send(JSON.stringify([3, messageId, { status: 'Accepted', transactionId: 1 }]));
  });
});
server.on('listening', () => {
  process.stdout.write(`Charge points: ws://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp/{id}\n`);
});
process.once('SIGTERM', () => process.exit(0));
