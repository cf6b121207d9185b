import { performance } from 'node:perf_hooks';
import { bootFleet } from './fleet.ts';
import { cpuMs, residentBytes, writtenBytes } from './process-figures.ts';

export type ClosedLoopResult = {
  /** CPU time of the server, ms per 1,000 messages. */
  readonly cpuMsPer1000: number;
  readonly messagesPerS: number;
  readonly bytesPerMessage: number;
  readonly residentBytes: number;
};

/** Every charge point sends its next message as soon as the last one is answered. Measures the server between two counts. */
export async function runClosedLoop(options: {
  url: string;
  serverPid: number;
  chargePoints: number;
  warmUpMessages: number;
  messages: number;
}): Promise<ClosedLoopResult> {
  const { serverPid, warmUpMessages, messages } = options;
  const fleet = await bootFleet(options.url, options.chargePoints);
  const look = () => ({ at: performance.now(), cpu: cpuMs(serverPid), written: writtenBytes(serverPid) });
  return new Promise((resolve, reject) => {
    let answers = 0;
    let before = look();
    for (const chargePoint of fleet) {
      chargePoint.onClose(() => reject(new Error('the server closed a connection')));
      chargePoint.onAnswer(() => {
        answers += 1;
        if (answers === warmUpMessages) before = look();
        if (answers === warmUpMessages + messages) {
          const after = look();
          resolve({
            cpuMsPer1000: ((after.cpu - before.cpu) * 1_000) / messages,
            messagesPerS: (messages * 1_000) / (after.at - before.at),
            bytesPerMessage: (after.written - before.written) / messages,
            residentBytes: residentBytes(serverPid),
          });
        }
        chargePoint.send(chargePoint.script.next());
      });
      chargePoint.send(chargePoint.script.next());
    }
  });
}
