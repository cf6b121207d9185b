/** How the tester's charge point answers what no script expects: like a plain one with two connectors. */

type ConfigurationKey = { readonly key: string; readonly readonly: boolean; readonly value: string };

const fixed = (key: string, value: string): ConfigurationKey => ({ key, readonly: true, value });
const free = (key: string, value: string): ConfigurationKey => ({ key, readonly: false, value });

/** The keys that every charge point of OCPP 1.6 has (§9.1), and those of its other profiles that it has as well. */
export const configurationKeys: readonly ConfigurationKey[] = [
  free('AllowOfflineTxForUnknownId', 'false'),
  free('AuthorizationCacheEnabled', 'true'),
  free('AuthorizeRemoteTxRequests', 'true'),
  free('BlinkRepeat', '3'),
  free('ClockAlignedDataInterval', '0'),
  free('ConnectionTimeOut', '60'),
  free('ConnectorPhaseRotation', '0.RST,1.RST,2.RST'),
  fixed('ConnectorPhaseRotationMaxLength', '3'),
  fixed('GetConfigurationMaxKeys', '60'),
  free('HeartbeatInterval', '300'),
  free('LightIntensity', '50'),
  free('LocalAuthorizeOffline', 'true'),
  free('LocalPreAuthorize', 'false'),
  free('MaxEnergyOnInvalidId', '0'),
  free('MeterValuesAlignedData', 'Energy.Active.Import.Register'),
  fixed('MeterValuesAlignedDataMaxLength', '8'),
  free('MeterValuesSampledData', 'Energy.Active.Import.Register'),
  fixed('MeterValuesSampledDataMaxLength', '8'),
  free('MeterValueSampleInterval', '60'),
  free('MinimumStatusDuration', '0'),
  fixed('NumberOfConnectors', '2'),
  free('ResetRetries', '1'),
  free('StopTransactionOnEVSideDisconnect', 'true'),
  free('StopTransactionOnInvalidId', 'true'),
  free('StopTxnAlignedData', ''),
  fixed('StopTxnAlignedDataMaxLength', '8'),
  free('StopTxnSampledData', ''),
  fixed('StopTxnSampledDataMaxLength', '8'),
  fixed(
    'SupportedFeatureProfiles',
    'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
  ),
  free('TransactionMessageAttempts', '3'),
  free('TransactionMessageRetryInterval', '60'),
  free('UnlockConnectorOnEVSideDisconnect', 'true'),
  free('WebSocketPingInterval', '60'),
  fixed('ReserveConnectorZeroSupported', 'true'),
  fixed('ChargeProfileMaxStackLevel', '10'),
  fixed('ChargingScheduleAllowedChargingRateUnit', 'Current,Power'),
  fixed('ChargingScheduleMaxPeriods', '24'),
  fixed('MaxChargingProfilesInstalled', '30'),
];

type Answer = Readonly<Record<string, unknown>>;

const accepted: Answer = { status: 'Accepted' };

/** Its answer, or null where it says NotImplemented. */
export function habitOf(action: string, payload: unknown): Answer | null {
  switch (action) {
    case 'GetConfiguration':
      return configurationOf(payload);
    case 'ChangeConfiguration':
    case 'ClearCache':
    case 'SetChargingProfile':
      return accepted;
    case 'ClearChargingProfile':
      return { status: 'Unknown' };
    case 'GetLocalListVersion':
      return { listVersion: 0 };
    case 'GetCompositeSchedule':
    case 'TriggerMessage':
    case 'ExtendedTriggerMessage':
      return { status: 'Rejected' };
    default:
      return null;
  }
}

function configurationOf(payload: unknown): Answer {
  const wanted = typeof payload === 'object' && payload !== null && 'key' in payload ? payload.key : undefined;
  if (!Array.isArray(wanted) || wanted.length === 0) return { configurationKey: configurationKeys };
  const names = wanted.map(String);
  const isKnown = (name: string): boolean => configurationKeys.some(({ key }) => key === name);
  return {
    configurationKey: configurationKeys.filter(({ key }) => names.includes(key)),
    unknownKey: names.filter((name) => !isKnown(name)),
  };
}
