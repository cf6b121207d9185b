import type { Told } from './findings.ts';
import { type createDeath, type Losses, type Moment, restored } from './life.ts';
import type { Peace } from './peace.ts';
import type { Stage } from './stage.ts';
import type { Surprises } from './surprises.ts';

/** When the controller runs, dies and comes back, and with what. */

/** Copies are taken so often, s. */
const BACKUP_EVERY_S = 600;

export type ControllerLife = ReturnType<typeof createControllerLife>;

export function createControllerLife(
  stage: Stage,
  {
    told,
    death,
    peace,
    surprises,
  }: { told: Told; death: ReturnType<typeof createDeath>; peace: Peace; surprises: Surprises },
) {
  const { world, log } = stage;
  const random = stage.random.fork();
  const { sim } = world.clock;
  /** Whether one of its backups, or an empty store, takes the database's place in this storm. */
  const loses = random.chance(0.35) ? random.pick(['older', 'older', 'none'] as const) : null;
  let spent = false;
  let deaths = 0;
  let backup: { readonly image: Buffer; readonly at: number } | null = null;
  let nextBackupAt = 0;
  const spans: { from: number; to: number }[] = [];

  const losses: Losses = {
    mayMiss: (at) => spans.some(({ from, to }) => at >= from && at <= to),
    any: () => spans.length > 0,
  };

  function fall(how: string, image: Buffer): void {
    world.killController();
    death.disarm();
    deaths += 1;
    log.alive(false);
    const seconds = random.integer(1, 90);
    told.count(`controller died ${how}`);
    told.tell(`the controller dies ${how}, for ${seconds} s`);
    peace.disturbAll(seconds);
    sim.setTimeout(() => rise(image), seconds * 1_000);
  }

  function rise(latest: Buffer): void {
    world.database.close();
    log.alive(true);
    const now = world.clock.server.now();
    const how = !spent && loses !== null && deaths >= 2 ? loses : null;
    if (how !== null) {
      spent = true;
      surprises.forgotten();
    }
    const to = sim.now();
    if (how === 'older' && backup !== null) {
      spans.push({ from: backup.at, to });
      told.tell(`it finds a copy that is ${Math.round((to - backup.at) / 1_000)} s old`);
      told.count('older database');
      world.startController(death.opened(restored(backup.image, now)));
    } else if (how === 'none') {
      spans.push({ from: 0, to });
      told.tell('it finds no database');
      told.count('no database');
      const empty = stage.emptyStore(now);
      death.prepare(empty);
      world.startController(empty);
    } else {
      told.tell('it finds its database');
      world.startController(death.opened(latest));
    }
  }

  return {
    losses,
    isDown: (): boolean => world.network.down,
    kill(): void {
      if (world.network.down) return;
      fall('in no turn', world.database.serialize());
    },
    /** With the next turn that writes. */
    killAt(moment: Moment): void {
      if (world.network.down) return;
      death.arm(moment, (image) => fall(moment, image));
    },
    disarm: death.disarm,
    deaths: () => deaths,
    /** Once a second. */
    look(): void {
      if (loses !== 'older' || spent || world.network.down || sim.now() < nextBackupAt) return;
      nextBackupAt = sim.now() + BACKUP_EVERY_S * 1_000;
      backup = { image: world.database.serialize(), at: sim.now() };
    },
  };
}
