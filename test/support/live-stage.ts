import { type ModbusMeter, startModbusMeter } from '../../src/sim/modbus-meter.ts';
import { type BusbarProcess, freePort, startProcess } from './busbar-process.ts';
import { createLiveSite, type LiveSite, type LiveSiteOptions } from './live-site.ts';
import { type Relay, startRelay } from './relay.ts';

/** A live site with all that belongs to it: a busbar process in a folder of its own, a meter on Modbus TCP, a relay. */

export type LiveStage = {
  readonly site: LiveSite;
  readonly meter: ModbusMeter;
  /** Between charge points and busbar; where nobody asks it to lose anything it only passes on. */
  readonly relay: Relay;
  /** Where the process keeps its files. */
  readonly folder: string;
  /** Starts the process, also again after its end. */
  start(): Promise<BusbarProcess>;
  /** Starts the process and switches the charge points on. */
  begin(): Promise<BusbarProcess>;
  /** Ends all of it; what has ended by itself stays so. */
  stop(): Promise<void>;
};

export async function openLiveStage(
  folder: string,
  options: LiveSiteOptions & {
    /** What the building draws at first, A per phase. */
    readonly buildingA: number;
    /** Keys of the meter besides its address. */
    readonly meter?: object;
    /** Keys of the configuration besides those of the site. */
    readonly settings?: Readonly<Record<string, string | number>>;
  },
): Promise<LiveStage> {
  const site = createLiveSite(options);
  site.build(options.buildingA);
  const meter = await startModbusMeter({ clock: site.clock, amps: site.flow });
  const ports = { ocpp: await freePort(), http: await freePort() };
  const { port } = meter;
  const address = { type: 'modbus-tcp', host: '127.0.0.1', port, unit: 1, preset: 'sdm630' };
  site.configure(folder, ports, { ...address, ...options.meter });
  const relay = await startRelay(`ws://127.0.0.1:${ports.ocpp}/ocpp`);
  let running: BusbarProcess | null = null;
  const start = async (): Promise<BusbarProcess> => {
    running = await startProcess(options.settings ?? {}, folder);
    return running;
  };
  return {
    site,
    meter,
    relay,
    folder,
    start,
    async begin() {
      const busbar = await start();
      site.begin(relay.url);
      return busbar;
    },
    async stop() {
      site.end();
      await running?.stop();
      relay.close();
      await meter.close();
    },
  };
}
