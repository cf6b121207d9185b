import { openDoor } from '../central-system/handler.ts';
import type { Config } from '../config/load.ts';
import { noTerms } from '../domain/charging-wish.ts';
import { type ConnectorModel, connectorKey, type SiteModel } from '../domain/site-model.ts';
import { instant, wattHours } from '../domain/units.ts';
import type { Log } from '../runtime/ports.ts';
import { policyOf, sharingOf } from '../settings.ts';
import type { ChargePoint } from '../sim/charge-point.ts';
import type { Connector } from '../sim/connector.ts';
import { createElectricity } from '../sim/electricity.ts';
import type { ForeignLoad } from '../sim/foreign-load.ts';
import type { Model } from '../sim/station.ts';
import { createWorld } from '../virtual-site/world.ts';
import { readMeters } from './read-meters.ts';
import type { Session } from './sessions.ts';

/** The site of a configuration file in virtual time: the whole controller, a simulated charge point for each that is named. */

export type SimulatedSite = ReturnType<typeof simulateSite>;

/** A connector of the file with its simulated counterpart. */
export type SimulatedConnector = {
  readonly key: string;
  readonly model: ConnectorModel;
  readonly point: ChargePoint;
  readonly socket: Connector;
};

type SiteOptions = {
  readonly config: Config;
  readonly model: SiteModel;
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly foreign: readonly ForeignLoad[];
  /** How often simulated charge points look at themselves, and how often the currents are judged. */
  readonly tickSeconds: number;
  /** Between two looks of the control loop at least. */
  readonly restSeconds: number;
  readonly judgeSeconds: number;
  readonly sampleSeconds?: number;
};

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export function simulateSite(options: SiteOptions) {
  const { config, model, start, tickSeconds, sampleSeconds, foreign } = options;
  const policy = policyOf(config);
  const { wishedConfiguration } = policy;
  const world = createWorld({
    seed: options.seed,
    start: instant(start),
    // Drivers are known and charge points are who they say: neither is what is studied.
    policy: {
      ...policy,
      siteModel: model,
      unknownChargePoints: 'accept',
      security: openDoor,
      unknownCards: 'accept',
      concurrentTransactions: 'allow',
      wishedConfiguration:
        sampleSeconds === undefined
          ? wishedConfiguration
          : { ...wishedConfiguration, all: [...wishedConfiguration.all, sampled(sampleSeconds)] },
    },
    sharing: { ...sharingOf(config), leastRestMs: options.restSeconds * 1_000 },
    log: quiet,
    timeZone: config.site.timeZone,
  });
  const byPoint = new Map<string, ConnectorModel[]>();
  for (const connector of model.connectors) {
    byPoint.set(connector.chargePointId, [...(byPoint.get(connector.chargePointId) ?? []), connector]);
  }
  const points = [...byPoint].map(([id, connectors]) =>
    world.chargePoint(id, makeOf(connectors), { tickSeconds, volts: config.site.nominalVoltageV }),
  );
  const connectors = points.flatMap((point) =>
    (byPoint.get(point.id) ?? []).flatMap((connector): SimulatedConnector[] => {
      const socket = point.connectors.find(({ id }) => id === connector.connectorId);
      if (socket === undefined) return [];
      return [{ key: connectorKey(point.id, connector.connectorId), model: connector, point, socket }];
    }),
  );
  const electricity = createElectricity({
    clock: world.clock.sim,
    circuits: model.circuits.map(({ id, parent, limitMA }) => ({
      id,
      parent,
      limitA: limitMA.map((mA) => mA / 1_000),
    })),
    placements: connectors.map(({ point, model: { connectorId, circuit, rotation } }) => ({
      point,
      connectorId,
      circuit,
      rotation,
    })),
    foreign,
    tickSeconds: options.judgeSeconds,
  });

  return {
    world,
    model,
    points,
    connectors,
    electricity,
    powerOn(): void {
      for (const point of points) point.powerOn();
      readMeters(world, model.meters, electricity, foreign);
    },
    /** The driver of this session says until when, and how much. */
    says({ departure, energyWh }: Session, transactionId: number): void {
      if (energyWh <= 0 || departure <= world.clock.server.now()) return;
      const departAt = { kind: 'at', at: instant(departure) } as const;
      void world.controller().execute({
        type: 'set-charging-wish',
        subject: { kind: 'transaction', id: transactionId },
        terms: { ...noTerms, departAt, energyWh: wattHours(energyWh) },
      });
    },
    stop(): void {
      electricity.stop();
      world.stop();
    },
  };
}

const sampled = (seconds: number) =>
  ({ key: 'MeterValueSampleInterval', value: String(seconds), from: 'all' }) as const;

/** A charge point without flaws that carries what the file says of its connectors. */
function makeOf(connectors: readonly ConnectorModel[]): Model {
  const dc = connectors.find((connector) => connector.dc !== null)?.dc ?? null;
  return {
    vendor: 'Busbar',
    model: dc === null ? 'Simulated AC' : 'Simulated DC',
    firmwareVersion: '1',
    connectors: Math.max(...connectors.map(({ connectorId }) => connectorId)),
    phases: connectors.some(({ wiredPhases }) => wiredPhases > 1) ? 3 : 1,
    maxAmps: Math.max(...connectors.map(({ ratedMA }) => ratedMA)) / 1_000,
    ...(dc === null ? {} : { dc: { efficiency: dc.efficiency, limitIs: 'output' as const, leastW: dc.minW } }),
    lock: true,
    repeatsStatus: true,
    countsMessages: false,
    sampleSeconds: 10,
  };
}
