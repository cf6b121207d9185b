/** What balancing needs of every charge point's own configuration: metering that is quick and complete enough. */
import type { ConfigurationWish } from '../../domain/configuration.ts';

/** Keys that a site may decide on; absent ones are left as they are. */
export type CommissioningTerms = {
  readonly localAuthorizeOffline?: boolean;
  readonly stopTransactionOnInvalidId?: boolean;
  /** Seconds. */
  readonly webSocketPingInterval?: number;
  /** Seconds that a car may take to be plugged in. */
  readonly connectionTimeOut?: number;
};

/** The most useful first; a charge point that refuses one gets the list without its end (see measurand-lists.ts). */
const MEASURANDS = [
  'Energy.Active.Import.Register',
  'Current.Import',
  'Power.Active.Import',
  'Voltage',
  'SoC',
  'Current.Offered',
].join(',');

/** Wishes of the last rank: whatever the configuration file or the API wishes of the same key goes before them. */
export function commissioningWishes(terms: CommissioningTerms): ConfigurationWish[] {
  const { localAuthorizeOffline, stopTransactionOnInvalidId, webSocketPingInterval, connectionTimeOut } = terms;
  const chosen: readonly (readonly [string, boolean | number | undefined])[] = [
    ['LocalAuthorizeOffline', localAuthorizeOffline],
    ['StopTransactionOnInvalidId', stopTransactionOnInvalidId],
    ['WebSocketPingInterval', webSocketPingInterval],
    ['ConnectionTimeOut', connectionTimeOut],
  ];
  const from = 'commissioning';
  return [
    { key: 'MeterValueSampleInterval', value: '10', alternatives: ['15', '30', '60'], from },
    { key: 'MeterValuesSampledData', value: MEASURANDS, from },
    ...chosen.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: String(value), from } as const])),
  ];
}
