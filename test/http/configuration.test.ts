import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, type ChargePoint, eventually, type Site, startSite } from './fixture.ts';

const path = '/api/v1/charge-points/CP1/configuration';

describe('configuration of a charge point', () => {
  let site: Site;
  let chargePoint: ChargePoint;
  beforeEach(async () => {
    site = await startSite();
    chargePoint = await site.connect('CP1');
  });
  afterEach(() => site.close());

  it('shows what it told, and hides secrets', async () => {
    await chargePoint.boot();
    chargePoint.answerWith((id) =>
      JSON.stringify([
        3,
        id,
        {
          configurationKey: [
            { key: 'HeartbeatInterval', readonly: false, value: '300' },
            { key: 'AuthorizationKey', readonly: false, value: 'hunter2hunter2hunter2' },
          ],
          unknownKey: ['Strange'],
        },
      ]),
    );
    await ask(site.app, 'POST', '/api/v1/charge-points/CP1/operations/GetConfiguration', {});
    const { json, text } = await ask(site.app, 'GET', path);
    expect(json).toMatchObject({
      complete: true,
      reading: false,
      unknownKeys: ['Strange'],
      items: [
        { key: 'AuthorizationKey', value: null, secret: true, state: 'as-reported' },
        {
          key: 'HeartbeatInterval',
          value: '300',
          desired: null,
          state: 'as-reported',
          standard: { profile: 'Core', type: 'integer', unit: 's' },
        },
      ],
    });
    expect(json.readAt).toBe(json.items[0].readAt);
    expect(text).not.toContain('hunter2');
  });

  it('takes wishes, with its doubts, and takes them back', async () => {
    expect(await ask(site.app, 'PUT', `${path}/LightIntensity`, { value: '20' })).toMatchObject({ status: 409 });
    await chargePoint.boot();
    const mistaken = await ask(site.app, 'PUT', `${path}/LightIntensity`, { value: '200' });
    expect([mistaken.status, mistaken.json]).toMatchObject([
      409,
      {
        detail: expect.stringMatching(/^Nothing was sent: LightIntensity is .*add \?override=true\.$/),
        warnings: [expect.stringContaining('0 to 100')],
      },
    ]);
    expect((await ask(site.app, 'GET', path)).json.items).toEqual([]);
    expect(await ask(site.app, 'PUT', `${path}/LightIntensity?override=yes`, { value: '200' })).toMatchObject({
      status: 400,
    });
    const put = await ask(site.app, 'PUT', `${path}/LightIntensity?override=true`, { value: '200' });
    expect(put).toMatchObject({
      status: 200,
      json: { key: 'LightIntensity', desired: '200', desiredFrom: 'api', state: 'pending', value: null },
    });
    expect(put.json.doubts).toHaveLength(1);
    expect(await ask(site.app, 'PUT', `${path}/lightintensity`, { value: '20' })).toMatchObject({
      json: { desired: '20', doubts: [] },
    });
    expect((await ask(site.app, 'GET', path)).json.items).toHaveLength(1);
    expect(await ask(site.app, 'DELETE', `${path}/LIGHTINTENSITY`)).toMatchObject({ status: 204 });
    expect(await ask(site.app, 'DELETE', `${path}/LightIntensity`)).toMatchObject({ status: 404 });
    expect((await ask(site.app, 'GET', path)).json.items).toEqual([]);
  });

  it('refuses what can be no wish', async () => {
    await chargePoint.boot();
    for (const [key, body, status] of [
      ['AuthorizationKey', { value: '00112233445566778899aabbccddeeff' }, 400],
      ['WifiPassword', { value: 'x' }, 400],
      ['A', {}, 400],
      ['A', { value: 5 }, 400],
      ['A', { value: 'x'.repeat(501) }, 400],
      ['A'.repeat(51), { value: 'x' }, 400],
    ] as const) {
      expect([key, (await ask(site.app, 'PUT', `${path}/${key}`, body)).status]).toEqual([key, status]);
    }
    expect(await ask(site.app, 'PUT', '/api/v1/charge-points/NONE/configuration/A', { value: 'x' })).toMatchObject({
      status: 404,
    });
    expect(await ask(site.app, 'GET', '/api/v1/charge-points/NONE/configuration')).toMatchObject({ status: 404 });
  });

  it('is read anew on demand, of one that is connected', async () => {
    await chargePoint.boot();
    expect(await ask(site.app, 'POST', `${path}/refresh`, {})).toMatchObject({ status: 204 });
    await chargePoint.close();
    await eventually(site, () => site.controller.lines.get('CP1')?.session === null);
    expect(await ask(site.app, 'POST', `${path}/refresh`, {})).toMatchObject({ status: 409 });
  });
});
