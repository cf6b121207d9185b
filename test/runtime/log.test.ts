import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startNode } from '../support/node-process.ts';

/** What a process of its own prints: the log writes to the real standard output. */
async function linesOf(statement: string, env: Record<string, string>): Promise<string[]> {
  const child = startNode(
    `import { createLog } from './src/runtime/log.ts'; const log = createLog('info', ${JSON.stringify(env)}); ${statement}`,
  );
  if (child.stdout === null) throw new Error('no output');
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return printed.trim().split('\n');
}

describe('the log', () => {
  it('writes a line of JSON at once, even if the process is killed right after, with secrets struck out', async () => {
    const [line, ...more] = await linesOf(
      `log.debug({}, 'not shown');
       log.info({ chargePointId: 'CP1', password: 'p1', idTag: 'CARD1', request: { authorization: 'Basic p2', idTag: 'CARD2' } }, 'hello');
       process.kill(process.pid, 'SIGKILL');`,
      {},
    );
    expect(more).toEqual([]);
    expect(JSON.parse(String(line))).toEqual({
      level: 30,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      chargePointId: 'CP1',
      password: '***',
      idTag: '***',
      request: { authorization: '***', idTag: '***' },
      msg: 'hello',
    });
  });

  it('tells journald the priority of each line, whatever the message says', async () => {
    const lines = await linesOf(
      `log.error({}, 'e'); log.warn({ level2: '"level":60' }, '"level":10'); log.info({}, 'i'); log.fatal({}, 'f');`,
      { JOURNAL_STREAM: '8:1' },
    );
    expect(lines.map((line) => line.slice(0, 3))).toEqual(['<3>', '<4>', '<6>', '<2>']);
  });

  it('lets nobody who is named in it write lines of their own or steer a terminal', async () => {
    const vendor = 'A\n{"level":60}\r\u001b[2J\u009b2J\u007f\u2028\u202eB';
    const lines = await linesOf(`log.info({ vendor: ${JSON.stringify(vendor)} }, ${JSON.stringify(vendor)});`, {});
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[ -~]+$/);
    expect(JSON.parse(String(lines[0]))).toMatchObject({ vendor, msg: vendor });
  });
});
