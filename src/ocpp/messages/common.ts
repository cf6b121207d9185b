/** The types that several OCPP 1.6 messages share (OCPP 1.6 §7), as schemas and as static types of the same name. */
import { type Static, type TProperties, Type } from 'typebox';

/** An object without room for other fields: what we send carries nothing that the specification does not name. */
export const closed = <Fields extends TProperties>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false });

/** A message without fields. */
export const Empty = closed({});

/** A whole number that the process can hold exactly; the wire format itself sets no bound. */
export const Integer = Type.Refine(Type.Integer(), Number.isSafeInteger, () => 'must be a whole number below 2^53');

/** A string of at most `maxLength` Unicode code points (CiString and the length-limited strings of OCPP 1.6 §7). */
export const Text = (maxLength: number) => Type.String({ maxLength });

/** RFC 3339 date and time with a zone; what counts as one is decided by timestamp.ts. */
export const Timestamp = Type.String({ format: 'date-time' });

/** RFC 3986 URI with a scheme. */
export const Uri = Type.String({ format: 'uri' });

/** OCPP 1.6 §7.28 IdToken; compared without regard to case. */
export const IdToken = Text(20);

/**
 * Amps or watts with at most one decimal (OCPP 1.6 §7.13, §7.14). Not `multipleOf: 0.1`: 0.3 / 0.1 is no whole number in
 * binary, and a plain check refuses 0.3, 1.2, 2.3, 8.1. Not a tolerance either: 3 * 0.1 would go out as 0.30000000000000004.
 */
const OneDecimal = Type.Refine(Type.Number(), hasOneDecimal, () => 'must have at most one decimal');

function hasOneDecimal(value: number): boolean {
  return Math.round(value * 10) / 10 === value;
}

/** OCPP 1.6 §7.2. */
const AuthorizationStatus = Type.Enum(['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx']);

/** OCPP 1.6 §7.27. */
export const IdTagInfo = closed({
  expiryDate: Type.Optional(Timestamp),
  parentIdTag: Type.Optional(IdToken),
  status: AuthorizationStatus,
});
export type IdTagInfo = Static<typeof IdTagInfo>;

/** The usual pair of answers. */
export const AcceptedOrRejected = Type.Enum(['Accepted', 'Rejected']);

/** OCPP 1.6 §7.31. */
const Measurand = Type.Enum([
  'Energy.Active.Export.Register',
  'Energy.Active.Import.Register',
  'Energy.Reactive.Export.Register',
  'Energy.Reactive.Import.Register',
  'Energy.Active.Export.Interval',
  'Energy.Active.Import.Interval',
  'Energy.Reactive.Export.Interval',
  'Energy.Reactive.Import.Interval',
  'Power.Active.Export',
  'Power.Active.Import',
  'Power.Offered',
  'Power.Reactive.Export',
  'Power.Reactive.Import',
  'Power.Factor',
  'Current.Import',
  'Current.Export',
  'Current.Offered',
  'Voltage',
  'Frequency',
  'Temperature',
  'SoC',
  'RPM',
]);

/** OCPP 1.6 §7.45. Both spellings of Celsius are right (OCPP-J errata §2.1). */
const UnitOfMeasure = Type.Enum([
  'Wh',
  'kWh',
  'varh',
  'kvarh',
  'W',
  'kW',
  'VA',
  'kVA',
  'var',
  'kvar',
  'A',
  'V',
  'K',
  'Celcius',
  'Celsius',
  'Fahrenheit',
  'Percent',
]);

/** OCPP 1.6 §7.43. Absent fields mean: energy import register, Wh, Sample.Periodic, Outlet, Raw, all phases. */
const SampledValue = closed({
  value: Type.String(),
  context: Type.Optional(
    Type.Enum([
      'Interruption.Begin',
      'Interruption.End',
      'Sample.Clock',
      'Sample.Periodic',
      'Transaction.Begin',
      'Transaction.End',
      'Trigger',
      'Other',
    ]),
  ),
  format: Type.Optional(Type.Enum(['Raw', 'SignedData'])),
  measurand: Type.Optional(Measurand),
  phase: Type.Optional(Type.Enum(['L1', 'L2', 'L3', 'N', 'L1-N', 'L2-N', 'L3-N', 'L1-L2', 'L2-L3', 'L3-L1'])),
  location: Type.Optional(Type.Enum(['Cable', 'EV', 'Inlet', 'Outlet', 'Body'])),
  unit: Type.Optional(UnitOfMeasure),
});

/** OCPP 1.6 §7.33. The official schema allows an empty list of samples. */
export const MeterValue = closed({ timestamp: Timestamp, sampledValue: Type.Array(SampledValue) });
export type MeterValue = Static<typeof MeterValue>;

/** OCPP 1.6 §7.12: amps per phase, or watts in total. */
export const ChargingRateUnit = Type.Enum(['A', 'W']);
export type ChargingRateUnit = Static<typeof ChargingRateUnit>;

/** OCPP 1.6 §7.10. */
export const ChargingProfilePurpose = Type.Enum(['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile']);
export type ChargingProfilePurpose = Static<typeof ChargingProfilePurpose>;

/** OCPP 1.6 §7.14: seconds since the start of the schedule, limit in the schedule's unit. */
const ChargingSchedulePeriod = closed({
  startPeriod: Integer,
  limit: OneDecimal,
  numberPhases: Type.Optional(Integer),
});

/** OCPP 1.6 §7.13: duration in seconds. */
export const ChargingSchedule = closed({
  duration: Type.Optional(Integer),
  startSchedule: Type.Optional(Timestamp),
  chargingRateUnit: ChargingRateUnit,
  chargingSchedulePeriod: Type.Array(ChargingSchedulePeriod),
  minChargingRate: Type.Optional(OneDecimal),
});
export type ChargingSchedule = Static<typeof ChargingSchedule>;

/** OCPP 1.6 §7.8. */
export const ChargingProfile = closed({
  chargingProfileId: Integer,
  transactionId: Type.Optional(Integer),
  stackLevel: Integer,
  chargingProfilePurpose: ChargingProfilePurpose,
  chargingProfileKind: Type.Enum(['Absolute', 'Recurring', 'Relative']),
  recurrencyKind: Type.Optional(Type.Enum(['Daily', 'Weekly'])),
  validFrom: Type.Optional(Timestamp),
  validTo: Type.Optional(Timestamp),
  chargingSchedule: ChargingSchedule,
});
export type ChargingProfile = Static<typeof ChargingProfile>;
