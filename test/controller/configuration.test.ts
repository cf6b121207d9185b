import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/central-system/handler.ts';
import { createConfigurationViews } from '../../src/store/configuration.ts';
import { playConfigured, type Ways, wishedOfAll } from '../support/configured-charge-point.ts';
import { createControlRoom } from '../support/control-room.ts';

const MINUTE = 60_000;

function setUp(
  settings: Record<string, string | null>,
  { ways = {}, policy = {} }: { ways?: Ways; policy?: Partial<Policy> } = {},
) {
  const whole: Partial<Policy> = { chargePointConfiguration: 'keep', ...policy };
  const room = createControlRoom({ policy: whole });
  const station = room.boot('CP1');
  const held = new Map(Object.entries(settings));
  const charger = playConfigured(room, station, held, ways);
  const views = createConfigurationViews(room.database, whole.wishedConfiguration);
  return {
    room,
    station,
    held,
    charger,
    reboot: () => charger.reboot(),
    view: () => views.configuration('CP1'),
    item: (key: string) => views.configuration('CP1').items.find((one) => one.key === key),
    openAlerts: () => room.values('SELECT kind FROM alerts WHERE cleared_ms IS NULL'),
  };
}

describe('reading', () => {
  it('reads everything once after a boot, and not after a mere reconnect', () => {
    const { room, charger, view, reboot } = setUp({ HeartbeatInterval: '300', Vendor: 'x' });
    charger.live(MINUTE);
    expect(charger.asked).toEqual([[]]);
    expect(view()).toMatchObject({ complete: true, reading: false, unknownKeys: [] });
    expect(view().items).toMatchObject([
      { key: 'HeartbeatInterval', value: '300', state: 'as-reported', standard: { unit: 's', type: 'integer' } },
      { key: 'Vendor', value: 'x', state: 'as-reported', standard: null },
    ]);
    reboot();
    charger.live(MINUTE);
    expect(charger.asked).toEqual([[], []]);
    const again = room.connect('CP1');
    room.clock.advance(MINUTE);
    expect(again.calls()).toEqual([]);
  });

  it('sends nothing where it is left to itself, until somebody asks for it', async () => {
    const { room, charger, view } = setUp(
      { HeartbeatInterval: '300' },
      { policy: { chargePointConfiguration: 'leave' } },
    );
    charger.live(MINUTE);
    expect(charger.asked).toEqual([]);
    expect(await room.execute({ type: 'refresh-configuration', chargePointId: 'CP1' }).promise).toEqual({
      kind: 'done',
    });
    charger.live(MINUTE);
    expect(charger.asked).toEqual([[]]);
    expect(view().items).toMatchObject([{ key: 'HeartbeatInterval' }]);
  });

  it.each(['error', 'silence', 'nothing'] as const)(
    'asks for a few keys at a time where all at once gives %s',
    (whole) => {
      const settings = { GetConfigurationMaxKeys: '4', HeartbeatInterval: '300', NumberOfConnectors: '2' };
      const { charger, view } = setUp(settings, { ways: { whole, maxKeys: 4 } });
      charger.live(20 * MINUTE);
      expect(charger.asked.slice(0, 2)).toEqual([[], ['GetConfigurationMaxKeys']]);
      expect(Math.max(...charger.asked.map((keys) => keys.length))).toBe(4);
      expect(view()).toMatchObject({ complete: false, reading: false });
      expect(view().items.map(({ key, value }) => [key, value])).toEqual(Object.entries(settings));
      expect(view().unknownKeys).toContain('LightIntensity');
      const before = charger.asked.length;
      charger.live(20 * MINUTE);
      expect(charger.asked).toHaveLength(before);
    },
  );

  it('asks for one key at a time where a few are too many, and comes to rest', () => {
    const { charger, view } = setUp({ HeartbeatInterval: '300' }, { ways: { whole: 'error', maxKeys: 1 } });
    charger.live(30 * MINUTE);
    expect(charger.asked.filter((keys) => keys.length > 1)).toHaveLength(1);
    expect(view()).toMatchObject({ reading: false, items: [{ key: 'HeartbeatInterval', value: '300' }] });
  });

  it('comes to rest with one that answers no question at all', () => {
    const { charger, view } = setUp({}, { ways: { whole: 'error', maxKeys: 0 } });
    charger.live(30 * MINUTE);
    expect(view()).toMatchObject({ reading: false, items: [] });
    expect(new Set(charger.asked.slice(4).flat()).size).toBe(charger.asked.slice(4).length);
  });
});

describe('wishes', () => {
  it('changes what differs, reads it again, and leaves what says the same', () => {
    const { charger, item } = setUp(
      { A: '060', B: 'TRUE', C: 'b, a', HeartbeatInterval: '300' },
      { policy: { wishedConfiguration: wishedOfAll({ A: '60', B: 'true', C: 'a,b', heartbeatinterval: '60' }) } },
    );
    charger.live(MINUTE);
    // By the name that it told: this charge point knows its keys by their exact names only.
    expect(charger.changes).toEqual([['HeartbeatInterval', '60']]);
    expect(charger.asked).toEqual([[], ['HeartbeatInterval']]);
    expect(['A', 'B', 'C'].map((key) => item(key)?.state)).toEqual(['in-line', 'in-line', 'in-line']);
  });

  it('are in line once the charge point itself says so', () => {
    const { charger, item } = setUp(
      { HeartbeatInterval: '300' },
      { policy: { wishedConfiguration: wishedOfAll({ HeartbeatInterval: '60' }) } },
    );
    charger.live(MINUTE);
    expect(charger.changes).toEqual([['HeartbeatInterval', '60']]);
    expect(item('HeartbeatInterval')).toMatchObject({
      value: '60',
      desired: '60',
      desiredFrom: 'all',
      state: 'in-line',
    });
    charger.live(10 * MINUTE);
    expect(charger.changes).toHaveLength(1);
    expect(charger.asked).toEqual([[], ['HeartbeatInterval']]);
  });

  it('Q20 Accepted proves nothing: a value that did not hold is shown, and not sent again until a boot', () => {
    const { charger, item, reboot } = setUp(
      { HeartbeatInterval: '300' },
      {
        ways: { onChange: () => 'Accepted' },
        policy: { wishedConfiguration: wishedOfAll({ HeartbeatInterval: '60' }) },
      },
    );
    charger.live(10 * MINUTE);
    expect(charger.changes).toHaveLength(1);
    expect(item('HeartbeatInterval')).toMatchObject({ value: '300', desired: '60', state: 'not-applied' });
    expect(item('HeartbeatInterval')?.reason).toMatch(/accepted/);
    reboot();
    charger.live(10 * MINUTE);
    expect(charger.changes).toHaveLength(2);
  });

  it.each([
    ['Rejected', 'refused'],
    ['NotSupported', 'not-supported'],
  ])('%s is not sent again until a boot or another wish', async (status, state) => {
    const { room, charger, item, reboot } = setUp(
      { HeartbeatInterval: '300' },
      { ways: { onChange: () => status }, policy: { wishedConfiguration: wishedOfAll({ HeartbeatInterval: '60' }) } },
    );
    charger.live(10 * MINUTE);
    expect(charger.changes).toHaveLength(1);
    expect(item('HeartbeatInterval')).toMatchObject({ state, value: '300', reason: expect.any(String) });
    reboot();
    charger.live(10 * MINUTE);
    expect(charger.changes).toHaveLength(2);
    const wish = { type: 'wish-configuration', chargePointId: 'CP1', key: 'HeartbeatInterval', value: '90' } as const;
    expect(await room.execute(wish).promise).toEqual({ kind: 'done' });
    charger.live(10 * MINUTE);
    expect(charger.changes.at(-1)).toEqual(['HeartbeatInterval', '90']);
    expect(charger.changes).toHaveLength(3);
  });

  it('a change without an answer is tried three times, and then left for hours', () => {
    const { charger, item } = setUp(
      { HeartbeatInterval: '300' },
      { ways: { onChange: () => null }, policy: { wishedConfiguration: wishedOfAll({ HeartbeatInterval: '60' }) } },
    );
    charger.live(60 * MINUTE);
    expect(charger.changes).toHaveLength(3);
    expect(item('HeartbeatInterval')).toMatchObject({ state: 'pending', reason: 'No answer came.' });
    charger.live(6 * 60 * MINUTE);
    expect(charger.changes.length).toBeGreaterThan(3);
  });

  it('the API goes before the file, survives a restart, and can be taken back', async () => {
    const policy: Partial<Policy> = {
      chargePointConfiguration: 'keep',
      wishedConfiguration: wishedOfAll({ HeartbeatInterval: '60' }),
    };
    const { room, held, charger, item } = setUp({ HeartbeatInterval: '300' }, { policy });
    charger.live(MINUTE);
    await room.execute({ type: 'wish-configuration', chargePointId: 'CP1', key: 'heartbeatINTERVAL', value: '90' })
      .promise;
    charger.live(MINUTE);
    expect(item('HeartbeatInterval')).toMatchObject({ desired: '90', desiredFrom: 'api' });

    const later = createControlRoom({ policy, database: room.database });
    const again = playConfigured(later, later.boot('CP1'), held);
    again.live(MINUTE);
    expect(item('HeartbeatInterval')).toMatchObject({ desired: '90', desiredFrom: 'api' });
    const drop = { type: 'drop-configuration-wish', chargePointId: 'CP1', key: 'HeartbeatInterval' } as const;
    expect(await later.execute(drop).promise).toEqual({ kind: 'done' });
    expect(await later.execute(drop).promise).toMatchObject({ kind: 'unknown' });
    again.live(MINUTE);
    expect(item('HeartbeatInterval')).toMatchObject({
      value: '60',
      desired: '60',
      desiredFrom: 'all',
      state: 'in-line',
    });
  });

  it('a key that the charge point does not tell is sent, and stays unknown', () => {
    const { charger, item } = setUp(
      { Hidden: null },
      {
        ways: { onChange: () => 'Accepted' },
        policy: { wishedConfiguration: wishedOfAll({ Hidden: 'x', Absent: 'y' }) },
      },
    );
    charger.live(10 * MINUTE);
    expect(charger.changes).toEqual([
      ['Absent', 'y'],
      ['Hidden', 'x'],
    ]);
    expect(item('Hidden')).toMatchObject({ state: 'unknown' });
    expect(item('Absent')).toMatchObject({ state: 'unknown' });
  });

  it('what somebody sends by hand is read again as well', async () => {
    const { room, charger, item } = setUp({ A: '1' }, { ways: { onChange: () => 'Accepted' } });
    charger.live(MINUTE);
    const payload = { key: 'A', value: '2' };
    const sent = room.execute({ type: 'operate', chargePointId: 'CP1', action: 'ChangeConfiguration', payload });
    charger.live(MINUTE);
    expect(await sent.promise).toMatchObject({ kind: 'answered' });
    expect(charger.asked).toEqual([[], ['A']]);
    expect(item('A')).toMatchObject({ value: '1', state: 'not-applied' });
  });

  it('secrets are not kept: they are no wish', async () => {
    const { room } = setUp({});
    const wish = { type: 'wish-configuration', chargePointId: 'CP1', key: 'authorizationkey', value: 'x' } as const;
    expect(await room.execute(wish).promise).toMatchObject({ kind: 'invalid' });
    expect(room.rows('SELECT * FROM configuration_wishes')).toEqual([]);
  });
});

describe('restarts', () => {
  const wishedConfiguration = wishedOfAll({ Mode: 'new' });

  it('are left to people: an alert says what to do, and goes when it is done', () => {
    const { held, charger, item, openAlerts, reboot } = setUp(
      { Mode: 'old' },
      { ways: { onChange: () => 'RebootRequired' }, policy: { wishedConfiguration } },
    );
    charger.live(10 * MINUTE);
    expect(charger.others).toEqual([]);
    expect(charger.changes).toHaveLength(1);
    expect(item('Mode')).toMatchObject({ state: 'reboot-required', value: 'old' });
    expect(openAlerts()).toEqual(['reboot-required']);
    held.set('Mode', 'new');
    reboot();
    charger.live(MINUTE);
    expect(item('Mode')).toMatchObject({ state: 'in-line' });
    expect(openAlerts()).toEqual([]);
  });

  it('are done once while nobody charges, where that is wanted', () => {
    const { station, charger, item, openAlerts, reboot } = setUp(
      { Mode: 'old' },
      {
        ways: { onChange: () => 'RebootRequired' },
        policy: { wishedConfiguration, rebootForConfiguration: 'when-idle', unknownCards: 'accept' },
      },
    );
    const started = station.call('StartTransaction', {
      connectorId: 1,
      idTag: 'C',
      meterStart: 0,
      timestamp: '2026-01-15T12:00:00Z',
    });
    const { transactionId } = (started ?? [])[2] as { transactionId: number };
    charger.live(10 * MINUTE);
    expect(charger.others).toEqual([]);
    const shows = (status: string) =>
      station.call('StatusNotification', { connectorId: 1, status, errorCode: 'NoError' });
    shows('Finishing');
    station.call('StopTransaction', { transactionId, meterStop: 5, timestamp: '2026-01-15T12:10:00Z' });
    charger.live(10 * MINUTE);
    // The cable is still in.
    expect(charger.others).toEqual([]);
    shows('Available');
    charger.live(10 * MINUTE);
    expect(charger.others).toEqual(['Reset']);
    reboot();
    charger.live(10 * MINUTE);
    // It asks for another restart: that is for a person to see.
    expect(charger.others).toEqual(['Reset']);
    expect(charger.changes).toHaveLength(2);
    expect(item('Mode')).toMatchObject({ state: 'reboot-required' });
    expect(openAlerts()).toEqual(['reboot-required']);
  });

  it('that are refused are not asked for again: that is for a person to see', () => {
    const { charger, openAlerts } = setUp(
      { Mode: 'old' },
      {
        ways: { onChange: () => 'RebootRequired', others: 'Rejected' },
        policy: { wishedConfiguration, rebootForConfiguration: 'when-idle' },
      },
    );
    charger.live(30 * MINUTE);
    expect(charger.others).toEqual(['Reset']);
    expect(openAlerts()).toEqual(['reboot-required']);
  });
});

describe('lists of measurands', () => {
  const list = 'Energy.Active.Import.Register,RPM,Current.Import,Voltage,Voltage.L1';

  it('that are refused are sent without what is missed least, until one is taken', () => {
    const able = new Set(['Energy.Active.Import.Register', 'Current.Import', 'Voltage']);
    const { charger, item, held } = setUp(
      { MeterValuesSampledData: 'Energy.Active.Import.Register' },
      {
        ways: { onChange: (_, value) => (value.split(',').every((one) => able.has(one)) ? undefined : 'Rejected') },
        policy: { wishedConfiguration: wishedOfAll({ MeterValuesSampledData: list }) },
      },
    );
    charger.live(10 * MINUTE);
    expect(charger.changes.map(([, value]) => value.split(',').length)).toEqual([5, 4, 3]);
    expect(held.get('MeterValuesSampledData')).toBe('Energy.Active.Import.Register,Current.Import,Voltage');
    expect(item('MeterValuesSampledData')).toMatchObject({ state: 'not-applied', desired: list });
    expect(item('MeterValuesSampledData')?.reason).toContain('shorter list');
    charger.live(60 * MINUTE);
    expect(charger.changes).toHaveLength(3);
  });

  it('are cut to the length that the charge point takes', () => {
    const { charger } = setUp(
      { MeterValuesSampledData: 'Voltage', MeterValuesSampledDataMaxLength: '2' },
      { policy: { wishedConfiguration: wishedOfAll({ MeterValuesSampledData: list }) } },
    );
    charger.live(10 * MINUTE);
    expect(charger.changes).toEqual([['MeterValuesSampledData', 'Energy.Active.Import.Register,Current.Import']]);
  });

  it('that are refused down to the last entry are left', () => {
    const { charger, item } = setUp(
      { MeterValuesSampledData: 'SoC' },
      {
        ways: { onChange: () => 'Rejected' },
        policy: { wishedConfiguration: wishedOfAll({ MeterValuesSampledData: list }) },
      },
    );
    charger.live(60 * MINUTE);
    expect(charger.changes).toHaveLength(5);
    expect(item('MeterValuesSampledData')).toMatchObject({ state: 'refused' });
  });
});
