import { describe, expect, it } from 'vitest';
import {
  type CampaignItem,
  type CampaignJob,
  type CampaignPlan,
  type CampaignPoint,
  type CampaignState,
  nextOfCampaign,
} from '../../src/domain/firmware-campaign.ts';

const plan: CampaignPlan = {
  firmwareId: 'F',
  name: 'fw.bin',
  version: '2.0',
  onlyWhenIdle: true,
  window: null,
  atATime: 1,
  stopAfterFailures: 1,
  signature: null,
  signingCertificate: null,
  retries: null,
  retryIntervalS: null,
};
const ready: CampaignPoint = { reachable: true, inUse: false, updating: false, firmwareVersion: '1.0' };
const waiting = (chargePointId: string): CampaignItem => ({
  chargePointId,
  state: 'waiting',
  jobId: null,
  outcome: '',
});
const running = (chargePointId: string, jobId: string): CampaignItem => ({
  chargePointId,
  state: 'running',
  jobId,
  outcome: '',
});

function next(
  items: CampaignItem[],
  world: {
    points?: Record<string, Partial<CampaignPoint>>;
    jobs?: Record<string, CampaignJob>;
    windowOpen?: boolean;
    change?: Partial<CampaignPlan>;
    state?: CampaignState;
  } = {},
) {
  const { points = {}, jobs = {}, windowOpen = true, change = {}, state = 'running' } = world;
  const {
    items: changed,
    begin,
    ends,
  } = nextOfCampaign(
    { plan: { ...plan, ...change }, state, items },
    { windowOpen, point: (id) => ({ ...ready, ...points[id] }), job: (id) => jobs[id] ?? null },
  );
  return {
    begin,
    ends: ends?.state ?? null,
    states: Object.fromEntries(changed.map((one) => [one.chargePointId, one.state])),
  };
}

const job = (state: CampaignJob['state'], asked = true): CampaignJob => ({ state, outcome: 'so', asked });

describe('a campaign', () => {
  it('begins with one charge point, and lets the others wait', () => {
    expect(next([waiting('A'), waiting('B')])).toMatchObject({ begin: ['A'], ends: null });
    expect(next([running('A', 'a'), waiting('B')], { jobs: { a: job('downloading') } }).begin).toEqual([]);
    expect(next([running('A', 'a'), waiting('B')], { jobs: { a: job('done') } })).toMatchObject({
      begin: ['B'],
      states: { A: 'done' },
    });
  });

  it('has as many at a time as it is told', () => {
    const three = [waiting('A'), waiting('B'), waiting('C')];
    expect(next(three, { change: { atATime: 2 } }).begin).toEqual(['A', 'B']);
  });

  it.each<[string, Partial<CampaignPoint>]>([
    ['is not connected', { reachable: false }],
    ['charges', { inUse: true }],
    ['has another update', { updating: true }],
  ])('passes over a charge point that %s, which then waits', (_, point) => {
    const step = next([waiting('A'), waiting('B')], { points: { A: point } });
    expect(step).toMatchObject({ begin: ['B'], ends: null, states: { A: 'waiting' } });
  });

  it('takes a busy one where it may', () => {
    expect(next([waiting('A')], { points: { A: { inUse: true } }, change: { onlyWhenIdle: false } }).begin).toEqual([
      'A',
    ]);
  });

  it('leaves out who has the version, also one that is not connected', () => {
    const step = next([waiting('A'), waiting('B')], {
      points: { A: { firmwareVersion: '2.0' }, B: { firmwareVersion: '2.0', reachable: false } },
    });
    expect(step).toEqual({ begin: [], ends: 'done', states: { A: 'skipped', B: 'skipped' } });
    expect(next([waiting('A')], { points: { A: { firmwareVersion: null } }, change: { version: null } }).begin).toEqual(
      ['A'],
    );
  });

  it('begins nothing outside of its hours, and what runs goes on', () => {
    const step = next([running('A', 'a'), waiting('B')], { jobs: { a: job('done') }, windowOpen: false });
    expect(step).toMatchObject({ begin: [], ends: null, states: { A: 'done', B: 'waiting' } });
  });

  it.each(['failed', 'timed-out'] as const)('stops after a job that has %s', (state) => {
    const step = next([running('A', 'a'), waiting('B')], { jobs: { a: job(state) } });
    expect(step).toEqual({ begin: [], ends: 'stopped', states: { A: 'failed' } });
  });

  it('goes on where more failures are allowed', () => {
    const step = next([running('A', 'a'), waiting('B')], {
      jobs: { a: job('failed') },
      change: { stopAfterFailures: 2 },
    });
    expect(step).toMatchObject({ begin: ['B'], ends: null });
  });

  it('gives one that left before it was asked its turn again', () => {
    const step = next([running('A', 'a'), waiting('B')], {
      jobs: { a: job('timed-out', false) },
      points: { A: { reachable: false } },
    });
    expect(step).toMatchObject({ begin: ['B'], ends: null, states: { A: 'waiting' } });
  });

  it('ends when nothing is left, with one that was cancelled by hand', () => {
    expect(next([running('A', 'a')], { jobs: { a: job('cancelled') } })).toEqual({
      begin: [],
      ends: 'done',
      states: { A: 'cancelled' },
    });
  });

  it('ends rather than wait for a job that nobody has', () => {
    expect(next([running('A', 'a')])).toMatchObject({ ends: 'stopped', states: { A: 'failed' } });
  });

  it.each(['paused', 'stopped', 'cancelled'] as const)(
    'while %s follows what has begun, and begins nothing',
    (state) => {
      const step = next([running('A', 'a'), waiting('B')], { jobs: { a: job('done') }, state });
      expect(step).toEqual({ begin: [], ends: null, states: { A: 'done' } });
    },
  );

  it('comes to rest', () => {
    const first = nextOfCampaign(
      { plan, state: 'running', items: [waiting('A')] },
      { windowOpen: false, point: () => ready, job: () => null },
    );
    const again = nextOfCampaign(
      { plan, state: 'running', items: first.items },
      { windowOpen: false, point: () => ready, job: () => null },
    );
    expect([first.items.length, again.items.length, again.begin.length]).toEqual([1, 0, 0]);
  });
});
