import { describe, expect, it } from 'vitest';
import { instant } from '../../../src/domain/units.ts';
import type { RequestOf } from '../../../src/ocpp/messages/actions.ts';
import { createDesk, stamp } from '../../support/desk.ts';
import { NOON } from '../../support/manual-clock.ts';
import { token } from '../../support/things.ts';

type Request = RequestOf<'StartTransaction'>;
const request = (over: Partial<Request> = {}): Request => ({
  connectorId: 1,
  idTag: 'CARD1',
  meterStart: 1_000,
  timestamp: stamp(0),
  ...over,
});

function createWorld(policy: Parameters<typeof createDesk>[0] = {}) {
  const desk = createDesk(policy);
  desk.given({ type: 'token-put', token: token({ parentIdTag: 'FLEET' }), at: NOON });
  return {
    ...desk,
    start: (over: Partial<Request> = {}, chargePointId = 'CP1', seconds = 0) =>
      desk.receive('StartTransaction', request(over), { chargePointId, at: instant(NOON + seconds * 1_000) }).response,
    stop: (transactionId: number, seconds: number, meterStop = 2_000, chargePointId = 'CP1') =>
      desk.receive(
        'StopTransaction',
        { transactionId, meterStop, timestamp: stamp(seconds) },
        { chargePointId, at: instant(NOON + seconds * 1_000) },
      ),
    findings: () =>
      desk.rows(
        'SELECT transaction_id AS id, kind, resolved_ms IS NOT NULL AS resolved FROM findings ORDER BY transaction_id, kind',
      ),
  };
}

describe('a start', () => {
  it('gets an id and a verdict with everything that the charge point may cache', () => {
    const { start, reader } = createWorld();
    expect(start()).toEqual({ transactionId: 1, idTagInfo: { status: 'Accepted', parentIdTag: 'FLEET' } });
    expect(reader.transaction('CP1', 1)).toMatchObject({
      state: 'running',
      start: { connectorId: 1, meterWh: 1_000, at: NOON },
    });
  });

  it.each(['nobody', 'Blocked', 'Expired'])(
    'of a card that may not charge (%s) gets an id as well, and a row',
    (idTag) => {
      const { start, given, values } = createWorld();
      given({ type: 'token-put', token: token({ idTag: 'Blocked', status: 'Blocked' }), at: NOON });
      given({ type: 'token-put', token: token({ idTag: 'Expired', status: 'Expired' }), at: NOON });
      const status = idTag === 'nobody' ? 'Invalid' : idTag;
      expect(start({ idTag })).toEqual({ transactionId: 1, idTagInfo: { status } });
      expect(values('SELECT verdict FROM transactions')).toEqual([status]);
    },
  );

  it('keeps the reservation that it names, known or not', () => {
    const { start, reader } = createWorld();
    start({ reservationId: 77 });
    expect(reader.transaction('CP1', 1)?.start?.reservationId).toBe(77);
  });

  it.each([0, -1, 65, 2 ** 40])('on connector %d is refused: there is none', (connectorId) => {
    const { judge, values } = createWorld();
    expect(judge('StartTransaction', request({ connectorId }))).toMatchObject({
      refused: 'PropertyConstraintViolation',
    });
    expect(values('SELECT count(*) FROM transactions')).toEqual([0]);
  });

  it('at a time that the calendar does not hold is refused', () => {
    const { judge } = createWorld();
    expect(judge('StartTransaction', request({ timestamp: '2026-02-30T12:00:00Z' }))).toMatchObject({
      refused: 'PropertyConstraintViolation',
    });
  });
});

describe('a start that comes again', () => {
  it('gets the same answer, also when the card, its verdict or the circumstances have changed since', () => {
    const { start, given, values } = createWorld();
    const first = start();
    given({ type: 'token-put', token: token({ status: 'Blocked' }), at: NOON });
    expect(start({}, 'CP1', 3_600)).toEqual(first);
    expect(start({ idTag: 'card1', reservationId: 3 })).toEqual(first);
    expect(values('SELECT id FROM transactions')).toEqual([1]);
    expect(values('SELECT kind FROM evidence')).toEqual(['start', 'start-repeated', 'start-repeated']);
  });

  it('is never concurrent with itself, nor after its stop', () => {
    const { start, stop } = createWorld();
    const first = start();
    expect(start()).toEqual(first);
    stop(1, 60);
    expect(start()).toEqual(first);
  });

  it('from another charge point, connector, second or register is another one', () => {
    const { start } = createWorld({ concurrentTransactions: 'allow' });
    const ids = [
      start(),
      start({}, 'CP2'),
      start({ connectorId: 2 }),
      start({ timestamp: stamp(1) }),
      start({ meterStart: 1_001 }),
    ].map(({ transactionId }) => transactionId);
    expect(ids).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('ConcurrentTx', () => {
  it('is not for a card whose transaction the charge point has forgotten: it has booted, and is Available', () => {
    const { start, receive } = createWorld();
    start();
    const later = (seconds: number) => ({ at: instant(NOON + seconds * 1_000) });
    const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
    const status = (is: 'Available' | 'Charging', seconds: number) =>
      receive('StatusNotification', { connectorId: 1, status: is, errorCode: 'NoError' }, later(seconds));
    status('Available', 30);
    expect(start({ timestamp: stamp(40) }, 'CP2', 40).idTagInfo.status).toBe('ConcurrentTx');
    receive('BootNotification', boot, later(60));
    expect(start({ timestamp: stamp(61) }, 'CP2', 61).idTagInfo.status).toBe('ConcurrentTx');
    status('Charging', 62);
    expect(start({ timestamp: stamp(63) }, 'CP2', 63).idTagInfo.status).toBe('ConcurrentTx');
    status('Available', 64);
    expect(start({ timestamp: stamp(65) }, 'CP2', 65).idTagInfo.status).toBe('Accepted');
  });

  it('is the answer while the same card charges elsewhere, and its transaction gets an id all the same', () => {
    const { start } = createWorld();
    start();
    expect(start({ idTag: 'card1' }, 'CP2')).toEqual({
      transactionId: 2,
      idTagInfo: { status: 'ConcurrentTx', parentIdTag: 'FLEET' },
    });
    expect(start({ connectorId: 2 })).toMatchObject({ idTagInfo: { status: 'ConcurrentTx' } });
  });

  it('is not, where the site allows it', () => {
    const { start } = createWorld({ concurrentTransactions: 'allow' });
    start();
    expect(start({}, 'CP2').idTagInfo.status).toBe('Accepted');
  });

  it('is not, on the same connector: the older one must have ended', () => {
    const { start } = createWorld();
    start();
    expect(start({ timestamp: stamp(60) }).idTagInfo.status).toBe('Accepted');
  });

  it('is not, once the other one has stopped, or was never allowed to charge', () => {
    const { start, stop, given } = createWorld();
    given({ type: 'token-put', token: token({ status: 'Blocked' }), at: NOON });
    start();
    given({ type: 'token-put', token: token(), at: NOON });
    expect(start({}, 'CP2').idTagInfo.status).toBe('Accepted');
    stop(2, 10, 2_000, 'CP2');
    expect(start({ timestamp: stamp(20) }, 'CP2').idTagInfo.status).toBe('Accepted');
  });

  it('is not in hindsight, for a start that happened offline', () => {
    const { start } = createWorld();
    start();
    expect(start({ timestamp: stamp(-61) }, 'CP2').idTagInfo.status).toBe('Accepted');
    expect(start({ timestamp: stamp(-59) }, 'CP2').idTagInfo.status).toBe('ConcurrentTx');
  });

  it('never covers up a better reason', () => {
    const { start, given } = createWorld();
    start();
    given({ type: 'token-put', token: token({ status: 'Blocked' }), at: NOON });
    expect(start({}, 'CP2').idTagInfo.status).toBe('Blocked');
  });
});

describe('findings', () => {
  it('tell of an older transaction without a stop, until its stop comes', () => {
    const { start, stop, findings, reader } = createWorld();
    start();
    start({ timestamp: stamp(600), meterStart: 1_500 }, 'CP1', 600);
    expect(findings()).toEqual([
      { id: 1, kind: 'missing-stop', resolved: 0 },
      { id: 2, kind: 'overlap', resolved: 0 },
    ]);
    expect(reader.transaction('CP1', 1)?.state).toBe('running');
    stop(1, 500, 1_500);
    expect(findings()[0]).toEqual({ id: 1, kind: 'missing-stop', resolved: 1 });
  });

  it('tell of a register that went on or back between two transactions', () => {
    const { start, stop, findings } = createWorld();
    start();
    stop(1, 3_600, 2_000);
    start({ timestamp: stamp(4_000), meterStart: 2_500 }, 'CP1', 4_000);
    stop(2, 5_000, 2_600);
    start({ timestamp: stamp(6_000), meterStart: 100 }, 'CP1', 6_000);
    expect(findings()).toEqual([
      { id: 2, kind: 'register-gap', resolved: 0 },
      { id: 3, kind: 'register-regression', resolved: 0 },
    ]);
  });

  it('tell of a clock that was never set, or runs ahead', () => {
    const { start, findings } = createWorld();
    start({ timestamp: '1970-01-01T00:00:10Z' });
    start({ timestamp: '2099-01-01T00:00:00Z', connectorId: 2 });
    expect(findings()).toEqual([
      { id: 1, kind: 'time-implausible', resolved: 0 },
      { id: 2, kind: 'time-in-future', resolved: 0 },
    ]);
  });

  it('are none for a usual day', () => {
    const { start, stop, findings } = createWorld();
    start();
    stop(1, 3_600, 8_000);
    start({ timestamp: stamp(7_200), meterStart: 8_000 }, 'CP1', 7_200);
    expect(findings()).toEqual([]);
  });
});
