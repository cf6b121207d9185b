/** The tester must see what it is there to see: here it meets a Central System that does wrong on purpose. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createTester, type Tester } from './tester.ts';

describe("the tester's charge point", () => {
  let server: WebSocketServer;
  let peer: WebSocket;
  let tester: Tester;

  beforeEach(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    tester = createTester(`ws://127.0.0.1:${address.port}`, 'CP', null);
    const [[connected]] = await Promise.all([once(server, 'connection'), tester.connect()]);
    peer = connected as WebSocket;
  });
  afterEach(async () => {
    await tester.disconnect();
    server.close();
  });

  /** Answers the next call with this frame, whose second element is the call's id. */
  const answerWith = (frame: (messageId: string) => unknown): void => {
    peer.once('message', (text) => {
      const [, messageId] = JSON.parse(String(text)) as [number, string];
      peer.send(JSON.stringify(frame(messageId)));
    });
  };
  /** Sends a frame and returns what comes back. */
  const provoke = async (frame: unknown): Promise<unknown> => {
    const answer = once(peer, 'message');
    peer.send(JSON.stringify(frame));
    const [text] = await answer;
    return JSON.parse(String(text));
  };

  it('has nothing to say about what is right', async () => {
    answerWith((id) => [3, id, { currentTime: '2026-01-01T00:00:00Z' }]);
    await tester.tell('Heartbeat', {});
    const expected = tester.expects('Reset', { type: 'Soft' }, { status: 'Accepted' });
    expect(await provoke([2, 'a', 'Reset', { type: 'Soft' }])).toEqual([3, 'a', { status: 'Accepted' }]);
    await expected;
    expect(tester.violations).toEqual([]);
  });

  it('notices an answer that breaks the schema', async () => {
    answerWith((id) => [3, id, { currentTime: 'noon' }]);
    await expect(tester.tell('Heartbeat', {})).rejects.toThrow('Heartbeat.conf');
    expect(tester.violations).toEqual([expect.stringContaining('Heartbeat.conf')]);
  });

  it('notices an error in place of an answer', async () => {
    answerWith((id) => [4, id, 'InternalError', 'no', {}]);
    await expect(tester.tell('Heartbeat', {})).rejects.toThrow('InternalError');
    answerWith((id) => [4, id, 'Whatever', 'no', {}]);
    await expect(tester.tell('Heartbeat', {})).rejects.toThrow('Whatever');
    expect(tester.violations).toEqual([expect.stringContaining('Whatever')]);
  });

  it.each([
    ['a call that breaks the schema', [2, 'a', 'Reset', { type: 'Gentle' }]],
    ['a call with a field too many', [2, 'a', 'ClearCache', { all: true }]],
    ['a call that OCPP 1.6 does not have', [2, 'a', 'SetVariables', {}]],
  ])('notices %s', async (_, frame) => {
    await provoke(frame);
    expect(tester.violations).toHaveLength(1);
  });

  it('notices a message id that comes twice', async () => {
    await provoke([2, 'a', 'ClearCache', {}]);
    peer.send(JSON.stringify([2, 'a', 'ClearCache', {}]));
    await provoke([2, 'b', 'ClearCache', {}]);
    expect(tester.violations).toEqual([expect.stringContaining('message id a')]);
  });

  it.each([
    ['an answer that nobody waits for', [3, 'nothing', {}]],
    ['a frame that is too short', [2, 'a', 'ClearCache']],
    ['a frame of no kind', [5, 'a', {}]],
    ['what is no frame', { hello: 1 }],
  ])('notices %s', async (_, frame) => {
    peer.send(JSON.stringify(frame));
    await provoke([2, 'z', 'ClearCache', {}]);
    expect(tester.violations).toHaveLength(1);
  });

  it('notices its own mistakes', async () => {
    answerWith((id) => [3, id, {}]);
    await tester.tell('StatusNotification', { connectorId: 1, status: 'Asleep', errorCode: 'NoError' });
    const expected = tester.expects('Reset', { type: 'Hard' }, { status: 'Perhaps' });
    await provoke([2, 'a', 'Reset', { type: 'Hard' }]);
    await expected;
    expect(tester.violations).toHaveLength(3);
  });

  it('takes only the very call that the script expects', async () => {
    const expected = tester.expects('Reset', { type: 'Hard' }, { status: 'Accepted' });
    expect(await provoke([2, 'a', 'Reset', { type: 'Soft' }])).toEqual([4, 'a', 'NotImplemented', '', {}]);
    expect(await provoke([2, 'b', 'Reset', { type: 'Hard' }])).toEqual([3, 'b', { status: 'Accepted' }]);
    await expected;
  });
});
