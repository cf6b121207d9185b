import { describe, expect, it } from 'vitest';
import { createBalancedSite } from './balanced-site.ts';

/** A charge point whose meter values are nonsense, and transactions that are odd: others lose nothing by it, and nothing overloads. */

type Site = ReturnType<typeof createBalancedSite>;

/** Speaks as a charge point by hand: takes every limit, and reports what the test wants. */
function talker(site: Site, id: string) {
  let count = 0;
  const limits: string[] = [];
  const answers = new Map<string, unknown>();
  const line = site.world.network.dial(
    { chargePointId: id, password: null },
    {
      opened: () => undefined,
      closed: () => undefined,
      text(text) {
        const [kind, messageId, action] = JSON.parse(text) as [number, string, unknown];
        if (kind === 3) answers.set(messageId, action);
        if (kind !== 2) return;
        if (action === 'SetChargingProfile') limits.push(text);
        line.send(
          JSON.stringify([3, messageId, { status: action === 'GetCompositeSchedule' ? 'Rejected' : 'Accepted' }]),
        );
      },
    },
  );
  const say = (action: string, payload: object): unknown => {
    const messageId = `${id}-${++count}`;
    line.send(JSON.stringify([2, messageId, action, payload]));
    site.advance(2);
    return answers.get(messageId);
  };
  const timestamp = (): string => new Date(site.world.clock.server.now()).toISOString();
  let startedAt: string | null = null;
  return {
    limits,
    begin(): void {
      site.advance(1);
      say('BootNotification', { chargePointVendor: 'Plauder', chargePointModel: 'P1', firmwareVersion: '1' });
      say('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
      site.advance(40);
    },
    start(idTag = 'TALK'): unknown {
      startedAt ??= timestamp();
      return say('StartTransaction', { connectorId: 1, idTag, meterStart: 0, timestamp: startedAt });
    },
    meter(value: string, transactionId: number, connectorId = 1, more: object = { phase: 'L1' }): void {
      const sampledValue = [{ value, measurand: 'Current.Import', unit: 'A', ...more }];
      say('MeterValues', { connectorId, transactionId, meterValue: [{ timestamp: timestamp(), sampledValue }] });
    },
  };
}

function withTalker(): { site: Site; talk: ReturnType<typeof talker> } {
  const site = createBalancedSite({ limitA: 63, chargePoints: 3 });
  site.points[1]?.powerOn();
  site.points[2]?.powerOn();
  site.electricity.start();
  site.advance(5);
  const talk = talker(site, 'CP01');
  talk.begin();
  site.plugIn(1);
  site.plugIn(2);
  site.advance(40);
  return { site, talk };
}

const idOf = (answer: unknown): number => (answer as { transactionId: number }).transactionId;

describe('currents that can not be', () => {
  it.each(['-20', 'NaN', '1e9', '99999999', '', 'many'])('%j is no current', (value) => {
    const { site, talk } = withTalker();
    const transactionId = idOf(talk.start());
    for (let sample = 0; sample < 12; sample += 1) {
      talk.meter(value, transactionId);
      site.advance(8);
    }
    // Nobody says that it disobeys, and nobody counts less than it may draw.
    expect(site.plan()[0]?.obedience).not.toBe('disobedient');
    expect(site.plan()[0]?.committedA).toBeGreaterThanOrEqual(6);
    for (const { because, committedA, limitA } of site.plan()) {
      expect(because).not.toMatch(/NaN|Infinity/);
      expect(Number.isFinite(committedA) && Number.isFinite(limitA)).toBe(true);
    }
    for (let index = 1; index < 3; index += 1) expect(site.drawn(index)).toBeGreaterThanOrEqual(13);
    expect(site.flow()[0]).toBeLessThanOrEqual(63 - 6);
    site.stop();
  });

  it('at a connector that nobody has configured changes nothing', () => {
    const { site, talk } = withTalker();
    const before = site.plan().map(({ limitA }) => limitA);
    for (let sample = 0; sample < 5; sample += 1) {
      talk.meter('16', 1, 7);
      site.advance(8);
    }
    expect(site.plan().map(({ limitA }) => limitA)).toEqual(before);
    site.stop();
  });
});

it('a start that is told twice gets its limit twice', () => {
  const { site, talk } = withTalker();
  const transactionId = idOf(talk.start());
  site.advance(30);
  talk.meter('10', transactionId);
  site.advance(30);
  const before = talk.limits.length;
  expect(idOf(talk.start())).toBe(transactionId);
  site.advance(5);
  expect(talk.limits.length).toBeGreaterThan(before);
  expect(talk.limits.at(-1)).toContain(`"transactionId":${transactionId}`);
  site.stop();
});

it('a transaction that was refused keeps its floor, and no more', () => {
  const { site, talk } = withTalker();
  // The card charges elsewhere already.
  const answer = talk.start('CARD-1');
  expect(answer).toMatchObject({ idTagInfo: { status: 'ConcurrentTx' } });
  site.advance(120);
  expect(talk.limits.filter((text) => text.includes('"TxProfile"'))).toEqual([]);
  expect(site.plan()[0]?.plannedA).toBe(0);
  site.stop();
});
