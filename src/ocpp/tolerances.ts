/**
 * The written list of what we tolerate in messages from charge points, and where. What is not here is refused. Nothing is
 * sent by it: our own messages are checked strictly.
 */

/** One kind of deviation: what is done about it, and why it is safe or who sends it. */
export type Tolerance = { readonly name: string; readonly repair: string; readonly why: string };

export const tolerances = [
  {
    name: 'extra-field',
    repair: 'the field is dropped',
    why: 'vendors add fields of their own (OCPP-J errata §3.2 forbids it); dropping loses nothing that OCPP defines',
  },
  {
    name: 'missing-time-zone',
    repair: 'the time is taken as UTC',
    why: 'OCPP 1.6 §3.14 recommends UTC, and a charge point without a zone was set by our own UTC clock',
  },
  {
    name: 'timestamp-form',
    repair: 'another spelling of the same instant is written as RFC 3339 has it',
    why: 'a space for the T, offsets without colon, no seconds, a comma: ISO 8601 libraries of embedded stacks',
  },
  {
    name: 'number-as-string',
    repair: '"12" becomes 12, "true" becomes true',
    why: 'stacks that keep all values as text, as OCPP-S does; only plain decimal numbers are read',
  },
  {
    name: 'string-as-number',
    repair: '12.3 becomes "12.3"',
    why: 'sampled values and numeric idTags sent as JSON numbers; an idTag only when the number is whole and exact',
  },
  {
    name: 'object-as-string',
    repair: 'the data of a DataTransfer that is JSON is written out as its text',
    why: 'vendors put an object where OCPP 1.6 §6.15 has text; no meaning is touched',
  },
  {
    name: 'null-field',
    repair: 'an optional field that is null counts as absent',
    why: 'serialisers that write every member; null says the same as absence',
  },
  {
    name: 'enum-case',
    repair: 'the value of the list that differs in letter case only is taken',
    why: 'names typed by hand into firmware; safe, since no two values of any list differ in letter case only',
  },
  {
    name: 'fractional-register',
    repair: 'meterStart and meterStop with decimals are rounded to whole watt-hours',
    why: 'meters that read finer than the message allows (OCPP 1.6 §6.45, §6.49); the record is worth more than half a Wh',
  },
  {
    name: 'multiple-of',
    repair: 'a limit with more than one decimal is rounded to one, up when it is more than a float error away',
    why: 'EVerest libocpp answers 8.100000381469727; rounded up, a limit in force is never shown smaller than it is',
  },
  {
    name: 'long-text',
    repair: 'text for people or for the log is cut to the length allowed',
    why: 'models and versions longer than 20 or 50 characters; never an idTag or a key, where cutting would change identity',
  },
  {
    name: 'long-id-tag',
    repair: 'an idTag of 21 to 64 characters is kept whole',
    why: 'no token has one, so it is answered Invalid, and the transaction is on record; cut, it could be another token',
  },
  {
    name: 'bad-sample',
    repair: 'a sampled value, or a meter value, that cannot be read is dropped and the others stay',
    why: 'one vendor measurand must not cost the energy register beside it',
  },
  {
    name: 'bad-optional',
    repair: 'an optional field that cannot be read is dropped, where the message means the same without it',
    why: 'an unknown stop reason or an unreadable status time must not cost the stop or the status',
  },
] as const satisfies readonly Tolerance[];

export type ToleratedKind = (typeof tolerances)[number]['name'];

/** A place in a message: action, direction, path with `*` for any item of a list. */
type Places = ReadonlySet<string>;

/** Where long-text holds. */
export const cutPlaces: Places = new Set([
  'BootNotification.request/chargePointVendor',
  'BootNotification.request/chargePointModel',
  'BootNotification.request/chargePointSerialNumber',
  'BootNotification.request/chargeBoxSerialNumber',
  'BootNotification.request/firmwareVersion',
  'BootNotification.request/iccid',
  'BootNotification.request/imsi',
  'BootNotification.request/meterType',
  'BootNotification.request/meterSerialNumber',
  'StatusNotification.request/info',
  'StatusNotification.request/vendorId',
  'StatusNotification.request/vendorErrorCode',
  'SecurityEventNotification.request/type',
  'SecurityEventNotification.request/techInfo',
  'GetConfiguration.response/configurationKey/*/value',
]);

/** Where long-id-tag holds. Not in a stop: there the tag is optional, and bad-optional drops it. */
export const longIdTagPlaces: Places = new Set(['Authorize.request/idTag', 'StartTransaction.request/idTag']);
/** Characters: longer than any identifier in use (OCPP 2.0.1 allows 36), short enough for a row and a screen. */
export const MAX_LONG_ID_TAG = 64;

/** Where bad-sample holds. */
export const samplePlaces: Places = new Set([
  'MeterValues.request/meterValue/*',
  'MeterValues.request/meterValue/*/sampledValue/*',
  'StopTransaction.request/transactionData/*',
  'StopTransaction.request/transactionData/*/sampledValue/*',
]);

/**
 * Where bad-optional holds. Not: the unit or phase of a sample (its absence means something else), requestIds (they tie
 * a status to a job). The idTag of a stop is among them since the stop must be on record whatever its tag.
 */
export const optionalPlaces: Places = new Set([
  'BootNotification.request/chargePointSerialNumber',
  'BootNotification.request/chargeBoxSerialNumber',
  'BootNotification.request/firmwareVersion',
  'BootNotification.request/iccid',
  'BootNotification.request/imsi',
  'BootNotification.request/meterType',
  'BootNotification.request/meterSerialNumber',
  'MeterValues.request/transactionId',
  'SecurityEventNotification.request/techInfo',
  'StartTransaction.request/reservationId',
  'StatusNotification.request/info',
  'StatusNotification.request/timestamp',
  'StatusNotification.request/vendorErrorCode',
  'StatusNotification.request/vendorId',
  'StopTransaction.request/idTag',
  'StopTransaction.request/reason',
  'StopTransaction.request/transactionData',
]);

/** Where fractional-register holds. */
export const registerPlaces: Places = new Set([
  'StartTransaction.request/meterStart',
  'StopTransaction.request/meterStop',
]);

/** Where object-as-string holds. */
export const jsonTextPlaces: Places = new Set(['DataTransfer.request/data', 'DataTransfer.response/data']);
