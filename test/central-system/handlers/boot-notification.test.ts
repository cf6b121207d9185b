import { describe, expect, it } from 'vitest';
import { createDesk } from '../../support/desk.ts';
import { NOON } from '../../support/manual-clock.ts';

const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
const registrations = 'SELECT registration FROM charge_points WHERE id = ';

describe('BootNotification', () => {
  it.each([
    ['accept', 'Accepted', 300, ['accepted']],
    ['pending', 'Pending', 30, ['pending']],
    ['refuse', 'Rejected', 3_600, []],
  ] as const)(
    'of an unknown charge point, when the site says %s, is answered %s',
    (unknown, status, interval, kept) => {
      const desk = createDesk({ unknownChargePoints: unknown });
      const { response } = desk.receive('BootNotification', boot, { chargePointId: 'new' });
      expect(response).toEqual({ status, interval, currentTime: '2026-01-15T12:00:00.000Z' });
      expect(desk.values(`${registrations}'new'`)).toEqual(kept);
    },
  );

  it('of a known one is answered by what was decided about it, for ever', () => {
    const desk = createDesk({ unknownChargePoints: 'refuse' });
    expect(desk.receive('BootNotification', boot).response.status).toBe('Accepted');
    desk.given({ type: 'registration-changed', chargePointId: 'CP1', registration: 'rejected', at: NOON });
    expect(desk.receive('BootNotification', boot).response.status).toBe('Rejected');
  });

  it('of one that the configuration names is always accepted, whatever it was before', () => {
    const desk = createDesk({ unknownChargePoints: 'refuse', configured: new Set(['new', 'CP1']) });
    expect(desk.receive('BootNotification', boot, { chargePointId: 'new' }).response.status).toBe('Accepted');
    desk.given({ type: 'registration-changed', chargePointId: 'CP1', registration: 'rejected', at: NOON });
    expect(desk.receive('BootNotification', boot).response.status).toBe('Accepted');
    expect(desk.values(`${registrations}'CP1'`)).toEqual(['accepted']);
  });

  it.each([
    ['45', 45],
    [' 0060 ', 60],
    ['0', 300],
    ['soon', 300],
  ])('does not undo the HeartbeatInterval that is wished for: %j is answered with %i s', (value, interval) => {
    const wish = { key: 'heartbeatInterval', value, from: 'charge-point' } as const;
    const desk = createDesk({ wishedConfiguration: { all: [], of: new Map([['CP1', [wish]]]) } });
    expect(desk.receive('BootNotification', boot).response.interval).toBe(interval);
  });

  it('keeps what the charge point says of itself, blanks being nothing', () => {
    const desk = createDesk();
    desk.receive('BootNotification', {
      ...boot,
      chargePointSerialNumber: ' S1 ',
      chargeBoxSerialNumber: '',
      firmwareVersion: '1.2',
      iccid: '  ',
      imsi: '262',
      meterType: 'T',
      meterSerialNumber: 'MS',
    });
    expect(desk.reader.nameplate('CP1')).toEqual({
      vendor: 'V',
      model: 'M',
      serialNumber: 'S1',
      boxSerialNumber: null,
      firmwareVersion: '1.2',
      iccid: null,
      imsi: '262',
      meterType: 'T',
      meterSerialNumber: 'MS',
    });
  });

  it('of a stranger beyond 200 that wait is turned away and not remembered', () => {
    const desk = createDesk({ unknownChargePoints: 'pending' });
    for (let at = 0; at < 200; at++) desk.receive('BootNotification', boot, { chargePointId: `stranger ${at}` });
    expect(desk.receive('BootNotification', boot, { chargePointId: 'one more' }).response.status).toBe('Rejected');
    expect(desk.receive('BootNotification', boot, { chargePointId: 'stranger 7' }).response.status).toBe('Pending');
    expect(desk.reader.countChargePoints('pending')).toBe(200);
  });

  it('ends no transaction: its stop still comes', () => {
    const desk = createDesk();
    const start = { connectorId: 1, idTag: 'X', meterStart: 0, timestamp: '2026-01-15T12:00:00Z' };
    const { transactionId } = desk.receive('StartTransaction', start).response;
    desk.receive('BootNotification', boot);
    expect(desk.reader.transaction('CP1', transactionId)?.state).toBe('running');
  });
});
