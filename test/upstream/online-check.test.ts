import { describe, expect, it } from 'vitest';
import { plainText } from '../../src/domain/security-profile.ts';
import type { Message } from '../../src/upstream/link.ts';
import { createOnlineCheck } from '../../src/upstream/online-check.ts';
import { topicsOf } from '../../src/upstream/topics.ts';
import { contractProblems } from '../support/contract-check.ts';
import { createControlRoom } from '../support/control-room.ts';
import { createKeptLog } from '../support/kept-log.ts';

const topics = topicsOf('busbar/v1/acme/depot');

function createSite() {
  const room = createControlRoom();
  const { clock, controller } = room;
  const questions: { id: string; idTag: string }[] = [];
  let up = true;
  let ids = 0;
  const check = createOnlineCheck({
    controller,
    publish({ topic, payload }: Message): void {
      const question = JSON.parse(payload.toString());
      expect(contractProblems(topic, question)).toEqual([]);
      questions.push(question);
    },
    topics,
    isUp: () => up,
    deadlineMs: 2_000,
    clock,
    ids: { uuid: () => `q-${++ids}` },
    log: createKeptLog(),
  });
  const heard: string[] = [];
  const frames: { in: (text: string) => void; closed: () => void } = { in: () => undefined, closed: () => undefined };
  check
    .door({
      chargePointId: 'CP1',
      remoteAddress: '10.0.0.1',
      credentials: null,
      transport: plainText,
      gone: () => false,
      refuse: () => undefined,
      accept(listener): void {
        frames.in = listener.frame;
        frames.closed = () => listener.closed(1000, '');
      },
    })
    .accept({
      opened: () => undefined,
      frame: (text) => heard.push(text),
      binary: () => undefined,
      pong: () => undefined,
      closed: () => heard.push('closed'),
    });
  return {
    ...room,
    check,
    questions,
    heard,
    frames,
    down(): void {
      up = false;
    },
    async answer(content: unknown): Promise<void> {
      const taken = check.received({
        topic: topics.answerAuthorize,
        payload: Buffer.from(JSON.stringify(content)),
        retained: false,
        responseTopic: null,
        correlation: null,
        expiryS: null,
      });
      clock.settle();
      await taken;
    },
  };
}

const authorize = (idTag: string, id = '1'): string => JSON.stringify([2, id, 'Authorize', { idTag }]);
const heartbeat = JSON.stringify([2, 'h', 'Heartbeat', {}]);

describe('a card that nobody here knows', () => {
  it('waits for the backend, and what comes behind it waits in its order', async () => {
    const site = createSite();
    site.frames.in(authorize('NEW'));
    site.frames.in(heartbeat);
    expect(site.heard).toEqual([]);
    expect(site.questions).toMatchObject([
      { idTag: 'NEW', chargePointId: 'CP1', connectorId: null, deadlineMs: 2_000 },
    ]);
    await site.answer({ id: 'q-1', status: 'Accepted', parentIdTag: 'FLEET', cacheS: 600 });
    expect(site.heard).toEqual([authorize('NEW'), heartbeat]);
    expect(site.controller.reader.token('NEW')).toMatchObject({
      status: 'Accepted',
      source: 'upstream',
      parentIdTag: 'FLEET',
      expiresAt: site.clock.now() + 600_000,
    });
    site.frames.in(authorize('new', '2'));
    expect(site.questions).toHaveLength(1);
    site.clock.advance(601_000);
    site.frames.in(authorize('NEW', '3'));
    expect(site.questions).toHaveLength(2);
  });

  it('is decided here when the answer does not come in time, and a late one changes nothing', async () => {
    const site = createSite();
    site.frames.in(authorize('NEW'));
    site.clock.advance(1_999);
    expect(site.heard).toEqual([]);
    site.clock.advance(1);
    expect(site.heard).toEqual([authorize('NEW')]);
    await site.answer({ id: 'q-1', status: 'Accepted' });
    expect(site.controller.reader.token('NEW')).toBeNull();
  });

  it('that the backend does not know either is not asked for again at once', async () => {
    const site = createSite();
    site.frames.in(authorize('NEW'));
    await site.answer({ id: 'q-1', status: 'Invalid' });
    site.frames.in(authorize('NEW', '2'));
    expect(site.heard).toEqual([authorize('NEW'), authorize('NEW', '2')]);
    site.clock.advance(60_001);
    site.frames.in(authorize('NEW', '3'));
    expect(site.questions).toHaveLength(2);
  });

  it('is asked for at its start, but not where that happened without us', () => {
    const site = createSite();
    const start = (idTag: string, agoMs: number): string =>
      JSON.stringify([
        2,
        idTag,
        'StartTransaction',
        { connectorId: 2, idTag, meterStart: 0, timestamp: new Date(site.clock.now() - agoMs).toISOString() },
      ]);
    site.frames.in(start('OLD', 61_000));
    expect(site.heard).toHaveLength(1);
    site.frames.in(start('NEW', 1_000));
    expect(site.questions).toMatchObject([{ idTag: 'NEW', connectorId: 2 }]);
  });

  it('is not asked for without a connection, and a known one never', () => {
    const site = createSite();
    site.given({ type: 'token-put', token: { ...token, idTag: 'KNOWN' }, at: site.clock.now() });
    site.frames.in(authorize('KNOWN'));
    site.down();
    site.frames.in(authorize('NEW'));
    for (const odd of [
      '{',
      '[2]',
      '[2,"1","Authorize",null]',
      '[2,"1","Authorize",{"idTag":7}]',
      '[3,"1",{"Authorize":1}]',
    ])
      site.frames.in(odd);
    expect(site.questions).toEqual([]);
    expect(site.heard).toHaveLength(7);
  });

  it('holds back no more than it may, nor beyond the end of the connection', () => {
    const site = createSite();
    site.frames.in(authorize('NEW'));
    for (let more = 0; more < 50; more++) site.frames.in(heartbeat);
    expect(site.heard).toEqual([]);
    site.frames.in(heartbeat);
    expect(site.heard).toHaveLength(52);
    site.frames.in(authorize('OTHER'));
    site.frames.in(heartbeat);
    site.frames.closed();
    expect(site.heard.slice(52)).toEqual([authorize('OTHER'), heartbeat, 'closed']);
    site.clock.advance(10_000);
    expect(site.heard).toHaveLength(55);
  });

  it('whose answer is none is as good as not answered', async () => {
    const site = createSite();
    site.frames.in(authorize('NEW'));
    for (const odd of [
      null,
      7,
      'x',
      {},
      { id: 'q-1' },
      { id: 7, status: 'Accepted' },
      { id: 'q-9', status: 'Accepted' },
    ])
      await site.answer(odd);
    expect(site.heard).toEqual([]);
  });
});

const token = {
  aliases: [],
  status: 'Accepted',
  expiresAt: null,
  parentIdTag: null,
  note: null,
  costCentre: null,
  rules: { chargePointIds: [], hours: [], energyPerMonthWh: null },
  source: 'api',
} as const;
