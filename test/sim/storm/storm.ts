import { createBackend } from './backend.ts';
import { createControllerLife } from './controller-life.ts';
import { createDrivers } from './drivers.ts';
import { createTold } from './findings.ts';
import { createFrameFaults } from './frame-faults.ts';
import { createGround } from './ground.ts';
import { createCalmJudge } from './judge-calm.ts';
import { createCurrentsJudge } from './judge-currents.ts';
import { judgeLedger } from './judge-ledger.ts';
import { createDeath } from './life.ts';
import { createPeace } from './peace.ts';
import { createSessions } from './sessions.ts';
import { createStage, type Stage } from './stage.ts';
import { createSurprises } from './surprises.ts';
import { createWeather } from './weather.ts';
import { createWire, type FrameKind } from './wire.ts';

/**
 * Two hours of a site with all faults at once, from one seed: the whole controller, simulated charge points, cars, a building.
 * The same seed gives the same storm, frame by frame, and the hash says so.
 */

export type StormResult = {
  /** What is wrong, in words, with its time. Empty where all promises were kept. */
  readonly findings: readonly string[];
  /** SHA-256 over every frame, fault, accepted limit and finding, in hexadecimal. */
  readonly hash: string;
  readonly figures: StormFigures;
  /** Faults and what drivers do, in their order. */
  readonly story: readonly string[];
};

export type StormFigures = {
  readonly chargePointHours: number;
  /** How often what happened. */
  readonly counts: Readonly<Record<string, number>>;
};

/** First contact, s: until then charge points may hold no limit yet. */
const CONTACT_S = 90;
const STORM_S = 6_000;
/** After the last fault, s: who was cut off dials again, and cars that could not start do. */
const CLEARING_S = 210;
const CALM_S = 900;
/** So often it is looked whether there is a finding, s. */
const PIECE_S = 30;
const REST_S = 7_200 - CONTACT_S - STORM_S - CLEARING_S - CALM_S;

type StormOptions = {
  /** Gets every frame, fault and finding, a line each. */
  readonly transcript?: (line: string) => void;
  /** What happens after the first finding is of no interest. */
  readonly untilFirst?: boolean;
  /** With a backend behind a bad line. */
  readonly backend?: boolean;
};

export function storm(seed: number, options: StormOptions = {}): StormResult {
  const { transcript, untilFirst = false } = options;
  const death = createDeath();
  const backend = options.backend === true ? createBackend(seed, () => stage.world.clock.sim) : null;
  const stage: Stage = createStage(seed, death.prepare, backend?.make);
  const { world, lines, points } = stage;
  const begun = world.clock.sim.now();
  const told = createTold(world.clock.sim.now, begun, transcript ?? null);
  const ground = createGround(stage);
  const peace = createPeace(stage, ground);
  const surprises = createSurprises(stage, ground);
  const currents = createCurrentsJudge(stage, { told, ground, peace, surprises });
  const sessions = createSessions(stage);
  const wire = createWire(stage, { told, ground, currents, sessions, surprises });
  const life = createControllerLife(stage, { told, death, peace, surprises });
  const faults = createFrameFaults(stage, { told, peace, life });
  const weather = createWeather(stage, { told, peace, life, surprises });
  const drivers = createDrivers(stage, told);
  const calm = createCalmJudge(stage, { told, peace, losses: life.losses });

  told.tell(stage.setting.points.map(({ id, make, circuit }) => `${id} ${make.name} on ${circuit}`).join(', '));
  /** Of the frame whose fate was last asked for: it is sent at once. */
  let kind: FrameKind = { action: '', isAnswer: false, messageId: '' };
  lines.watcher = {
    fateOf: (frame) => {
      kind = wire.kindOf(frame);
      return faults.fateOf(frame, kind);
    },
    sent: (frame, fate) => {
      told.write(`${frame.id} ${frame.up ? 'up' : 'down'} ${fate.lateMs} ${frame.text}`);
      wire.sent(frame, kind, fate);
      told.count('frames');
      if (kind.action === 'SetChargingProfile' && !kind.isAnswer) calm.said(frame.id, frame.text);
    },
    delivering: wire.delivering,
    delivered: wire.delivered,
    opened: wire.fresh,
    closed: (id) => {
      wire.fresh(id);
      surprises.closed(peace.indexOf.get(id) ?? -1);
    },
  };
  const tick = (): void => {
    world.clock.sim.setTimeout(tick, 1_000);
    if (!world.network.down) stage.sample();
    life.look();
    peace.look();
    surprises.look();
    currents.look();
    calm.look();
  };
  const seconds = (count: number): void => {
    for (let left = count; left > 0 && !(untilFirst && told.findings.length > 0); left -= PIECE_S) {
      world.clock.advance(Math.min(PIECE_S, left));
    }
  };

  for (const point of points) point.powerOn();
  tick();
  seconds(CONTACT_S);
  currents.begin();
  drivers.begin();
  faults.begin();
  weather.begin();
  backend?.begin(told);
  seconds(STORM_S);
  weather.end();
  faults.end();
  seconds(120);
  drivers.settle();
  seconds(CLEARING_S - 120 + REST_S);
  calm.begin();
  backend?.calm();
  seconds(CALM_S);
  calm.end();
  while (calm.isOpen() && !(untilFirst && told.findings.length > 0)) seconds(PIECE_S);
  calm.judgeWaits();
  judgeLedger(stage, { told, sessions, losses: life.losses });
  backend?.judge(stage, life.losses);
  const counts = Object.fromEntries([...told.counts].sort(([one], [other]) => (one < other ? -1 : 1)));
  const result = {
    findings: told.findings,
    hash: told.digest(),
    figures: { chargePointHours: (points.length * (world.clock.sim.now() - begun)) / 3_600_000, counts },
    story: told.story,
  };
  world.stop();
  return result;
}
