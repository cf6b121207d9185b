/**
 * What is publicly known of makes before one of them has ever been connected: a start for learning, and for what can't be
 * learned without harm. Names are matched as their owners report them; a name that is spelt otherwise is learned from scratch.
 */
import type { DialectValues } from '../dialect.ts';
import { milliAmps } from '../units.ts';

export type KnownMake = {
  readonly vendor: RegExp;
  /** Null: any. */
  readonly model: RegExp | null;
  readonly values: DialectValues;
  /** In words, for people; with the setting to change where there is one. */
  readonly note: string;
};

/** After one that applies, later ones add to it; the last that names a value counts. */
export const knownMakes: readonly KnownMake[] = [
  {
    // goecharger/go-eCharger-API-v2 issues 155, 105 and 249.
    vendor: /^go-?e(?:-|charger|\b)/i,
    model: null,
    values: { pause: 'never', losesProfiles: 'disconnect' },
    note: 'After a limit of 0 A it ignores the next one and charges with all it has; it drops its profiles with the connection.',
  },
  {
    // Seen in evcc and lbbrhzn/ocpp threads.
    vendor: /^delta\b/i,
    model: null,
    values: { dropsWhileSuspended: true },
    note: 'It accepts a TxProfile while it is suspended, and discards it.',
  },
  {
    // evcc issue 15493, mobilityhouse/ocpp issue 372.
    vendor: /^abb\b/i,
    model: /terra.?ac|^tac/i,
    values: { floorLevel: 0, grantLevel: 0 },
    note: 'It refuses every stack level but 0, whatever it reports.',
  },
  {
    // lbbrhzn/ocpp issue 221.
    vendor: /^ev-?box\b/i,
    model: /elvi/i,
    values: { refusedModes: ['C'] },
    note: 'It refuses ChargePointMaxProfile.',
  },
  {
    // lbbrhzn/ocpp issue 877.
    vendor: /^schneider/i,
    model: null,
    values: {},
    note: 'It refuses limits until its load balancer and its control by an external energy manager are switched on in its own settings.',
  },
  {
    // evcc, template for Wallbox.
    vendor: /^wall ?box\b/i,
    model: null,
    values: { kind: 'Relative' },
    note: 'It takes Relative schedules only.',
  },
  {
    // evcc, template ocpp-huawei, and issue 29272.
    vendor: /^huawei\b/i,
    model: null,
    values: { unit: 'W', pause: 'never' },
    note: 'It takes watts only, and ends the transaction below the minimum.',
  },
  {
    // evcc issue 33020.
    vendor: /^ne-?charge\b/i,
    model: null,
    values: { step: [0, 6_000, 8_000, 10_000, 13_000, 16_000].map(milliAmps), pause: 'never' },
    note: 'It takes 6, 8, 10, 13 and 16 A only, and ends the transaction below the minimum.',
  },
  {
    // evcc issue 15752.
    vendor: /^en\+|^en ?plus\b/i,
    model: null,
    values: { pause: 'never' },
    note: 'It ends the transaction below the minimum.',
  },
  {
    // evcc and Home Assistant threads.
    vendor: /^easee\b/i,
    model: null,
    values: { resumeMs: 180_000 },
    note: 'It needs minutes to go on after a pause.',
  },
  {
    // lbbrhzn/ocpp issue 1643: two hours late, local time taken for UTC.
    vendor: /^autel\b/i,
    model: null,
    values: { kind: 'Relative' },
    note: 'It takes UTC for local time, so that limits with a start of their own come hours late.',
  },
  {
    // matth-x/MicroOcpp, its simulator: the unit is reported, and every profile in the other one is Rejected.
    vendor: /^micro-?ocpp/i,
    model: null,
    values: { grantLevel: 1, maxPeriods: 24 },
    note: 'It takes watts only, unless built for amps: its configuration keys tell. A level above 8 is answered with an error.',
  },
  {
    // Tinkerforge/tfocpp: ChargeProfileMaxStackLevel 3, ChargingScheduleMaxPeriods 5.
    vendor: /^tinkerforge/i,
    model: null,
    values: { unit: 'A', maxPeriods: 5 },
    note: 'It takes amps only, levels up to 3 and five periods; what is larger than its memory gets no answer at all.',
  },
  {
    // EVerest/libocpp: limits come back as single-precision numbers, and its default is 48 A.
    vendor: /^(?:pionix|everest)/i,
    model: null,
    values: { showsComposite: true },
    note: 'Its composite schedule can be believed; 48 A is its word for no limit.',
  },
  {
    // c-jimenez/open-ocpp: multipleOf is checked without tolerance.
    vendor: /^open-?ocpp/i,
    model: null,
    values: { step: milliAmps(500), showsComposite: true },
    note: 'It refuses fractions that binary numbers do not hold, such as 8.1 A.',
  },
  {
    // sap-labs e-mobility-charging-stations-simulator: the unit asked for is ignored.
    vendor: /^sap\b/i,
    model: /simulator/i,
    values: { showsComposite: false },
    note: 'Its composite schedule ignores the unit, and connector 0 has none.',
  },
  {
    // solidstudio virtual-charge-point: says Accepted to everything.
    vendor: /^solidstudio/i,
    model: null,
    values: { mode: 'D', showsComposite: false },
    note: 'It accepts every profile and heeds none.',
  },
];
