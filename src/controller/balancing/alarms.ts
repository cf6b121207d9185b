import type { Event } from '../../domain/events.ts';
import type { Identity } from '../../domain/identity-watch.ts';
import type { Instant, Monotonic } from '../../domain/units.ts';
import { lowFloorAlert } from './state.ts';
import { deadBoxSums, gridMeterOf } from './sums.ts';
import { takenOutAlert, takenOutFinding } from './taken-out.ts';
import { twinAlert, twinsOf } from './twins.ts';
import type { World } from './world.ts';

/** What people should know of circuits, said once and taken back when it is over. */

/** Limits are on their way after a start or a change; so long nobody is told, ms. */
const PATIENCE_MS = 60_000;
/** A meter that shows a moment's overload while cars give way is no news, ms. */
const OVERLOAD_MS = 20_000;

const STRANGERS = 'not-in-the-site-model';

type Finding = {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly fix: string;
  readonly afterMs: number;
  readonly chargePointId?: string;
};

export function createAlarms(world: World) {
  const since = new Map<string, Monotonic>();
  const ids = world.index.circuits.flatMap(({ id }) => [`dead-box:${id}`, `overload:${id}`]);
  /** Those of the process before us are taken back by us. */
  const twins = [...world.chargePoints.keys()].map(twinAlert);
  const out = world.connectors.map(takenOutAlert);
  // With another configuration than that of the process before us.
  const given = world.connectors.filter(({ model }) => model.floorMA >= model.minMA).map(lowFloorAlert);
  const raised = new Set([...ids, ...twins, ...out, ...given, STRANGERS].filter(world.site.isAlertOpen));
  for (const state of world.connectors) if (raised.has(takenOutAlert(state))) state.service = 'out';

  return function look(now: Monotonic, at: Instant): void {
    const events: Event[] = [];
    const found = [...deadBoxes(), ...overloads(), ...strangers(), ...twoUnderOneId(), ...takenOut()];
    const there = new Set(found.map(({ id }) => id));
    for (const id of [...since.keys()]) if (!there.has(id)) since.delete(id);
    for (const { id, kind, text, fix, afterMs, chargePointId = null } of found) {
      const begun = since.get(id) ?? now;
      since.set(id, begun);
      if (now - begun < afterMs || raised.has(id)) continue;
      raised.add(id);
      world.site.log.warn({ id }, text);
      events.push({ type: 'alert-raised', alert: { id, kind, chargePointId, text, fix }, at });
    }
    for (const id of [...raised]) {
      if (there.has(id)) continue;
      raised.delete(id);
      events.push({ type: 'alert-cleared', id, at });
    }
    if (events.length > 0) world.record(events);
  };

  /** Design: invariant I2. */
  function deadBoxes(): Finding[] {
    const sums = deadBoxSums(world);
    return world.index.circuits.flatMap(({ id, limitMA }, node) => {
      const phase = limitMA.findIndex((limit, index) => (sums[node * 3 + index] ?? 0) > limit);
      if (phase < 0) return [];
      const [sumA, limitA] = [sums[node * 3 + phase] ?? 0, limitMA[phase] ?? 0].map((mA) => Math.round(mA / 10) / 100);
      const unproven = world.connectors.filter(({ book }) => !book.floorProven).map(({ key }) => key);
      const who =
        unproven.length === 0 ? '' : ` Without a proven floor, with all that they can draw: ${short(unproven)}.`;
      return [
        {
          id: `dead-box:${id}`,
          kind: 'dead-box',
          afterMs: PATIENCE_MS,
          text:
            `If this gateway died now, ${id} might carry ${sumA} A on L${phase + 1}, and its limit is ` +
            `${limitA} A.${who} Nothing on it is raised that does not fit.`,
          fix: 'Connect the charge points that are missing, so that they get their floors, or declare them switched off.',
        },
      ];
    });
  }

  function overloads(): Finding[] {
    return world.index.circuits.flatMap(({ id, limitMA }, node) => {
      const over = world.planned?.loads[node]?.overMA.findIndex((mA) => mA > 0) ?? -1;
      const measured = over < 0 ? undefined : gridMeterOf(world, id)?.last?.currentMA[over];
      if (measured === undefined) return [];
      const limitA = (limitMA[over] ?? 0) / 1_000;
      return [
        {
          id: `overload:${id}`,
          kind: 'overload',
          afterMs: OVERLOAD_MS,
          text: `${id} carries ${(measured / 1_000).toFixed(1)} A on L${over + 1}, and its limit is ${limitA} A.`,
          fix: 'Cars are down to what they can be; switch off something else on this circuit.',
        },
      ];
    });
  }

  function twoUnderOneId(): Finding[] {
    return [...twinsOf(world)].map((chargePointId) => {
      const names = (world.chargePoints.get(chargePointId)?.identities.seen ?? []).map(({ identity }) =>
        nameOf(identity),
      );
      const who = names.length < 2 ? '' : ` (${short(names)})`;
      return {
        id: twinAlert(chargePointId),
        kind: 'two-under-one-id',
        afterMs: 0,
        chargePointId,
        text:
          `Two charge points take turns in connecting as ${chargePointId}${who}. What one of them was told says nothing of the ` +
          'other, so this id counts with twice its rating, and the cars there get the least.',
        fix:
          'Give one of them an id of its own, in its settings and in the configuration. Then clear this alert; by itself it goes ' +
          'when only one of them was heard of for 24 hours.',
      };
    });
  }

  function takenOut(): Finding[] {
    return world.connectors.flatMap((state) => takenOutFinding(state) ?? []);
  }

  /** An accepted charge point that nobody has described is limited by nothing. */
  function strangers(): Finding[] {
    const unknown = [...world.site.lines.all()]
      .filter(
        ({ chargePointId, registration }) => registration === 'accepted' && !world.chargePoints.has(chargePointId),
      )
      .map(({ chargePointId }) => chargePointId);
    if (unknown.length === 0) return [];
    const reserve = world.index.model.unknownReserveMA / 1_000;
    return [
      {
        id: STRANGERS,
        kind: 'not-in-the-site-model',
        afterMs: PATIENCE_MS,
        text: `No circuit is named for ${short(unknown)}: what they draw is not limited. They count with ${reserve} A (site.unknownReserveA).`,
        fix: 'Name their circuit and their connectors under chargePoints in the configuration.',
      },
    ];
  }
}

const nameOf = ({ vendor, model, serialNumber, boxSerialNumber, firmwareVersion }: Identity): string =>
  `${vendor} ${model} ${serialNumber ?? boxSerialNumber ?? firmwareVersion ?? ''}`.trim();

const SHOWN = 5;
const short = (names: readonly string[]): string =>
  names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
