import type { CircuitShown } from '../controller/balancing/shown.ts';
import type { Controller } from '../controller/controller.ts';
import { maskSecrets } from '../ocpp/secrets.ts';
import { NotReplayable, type Player } from './player.ts';

/**
 * What a replayed controller knows at one moment, as it is shown: amps per phase, times in ms since 1970. Of one that runs
 * freely only what comes from the record is shown; the rest is null.
 */

/** Of each charge point, the latest so many messages of each direction are shown. */
const MESSAGES = 3;

type Amps3 = [number | null, number | null, number | null];

export type ConnectorMoment = {
  readonly connectorId: number;
  /** Null where nothing is balanced. */
  readonly circuit: string | null;
  /** By our last word. */
  readonly limitA: number | null;
  /** What it may legally draw, whatever was lost on the way. */
  readonly committedA: number | null;
  /** What its car could use. */
  readonly wantsA: number | null;
  readonly measuredA: Amps3;
  readonly measuredAtMs: number | null;
  readonly because: string | null;
  readonly obedience: string | null;
  readonly grant: { readonly limitA: number; readonly untilS: number | null; readonly state: string } | null;
  readonly transaction: { readonly id: number; readonly idTag: string | null; readonly startedAtMs: number } | null;
};

export type ChargePointMoment = {
  readonly chargePointId: string;
  readonly connected: boolean;
  readonly registration: string | null;
  readonly lastFrameAtMs: number | null;
  readonly connectors: readonly ConnectorMoment[];
  /** Oldest first. */
  readonly messages: readonly {
    readonly atMs: number;
    readonly direction: 'in' | 'out';
    readonly text: string;
    readonly outcome: string;
  }[];
};

export type CircuitMoment = Pick<CircuitShown, 'id' | 'parent' | 'limitA' | 'foreignA' | 'measuredA'> & {
  /** With margin and limits from outside. */
  readonly carriesA: Amps3;
  readonly committedA: Amps3 | null;
  readonly held: boolean | null;
};

export type Moment = {
  readonly atMs: number;
  readonly circuits: readonly CircuitMoment[];
  readonly chargePoints: readonly ChargePointMoment[];
};

/** Of one charge point only, where one is named. */
export function momentOf(player: Player, atMs: number, chargePointId: string | null): Moment {
  const controller = player.controller();
  if (controller === null)
    throw new NotReplayable('nothing that came in is on record then: the process ended before it was written');
  const lines = new Map([...controller.lines.all()].map((line) => [line.chargePointId, line]));
  const balanced = controller.balancing?.shown.connectors() ?? [];
  const ids = new Set([...balanced.map((one) => one.chargePointId), ...lines.keys()]);
  const messages = messagesOf(controller, player.isFree());
  const chargePoints = [...ids]
    .filter((id) => chargePointId === null || id === chargePointId)
    .map((id): ChargePointMoment => {
      const line = lines.get(id) ?? null;
      const own = balanced.filter((one) => one.chargePointId === id).map((one) => one.connectorId);
      const measured = [...(line?.live.readings.keys() ?? [])].filter((each) => each > 0);
      const connectorIds = [...new Set([...own, ...measured, ...(line?.live.busyConnectors() ?? [])])];
      return {
        chargePointId: id,
        connected: line?.session != null,
        registration: line?.registration ?? null,
        lastFrameAtMs: controller.live.lastSeenAt(id),
        connectors: connectorIds.sort((a, b) => a - b).map((each) => connectorOf(player, controller, id, each)),
        messages: messages.get(id) ?? [],
      };
    });
  const circuits = (controller.balancing?.shown.circuits() ?? []).map((circuit): CircuitMoment => {
    const { id, parent, limitA, carriesA, foreignA, measuredA, committedA, held } = circuit;
    const own = player.isFree() ? { committedA: null, held: null } : { committedA, held };
    return { id, parent, limitA, carriesA, foreignA, measuredA, ...own };
  });
  return { atMs, circuits, chargePoints };
}

function connectorOf(
  player: Player,
  controller: Controller,
  chargePointId: string,
  connectorId: number,
): ConnectorMoment {
  const shown = controller.balancing?.shown.connector(chargePointId, connectorId) ?? null;
  const live = controller.lines.get(chargePointId)?.live;
  const last = live?.readings.get(connectorId);
  const [l1, l2, l3] = last?.reading.currentMA ?? [null, null, null];
  const id = live?.runningTransaction(connectorId) ?? null;
  const start = id === null ? null : (controller.reader.transaction(chargePointId, id)?.start ?? null);
  const own = player.isFree() ? null : shown;
  const recorded = player.isFree() ? player.decided().get(`${chargePointId}/${connectorId}`) : undefined;
  return {
    connectorId,
    circuit: shown?.circuit ?? null,
    limitA: own?.limitA ?? amps(recorded?.grantMA ?? null),
    committedA: own?.committedA ?? null,
    wantsA: own?.appetiteA ?? null,
    measuredA: [amps(l1), amps(l2), amps(l3)],
    measuredAtMs: last?.receivedAt ?? null,
    because: own?.because ?? recorded?.because ?? null,
    obedience: own?.obedience ?? null,
    grant: own?.grant ?? null,
    transaction: id === null || start === null ? null : { id, idTag: start.idTag, startedAtMs: start.at },
  };
}

const amps = (mA: number | null): number | null => (mA === null ? null : Math.round(mA / 10) / 100);

/** What one that runs freely would have sent was never sent. */
function messagesOf(
  controller: Controller,
  incomingOnly: boolean,
): Map<string, ChargePointMoment['messages'][number][]> {
  const found = new Map<string, ChargePointMoment['messages'][number][]>();
  for (const { at, chargePointId, direction, text, outcome } of controller.messages()) {
    const own = found.get(chargePointId) ?? [];
    found.set(chargePointId, own);
    if (incomingOnly && direction === 'out') continue;
    if (own.filter((one) => one.direction === direction).length >= MESSAGES) continue;
    own.unshift({ atMs: at, direction, text: maskSecrets(text), outcome });
  }
  return found;
}
