import type { CircuitModel, ConnectorModel, SiteModel } from '../../src/domain/site-model.ts';
import { type MilliAmps, milliAmps } from '../../src/domain/units.ts';

const circuit = (id: string, parent: string | null): CircuitModel => ({
  id,
  parent,
  limitMA: [milliAmps(63_000), milliAmps(63_000), milliAmps(63_000)],
  limitW: null,
  unbalanceMA: null,
  marginPercent: 5,
  reserveMA: [milliAmps(0), milliAmps(0), milliAmps(0)],
  creditGeneration: false,
  chargePointId: null,
});

const connector = (chargePointId: string, on: string, wiredPhases: 1 | 3, ratedMA: MilliAmps): ConnectorModel => ({
  chargePointId,
  connectorId: 1,
  circuit: on,
  wiredPhases,
  rotation: 'RST',
  ratedMA,
  maxMA: ratedMA,
  minMA: milliAmps(6_000),
  floorMA: milliAmps(6_000),
  dc: null,
  smartCharging: true,
});

/** `main` with CP1, and below it `garage` with CP2 and, on one phase with `small`, CP3. */
export const siteModel = ({ small = milliAmps(32_000) }: { small?: MilliAmps } = {}): SiteModel => ({
  circuits: [circuit('main', null), circuit('garage', 'main')],
  connectors: [
    connector('CP1', 'main', 3, milliAmps(32_000)),
    connector('CP2', 'garage', 3, milliAmps(16_000)),
    connector('CP3', 'garage', 1, small),
  ],
  meters: [],
  unknownReserveMA: milliAmps(0),
  trustLearnedPhases: false,
});
