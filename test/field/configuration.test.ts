/** Configuration as charge points really tell and take it (field lessons 46, field observations Q20 and Q26). */
import { afterEach, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, refusedStatus } from '../support/charge-point.ts';
import { wishedOfAll } from '../support/configured-charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';

/** How long a charge point is left alone after its boot is the business of another test; here it passes for real. */
const PATIENT = 20_000;

let site: TestSite;
afterEach(() => site.stop());

/** Answers that many questions about its settings, none of which may be for all keys or for more than four. */
async function tell(charger: ChargePoint, settings: Record<string, string>, rounds: number): Promise<string[][]> {
  const asked: string[][] = [];
  for (let round = 0; round < rounds; round++) {
    const { payload, answer, fail } = await charger.nextCall('GetConfiguration');
    const keys = (payload.key ?? []) as string[];
    asked.push(keys);
    if (keys.length === 0 || keys.length > 4) fail('InternalError', 'out of memory');
    else {
      const known = keys.filter((key) => Object.hasOwn(settings, key));
      answer({ configurationKey: known.map((key) => ({ key, readonly: false, value: settings[key] })) });
    }
  }
  return asked;
}

const read = (): unknown[] => site.database.prepare('SELECT key, value FROM configuration_values ORDER BY key').all();

describe('D5.46 reading the configuration', () => {
  it(
    'D5.46 all at once fails, and four keys at a time is all it takes: it is read, and works all the while',
    async () => {
      site = await startSite({ policy: { chargePointConfiguration: 'keep' } });
      const charger = await connect(site.url, 'CP1');
      await charger.boot();
      const settings = { GetConfigurationMaxKeys: '4', NumberOfConnectors: '2' };
      // Everything, the limit, and then the 50 other standard keys that can be read.
      const asked = await tell(charger, settings, 3);
      expect(asked[0]).toEqual([]);
      expect(asked[1]).toEqual(['GetConfigurationMaxKeys']);
      expect(asked[2]).toHaveLength(4);
      expect(await charger.heartbeat()).toHaveProperty('currentTime');
      const sent = site.controller.execute({
        type: 'operate',
        chargePointId: 'CP1',
        action: 'ClearCache',
        payload: {},
      });
      asked.push(...(await tell(charger, settings, 1)));
      (await charger.nextCall('ClearCache')).answer({ status: 'Accepted' });
      expect(await sent).toMatchObject({ kind: 'answered' });
      const readThrough = new Promise<void>((resolve) => {
        site.controller.feed.listen(({ event }) => {
          if (event.type === 'configuration-read-through') resolve();
        });
      });
      asked.push(...(await tell(charger, settings, 11)));
      await readThrough;
      expect(site.controller.reader.configurationReading('CP1')).toMatchObject({ step: 'done', due: false });
      expect(new Set(asked.flat()).size).toBe(asked.flat().length);
      expect(read()).toEqual([
        { key: 'GetConfigurationMaxKeys', value: '4' },
        { key: 'NumberOfConnectors', value: '2' },
      ]);
    },
    PATIENT,
  );
});

describe('Q26 what a charge point tells', () => {
  it(
    'Q26 a key without a value, a secret in clear, a vendor key, no unknownKey: all kept but the secret',
    async () => {
      site = await startSite({ policy: { chargePointConfiguration: 'keep' } });
      const charger = await connect(site.url, 'CP1');
      await charger.boot();
      (await charger.nextCall('GetConfiguration')).answer({
        configurationKey: [
          { key: 'AuthorizationKey', readonly: false, value: 'hunter2hunter2hunter2' },
          { key: 'Cst_BackendUrl', readonly: false, value: 'ws://example' },
          { key: 'CpoName', readonly: false },
          { key: 'LocalPreAuthorize', readonly: false, value: 'TRUE' },
        ],
      });
      await charger.heartbeat();
      expect(read()).toEqual([
        { key: 'AuthorizationKey', value: null },
        { key: 'CpoName', value: null },
        { key: 'Cst_BackendUrl', value: 'ws://example' },
        { key: 'LocalPreAuthorize', value: 'TRUE' },
      ]);
      expect(JSON.stringify(site.controller.messages())).not.toContain('hunter2');
    },
    PATIENT,
  );

  it(
    'Q20 "Accepted" for a value that it does not take: read again, and not sent again',
    async () => {
      const wishedConfiguration = wishedOfAll({ MeterValueSampleInterval: '60' });
      site = await startSite({ policy: { chargePointConfiguration: 'keep', wishedConfiguration } });
      const charger = await connect(site.url, 'CP1');
      await charger.boot();
      const told = { configurationKey: [{ key: 'MeterValueSampleInterval', readonly: false, value: '0' }] };
      (await charger.nextCall()).answer(told);
      const change = await charger.nextCall();
      expect(change).toMatchObject({
        action: 'ChangeConfiguration',
        payload: { key: 'MeterValueSampleInterval', value: '60' },
      });
      change.answer({ status: 'Accepted' });
      const check = await charger.nextCall();
      expect(check).toMatchObject({ action: 'GetConfiguration', payload: { key: ['MeterValueSampleInterval'] } });
      check.answer(told);
      await charger.heartbeat();
      expect(site.controller.reader.configurationAttempts('CP1')).toMatchObject([{ outcome: 'not-applied' }]);
      expect(site.controller.reader.reportedConfiguration('CP1', 'MeterValueSampleInterval')).toBe('0');
      // Nothing more is asked of it: what comes next is what a person sends.
      const sent = site.controller.execute({
        type: 'operate',
        chargePointId: 'CP1',
        action: 'ClearCache',
        payload: {},
      });
      const next = await charger.nextCall();
      expect(next.action).toBe('ClearCache');
      next.answer({ status: 'Accepted' });
      await sent;
    },
    PATIENT,
  );
});

describe('a password changed over OCPP', () => {
  const oldKey = '00112233445566778899aabbccddeeff00112233';
  const newKey = 'abcdef00112233445566778899aabbccddeeff00';

  it('Q8 comes back as text or as bytes, and the old one is turned away', async () => {
    site = await startSite({ passwords: new Map([['CP1', Buffer.from(oldKey)]]) });
    const charger = await connect(site.url, 'CP1', { password: oldKey });
    await charger.boot();
    const payload = { key: 'AuthorizationKey', value: newKey };
    const sent = site.controller.execute({
      type: 'operate',
      chargePointId: 'CP1',
      action: 'ChangeConfiguration',
      payload,
    });
    const call = await charger.nextCall('ChangeConfiguration');
    expect(call.payload).toEqual(payload);
    call.answer({ status: 'Accepted' });
    expect(await sent).toMatchObject({ kind: 'answered', payload: { status: 'Accepted' } });
    await charger.close();
    expect(await refusedStatus(site.url, 'CP1', { password: oldKey })).toBe(401);
    for (const password of [Buffer.from(newKey, 'hex'), newKey, newKey.toUpperCase()]) {
      const again = await connect(site.url, 'CP1', { password });
      await again.heartbeat();
      await again.close();
    }
    expect(await refusedStatus(site.url, 'CP1')).toBe(401);
  });
});
