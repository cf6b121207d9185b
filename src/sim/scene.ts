import type { SimClock } from './clock.ts';
import { createElectricity, type Electricity } from './electricity.ts';
import { type Fleet, placed } from './fleet.ts';
import { wanderingLoad } from './foreign-load.ts';
import { type ModbusMeter, startModbusMeter } from './modbus-meter.ts';
import { models } from './models.ts';
import { createRandom } from './random.ts';

/** The demo's depot: a grid connection with room for eight cars beside its building, and a charge point for everyone. */

export type Scene = {
  readonly electricity: Electricity;
  readonly meter: ModbusMeter;
  readonly limitA: number;
  /** The part of a site configuration that describes the depot; charge points are called this and a number. */
  configuration(idPrefix: string, chargePoints: number): object;
  /** The charge points are there: wires them up and switches on. */
  wire(fleet: Fleet): void;
  stop(): Promise<void>;
};

const limitA = 160;
const building = { lowestA: 12, highestA: 32, strideA: 4, everySeconds: 5 };
const rotations = ['RST', 'STR', 'TRS'] as const;

export async function openScene({ clock, seed }: { clock: SimClock; seed: number }): Promise<Scene> {
  const circuit = 'grid';
  const electricity = createElectricity({
    clock,
    circuits: [{ id: circuit, parent: null, limitA: [limitA, limitA, limitA] }],
    placements: [],
    foreign: [wanderingLoad({ circuit, random: createRandom(seed), ...building })],
  });
  const meter = await startModbusMeter({ clock, amps: () => electricity.currents().get(circuit) ?? [] });
  return {
    electricity,
    meter,
    limitA,
    configuration: (idPrefix, chargePoints) => ({
      circuits: [{ id: circuit, limitA, reserveA: building.highestA, meter: 'main' }],
      meters: [{ id: 'main', type: 'modbus-tcp', host: '127.0.0.1', port: meter.port, unit: 1, preset: 'sdm630' }],
      chargePoints: Array.from({ length: chargePoints }, (_, index) => {
        const model = models[index % models.length];
        return {
          id: `${idPrefix}${String(index + 1).padStart(3, '0')}`,
          circuit,
          connectors: Array.from({ length: model?.connectors ?? 1 }, (_connector, each) => ({
            id: each + 1,
            ratedA: model?.maxAmps ?? 32,
            phases: model?.phases ?? 3,
            rotation: rotations[index % rotations.length] ?? 'RST',
          })),
        };
      }),
    }),
    wire: ({ chargePoints }) => {
      for (const one of placed(chargePoints, [circuit], rotations)) electricity.add(one);
      electricity.start();
    },
    stop: async () => {
      electricity.stop();
      await meter.close();
    },
  };
}
