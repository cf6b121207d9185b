import { carTypes } from '../../../src/sim/car.ts';
import type { Quirks } from '../../../src/sim/quirks.ts';
import type { Random } from '../../../src/sim/random.ts';
import type { Model } from '../../../src/sim/station.ts';

/** Makes of charge points that stand in a storm: what real ones do, each under a name of its own. */

export type Make = {
  readonly name: string;
  readonly quirks: Partial<Quirks>;
  readonly sockets?: number;
  readonly phases?: 1 | 3;
  /** Draws what no accepted limit allows until it is found out; a site has one of them at most. */
  readonly unruly?: boolean;
};

const resumes = { resumesTransactionOnReboot: true } as const;

export const makes: readonly Make[] = [
  { name: 'plain', quirks: {} },
  { name: 'goes on after a power cut', quirks: resumes },
  { name: 'two sockets', quirks: resumes, sockets: 2 },
  { name: 'two sockets, ends with the power', quirks: {}, sockets: 2 },
  { name: 'one phase', quirks: {}, phases: 1 },
  { name: 'whole charge point', quirks: { onlyChargePointMax: true, ...resumes } },
  { name: 'relative only', quirks: { refusesKind: 'Absolute' } },
  { name: 'absolute only', quirks: { refusesKind: 'Relative' } },
  { name: 'watts only', quirks: { wattsOnly: true, bareComposite: true } },
  { name: 'level zero only', quirks: { stackLevelZeroOnly: true } },
  { name: 'no TxProfile', quirks: { noTxProfile: true, ...resumes } },
  { name: 'one period only', quirks: { maxPeriods: 1 } },
  { name: 'five steps', quirks: { limitStepsA: [6, 8, 10, 13, 16] } },
  { name: 'slow answers', quirks: { answerDelaySeconds: 2 } },
  { name: 'late to obey', quirks: { limitDelaySeconds: 6 } },
  { name: 'drops what comes while suspended', quirks: { forgetsTxProfileWhileSuspended: true } },
  { name: 'goes on late after a pause', quirks: { resumeSeconds: 60 } },
  { name: 'tells no schedule', quirks: { compositeRefused: 'NotSupported' } },
  { name: 'tells none while idle', quirks: { idleComposite: 'none' } },
  { name: 'clock three minutes behind', quirks: { clockOffsetSeconds: -180 } },
  { name: 'boots on each connection', quirks: { bootsOnReconnect: true, ...resumes } },
  { name: 'loses transaction limits', quirks: { losesTxProfilesOnReboot: true, ...resumes } },
  { name: 'loses limits with the power', quirks: { losesProfilesOnReboot: true }, unruly: true },
  { name: 'loses limits with the line', quirks: { losesProfilesOnDisconnect: true }, unruly: true },
  { name: 'loses its clock', quirks: { losesClockOnReboot: true, ...resumes }, unruly: true },
  { name: 'yes-man', quirks: { ignoresProfiles: true }, unruly: true },
  { name: 'disobeys in time', quirks: { disobeysAfterSeconds: 900 }, unruly: true },
  { name: 'draws without a transaction', quirks: { freeVend: true }, unruly: true },
];

export function modelOf(make: Make, random: Random): Model {
  return {
    vendor: 'Sturmwerk',
    model: make.name.slice(0, 20),
    firmwareVersion: '1.0',
    connectors: make.sockets ?? 1,
    phases: make.phases ?? 3,
    maxAmps: 32,
    lock: true,
    repeatsStatus: random.chance(0.6),
    countsMessages: random.chance(0.3),
    sampleSeconds: 10,
    quirks: make.quirks,
  };
}

/** Bigger batteries than in life, so that most want to go on until they leave. */
export const cars = carTypes.map((type) => ({ ...type, batteryWh: type.batteryWh * 2 }));
