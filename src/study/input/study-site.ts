import type { Config } from '../../config/load.ts';
import { connectorKey } from '../../domain/site-model.ts';
import type { UsualCar } from '../sessions.ts';

/** Of the site, what making and reading lists of sessions needs. */
export type StudySite = {
  readonly timeZone: string;
  readonly voltageV: number;
  readonly connectors: readonly StudyConnector[];
};

export type StudyConnector = {
  /** `CP01/1`. */
  readonly key: string;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly phases: 1 | 2 | 3;
  /** The most that it grants, A per phase. */
  readonly maxA: number;
};

/** Connectors that hang on a circuit; none where the site has no circuits. */
export function studySiteOf({ site, siteModel }: Pick<Config, 'site' | 'siteModel'>): StudySite {
  return {
    timeZone: site.timeZone,
    voltageV: site.nominalVoltageV,
    connectors: (siteModel?.connectors ?? []).map(({ chargePointId, connectorId, wiredPhases, maxMA }) => ({
      key: connectorKey(chargePointId, connectorId),
      chargePointId,
      connectorId,
      phases: wiredPhases,
      maxA: maxMA / 1_000,
    })),
  };
}

/** The most that a car can take at a connector when nobody else is there, W. */
export function fullRateW(
  car: { readonly phases: number | null; readonly maxA: number | null },
  connector: Pick<StudyConnector, 'phases' | 'maxA'>,
  usual: UsualCar,
  voltageV: number,
): number {
  const phases = Math.min(car.phases ?? usual.phases, connector.phases);
  return phases * Math.min(car.maxA ?? usual.maxA, connector.maxA) * voltageV;
}
