import { nearest } from './nearest.ts';
import type { KeyPath } from './problem.ts';
import type { Say } from './say.ts';
import type { ConfigFile } from './schema.ts';
import { supplyCircuit } from './site-model.ts';

type ChargePointFile = ConfigFile['chargePoints'][number];
type ConnectorFile = ChargePointFile['connectors'][number];

/** What each charge point and its connectors say of themselves. Without circuits only what contradicts itself counts. */
export function checkChargePoints({ circuits, chargePoints, ocpp, site }: ConfigFile, say: Say): void {
  const known = new Set(circuits.map(({ id }) => id));
  const limiting = circuits.length > 0;
  for (const [index, chargePoint] of chargePoints.entries()) {
    const path: KeyPath = ['chargePoints', index];
    const { id, circuit, connectors, selfLimitA, supplyA } = chargePoint;
    if (circuit !== undefined && !known.has(circuit))
      say.wrong([...path, 'circuit'], `is ${circuit}, and no circuit has this id`, nearest(circuit, known));
    if (limiting && circuit === undefined)
      say.wrong(path, `${id} hangs on no circuit, so nothing would keep it within a limit; write circuit: ...`);
    if (limiting && connectors.length === 0)
      say.wrong(
        path,
        `${id} has no connectors, so what it may draw is not known; write connectors: [{id: 1, ratedA: ...}]`,
      );
    if (circuit === undefined && (selfLimitA !== undefined || supplyA !== undefined))
      say.wrong(
        path,
        `${id} has ${supplyA === undefined ? 'selfLimitA' : 'supplyA'} but no circuit; write circuit: ...`,
      );
    for (const own of [selfLimitA === undefined ? null : id, supplyA === undefined ? null : supplyCircuit(id)]) {
      if (own !== null && known.has(own))
        say.wrong(
          [...path, 'id'],
          `is ${id}, the name of a circuit too; its sockets are a circuit of their own of this name`,
        );
    }
    for (const [place, connector] of connectors.entries()) {
      checkConnector(id, connector, limiting, [...path, 'connectors', place], say);
    }
  }
  if (limiting && ocpp.unknownChargePoints === 'accept' && site.unknownReserveA === 0) {
    say.warn(
      ['ocpp', 'unknownChargePoints'],
      'is accept, and site.unknownReserveA is 0: what an unlisted charge point draws is counted nowhere; set the reserve, or pending',
    );
  }
}

function checkConnector(id: string, connector: ConnectorFile, limiting: boolean, path: KeyPath, say: Say): void {
  const { ratedA, maxA, minA, floorA, smartCharging, dc } = connector;
  const name = `${id}/${connector.id}`;
  if (limiting && ratedA === undefined)
    say.wrong([...path, 'ratedA'], `is missing: what ${name} draws when nobody limits it stands on its nameplate`);
  if (ratedA === undefined) return;
  if (maxA !== undefined && maxA > ratedA)
    say.wrong([...path, 'maxA'], `is ${maxA}, above ratedA (${ratedA}): it cannot draw more than its hardware does`);
  const most = Math.min(ratedA, maxA ?? ratedA);
  if (smartCharging && minA > most)
    say.wrong([...path, 'minA'], `is ${minA}, above the most that it may draw (${most}): it would never charge`);
  if (floorA === 'auto') return;
  if (floorA !== 0 && floorA < minA)
    say.wrong(
      [...path, 'floorA'],
      `is ${floorA}, below minA (${minA}): a car does not charge with it; write 0, ${minA}, or auto`,
    );
  if (floorA > most)
    say.wrong([...path, 'floorA'], `is ${floorA}, above the most that it may draw (${most}); write ${most} or less`);
  if (!smartCharging && floorA !== 0)
    say.warn(
      [...path, 'floorA'],
      `has no effect: ${name} takes no limits (smartCharging: false) and counts with ${ratedA} A`,
    );
  if (dc === undefined && minA < 6 && smartCharging)
    say.warn([...path, 'minA'], `is ${minA}; no car charges with less than 6 A of alternating current (IEC 61851-1)`);
}
