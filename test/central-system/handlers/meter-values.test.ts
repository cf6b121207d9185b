import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/domain/events.ts';
import type { RequestOf } from '../../../src/ocpp/messages/actions.ts';
import { createDesk, stamp } from '../../support/desk.ts';

type Request = RequestOf<'MeterValues'>;
type Taken = Extract<Event, { type: 'readings-taken' }>;

function createWorld() {
  const desk = createDesk();
  for (const connectorId of [1, 2]) {
    desk.receive('StartTransaction', { connectorId, idTag: `X${connectorId}`, meterStart: 1_000, timestamp: stamp(0) });
  }
  return {
    ...desk,
    read: (over: Partial<Request> = {}, chargePointId = 'CP1') => {
      const meterValue = [{ timestamp: stamp(60), sampledValue: [{ value: '1100' }] }];
      const { response, events } = desk.receive(
        'MeterValues',
        { connectorId: 1, meterValue, ...over },
        { chargePointId },
      );
      return { response, taken: events.find((event): event is Taken => event.type === 'readings-taken'), events };
    },
  };
}

describe('meter values', () => {
  it('go to the transaction that they name, on whatever connector they stand', () => {
    const { read } = createWorld();
    expect(read({ transactionId: 2 }).taken).toMatchObject({
      connectorId: 1,
      transactionId: 2,
      receivedAt: expect.any(Number),
    });
  });

  it('without an id go to what runs on their connector', () => {
    const { read } = createWorld();
    expect(read({ connectorId: 2 }).taken?.transactionId).toBe(2);
    expect(read({ connectorId: 3 }).taken?.transactionId).toBeNull();
  });

  it('without an id that were measured before the start belong to nothing, and are no finding', () => {
    const { read, rows } = createWorld();
    const before = [{ timestamp: stamp(-30), sampledValue: [{ value: '900' }] }];
    expect(read({ meterValue: before }).taken?.transactionId).toBeNull();
    expect(rows('SELECT kind FROM findings')).toEqual([]);
    const around = [...before, { timestamp: stamp(30), sampledValue: [{ value: '1050' }] }];
    expect(read({ meterValue: around }).taken?.transactionId).toBe(1);
  });

  it('of connector 0 are the main meter: no transaction of their own', () => {
    const { read } = createWorld();
    expect(read({ connectorId: 0 }).taken?.transactionId).toBeNull();
  });

  it('of a transaction that is not running here belong to nobody, and are answered', () => {
    const { read } = createWorld();
    for (const transactionId of [404, -1, 0]) {
      expect(read({ transactionId })).toMatchObject({ response: {}, taken: { connectorId: 1, transactionId: null } });
    }
    expect(read({ transactionId: 1 }, 'CP2').taken?.transactionId).toBeNull();
  });

  it('that can not be used are answered all the same, and counted', () => {
    const { read, values } = createWorld();
    const meterValue = [{ timestamp: stamp(1), sampledValue: [{ value: 'nonsense' }, { value: '1200' }] }];
    expect(read({ meterValue })).toMatchObject({
      response: {},
      taken: { dropped: 1, readings: [{ energyWh: 1_200 }] },
    });
    expect(values('SELECT count(*) FROM findings')).toEqual([0]);
  });

  it('that are signed are evidence, word for word', () => {
    const { read, values } = createWorld();
    const sampledValue = [{ value: 'a1b2c3', format: 'SignedData' as const }];
    read({ meterValue: [{ timestamp: stamp(1), sampledValue }] });
    expect(values("SELECT message FROM evidence WHERE kind = 'signed-value'").map(String)).toEqual([
      expect.stringContaining('a1b2c3'),
    ]);
  });

  it('whose register falls are kept, with a finding', () => {
    const { read, values } = createWorld();
    const at = (seconds: number, value: string) => [{ timestamp: stamp(seconds), sampledValue: [{ value }] }];
    read({ meterValue: at(60, '1100') });
    expect(read({ meterValue: at(120, '1050') }).taken?.readings).toHaveLength(1);
    expect(values('SELECT kind FROM findings')).toEqual(['register-regression']);
  });

  it.each([-1, 65])('of connector %d are refused: there is none', (connectorId) => {
    const { judge } = createWorld();
    expect(judge('MeterValues', { connectorId, meterValue: [] })).toMatchObject({
      refused: 'PropertyConstraintViolation',
    });
  });
});
