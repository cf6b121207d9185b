import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actions, isCentralSystemAction } from '../../src/ocpp/messages/actions.ts';
import { ask, type ChargePoint, type Site, startSite } from './fixture.ts';

let site: Site;
let chargePoint: ChargePoint;
beforeAll(async () => {
  site = await startSite({ callTimeoutMs: 300 });
  chargePoint = await site.connect('CP1');
  await chargePoint.boot();
});
afterAll(() => site.close());

const operate = (action: string, body?: unknown, id = 'CP1') =>
  ask(site.app, 'POST', `/api/v1/charge-points/${id}/operations/${action}`, body);

describe('an operation', () => {
  it('goes out as it is, and the answer comes back as it is', async () => {
    chargePoint.answerWith((id) => `[3,"${id}",{"status":"Rejected"}]`);
    const sent = { connectorId: 7, idTag: 'card', chargingProfile: undefined };
    const { status, json } = await operate('RemoteStartTransaction', sent);
    expect([status, json]).toEqual([200, { status: 'Rejected' }]);
    expect(chargePoint.asked.at(-1)).toEqual(['RemoteStartTransaction', { connectorId: 7, idTag: 'card' }]);
  });

  it('gives back an answer that breaks the schema, whatever it is', async () => {
    for (const odd of ['{"status":"Perhaps","__proto__":{"a":1}}', '"text"', '[1]', '5']) {
      chargePoint.answerWith((id) => `[3,"${id}",${odd}]`);
      const { status, text, headers } = await operate('ClearCache', {});
      expect([status, text]).toEqual([200, odd]);
      expect(headers['content-type']).toContain('application/json');
    }
  });

  it('takes no body as a payload without fields', async () => {
    chargePoint.answerWith((id) => `[3,"${id}",{"status":"Accepted"}]`);
    expect((await operate('ClearCache')).status).toBe(200);
    expect(chargePoint.asked.at(-1)).toEqual(['ClearCache', {}]);
  });

  it('exists for every message that a central system sends, and for no other', async () => {
    for (const action of Object.keys(actions)) {
      const { status, json } = await operate(action, { no: 'such field' });
      const [wanted, type] = isCentralSystemAction(action) ? [400, 'invalid-request'] : [404, 'unknown-action'];
      expect([action, status, json.type]).toEqual([action, wanted, `urn:busbar:problem:${type}`]);
    }
  });

  it.each(['Fly', 'reset', '__proto__', 'constructor', 'toString'])('404 for the action %s', async (action) => {
    const { status, json } = await operate(action, {});
    expect([status, json.type]).toEqual([404, 'urn:busbar:problem:unknown-action']);
  });

  it('400 names the place where the payload breaks the schema', async () => {
    const before = chargePoint.asked.length;
    const { status, json, headers } = await operate('ChangeAvailability', { connectorId: '1', type: 'Operative' });
    expect(status).toBe(400);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(json).toMatchObject({ status: 400, errors: [{ in: 'body', path: '/connectorId' }] });
    expect(json.detail).toContain('TypeConstraintViolation');
    expect((await operate('Reset', [])).status).toBe(400);
    expect((await operate('Reset', 'null')).status).toBe(400);
    expect(chargePoint.asked.length).toBe(before);
  });

  it('404 for an unknown charge point, also under prototype names', async () => {
    for (const id of ['nobody', '__proto__', 'constructor', '%00', 'x'.repeat(500)]) {
      const { status, json } = await operate('Reset', { type: 'Soft' }, id);
      expect([status, json.type]).toEqual([404, 'urn:busbar:problem:not-found']);
    }
  });

  it('409 for one that is not connected', async () => {
    const { status, json } = await operate('Reset', { type: 'Soft' }, 'CP2');
    expect([status, json.type]).toEqual([409, 'urn:busbar:problem:not-connected']);
  });

  it('422 carries the error of the charge point as it came', async () => {
    chargePoint.answerWith((id) => `[4,"${id}","NotImplementedd","<script>\\n",{"why":["__proto__"]}]`);
    const { status, json } = await operate('Reset', { type: 'Hard' });
    expect(status).toBe(422);
    expect(json).toMatchObject({
      type: 'urn:busbar:problem:call-error',
      code: 'NotImplementedd',
      description: '<script>\n',
      details: { why: ['__proto__'] },
    });
  });

  it('504 when no answer comes in time, and when the connection is lost', async () => {
    chargePoint.answerWith(() => null);
    const { status, json } = await operate('Reset', { type: 'Hard' });
    expect([status, json.type]).toEqual([504, 'urn:busbar:problem:no-answer']);

    const other = await site.connect('CP2');
    await other.boot();
    other.answerWith(() => {
      other.socket.terminate();
      return null;
    });
    const lost = await operate('Reset', { type: 'Hard' }, 'CP2');
    expect([lost.status, lost.json.detail]).toEqual([504, expect.stringContaining('connection was lost')]);
  });

  it('503 when too much waits for the charge point already', async () => {
    chargePoint.answerWith(() => null);
    const all = await Promise.all(Array.from({ length: 105 }, () => operate('ClearCache', {})));
    const statuses = new Set(all.map(({ status }) => status));
    expect(statuses).toEqual(new Set([503, 504]));
    const busy = all.find(({ status }) => status === 503);
    expect([busy?.json.type, busy?.headers['retry-after']]).toEqual(['urn:busbar:problem:too-busy', '5']);
  });
});
