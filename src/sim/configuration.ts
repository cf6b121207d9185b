import { measurands } from './meter.ts';
import type { Quirks } from './quirks.ts';

/** The configuration keys of OCPP 1.6 §9 as this simulated firmware has them. */

type ConfigurationStatus = 'Accepted' | 'Rejected' | 'RebootRequired' | 'NotSupported';

export type Configuration = {
  text(key: string): string;
  integer(key: string): number;
  flag(key: string): boolean;
  list(key: string): string[];
  /** All keys as GetConfiguration shows them; a secret has no value. */
  entries(): { readonly key: string; readonly readonly: boolean; readonly value: string | null }[];
  /** ChangeConfiguration; keys are case-insensitive (§7.29). */
  change(key: string, value: string): ConfigurationStatus;
  /** What the charge point sets itself, such as the interval of a BootNotification.conf. */
  set(key: string, value: string): void;
  /** After a reboot: what waited for it holds now. */
  reload(): void;
};

export type Wiring = {
  readonly connectors: number;
  readonly phases: number;
  readonly sampleSeconds: number;
  readonly quirks: Quirks;
};

type KeyType = 'boolean' | 'integer' | 'measurands' | 'rotation' | 'text' | 'secret';
type Key = {
  readonly type: KeyType;
  readonly initial: string;
  readonly access: 'R' | 'RW' | 'reboot';
  readonly least: number;
};

/** `stored` is the flash's map: it holds what was changed. */
export function createConfiguration(stored: Map<string, string>, wiring: Wiring): Configuration {
  const keys = standardKeys(wiring);
  const active = new Map(stored);
  const text = (key: string): string => active.get(key) ?? keys.get(key)?.initial ?? '';
  const set = (key: string, value: string): void => {
    stored.set(key, value);
    active.set(key, value);
  };
  const change = (named: string, value: string): ConfigurationStatus => {
    const found = [...keys].find(([key]) => key.toLowerCase() === named.toLowerCase());
    if (found === undefined) return 'NotSupported';
    const [name, key] = found;
    if (key.access === 'R') return 'Rejected';
    const accepted = readValue(key, value);
    if (accepted === null) return 'Rejected';
    if (key.access === 'reboot' || wiring.quirks.configurationNeedsReboot) {
      stored.set(name, accepted);
      return 'RebootRequired';
    }
    set(name, accepted);
    return 'Accepted';
  };
  return {
    text,
    integer: (key) => Number(text(key)),
    flag: (key) => text(key) === 'true',
    list: (key) => splitList(text(key)),
    entries: () =>
      [...keys].map(([key, { type, access }]) => ({
        key,
        readonly: access === 'R',
        value: type === 'secret' ? null : (stored.get(key) ?? text(key)),
      })),
    change: (named, value) => {
      const status = change(named, value);
      return wiring.quirks.acceptsAnyConfiguration ? 'Accepted' : status;
    },
    set,
    reload: () => {
      for (const [key, value] of stored) active.set(key, value);
    },
  };
}

/** The value as it is kept, or null where it does not fit the key's type. */
function readValue(key: Key, value: string): string | null {
  if (key.type === 'boolean') return /^(true|false)$/i.test(value) ? value.toLowerCase() : null;
  if (key.type === 'integer') return /^\d{1,9}$/.test(value) && Number(value) >= key.least ? value : null;
  if (key.type === 'measurands') return splitList(value).every(isMeasured) ? value : null;
  if (key.type === 'rotation') return splitList(value).every((item) => rotation.test(item)) ? value : null;
  if (key.type === 'secret') return value.length >= 16 && value.length <= 40 ? value : null;
  return value;
}

const rotation = /^\d+\.(NotApplicable|Unknown|RST|RTS|SRT|STR|TRS|TSR)$/;

/** An unsupported measurand spoils the whole list (§3.16.4); a phase may follow its name (§9.1.17). */
function isMeasured(item: string): boolean {
  return measurands.some(
    (one) => item === one || /^\.L[123](-N)?$/.test(item.startsWith(one) ? item.slice(one.length) : ''),
  );
}

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const listKeys = ['LocalAuthListEnabled', 'LocalAuthListMaxLength', 'SendLocalListMaxLength'];

type Values = Record<string, string | number | boolean>;
type Add = (type: KeyType, access: Key['access'], values: Values, least?: number) => void;

/** Security whitepaper §7. Without TLS of its own it can't go beyond security profile 1. */
function addSecurityKeys(add: Add): void {
  add('boolean', 'R', { AdditionalRootCertificateCheck: false });
  add('integer', 'R', { CertificateSignedMaxChainSize: 10_000, CertificateStoreMaxLength: 8, SecurityProfile: 0 });
  add('text', 'RW', { CpoName: '' });
}

function standardKeys(wiring: Wiring): Map<string, Key> {
  const { quirks } = wiring;
  const phases = wiring.phases === 3 ? 'RST' : 'NotApplicable';
  const rotations = Array.from({ length: wiring.connectors + 1 }, (_, connector) => `${connector}.${phases}`);
  const keys = new Map<string, Key>();
  const add: Add = (type, access, values, least = 0) => {
    for (const [key, value] of Object.entries(values)) keys.set(key, { type, access, initial: String(value), least });
  };
  add('boolean', 'RW', {
    AllowOfflineTxForUnknownId: false,
    AuthorizationCacheEnabled: true,
    AuthorizeRemoteTxRequests: false,
    LocalAuthListEnabled: true,
    LocalAuthorizeOffline: true,
    LocalPreAuthorize: false,
    StopTransactionOnEVSideDisconnect: true,
    StopTransactionOnInvalidId: true,
    UnlockConnectorOnEVSideDisconnect: true,
  });
  add('integer', 'RW', {
    ClockAlignedDataInterval: 0,
    MaxEnergyOnInvalidId: 0,
    MeterValueSampleInterval: wiring.sampleSeconds,
    MinimumStatusDuration: 0,
    ResetRetries: 1,
    TransactionMessageRetryInterval: 20,
  });
  add('integer', 'RW', { ConnectionTimeOut: 120, HeartbeatInterval: 300, MessageTimeout: 30 }, 1);
  add('integer', 'RW', { TransactionMessageAttempts: 3 }, 1);
  add('measurands', 'RW', {
    MeterValuesAlignedData: 'Energy.Active.Import.Register',
    MeterValuesSampledData:
      'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Current.Offered,Voltage,SoC',
    StopTxnAlignedData: '',
    StopTxnSampledData: '',
  });
  add('rotation', 'reboot', { ConnectorPhaseRotation: rotations.join(',') });
  add('secret', 'RW', { AuthorizationKey: '' });
  add('boolean', 'R', { ReserveConnectorZeroSupported: true, ConnectorSwitch3to1PhaseSupported: false });
  add('integer', 'R', {
    ChargeProfileMaxStackLevel: 8,
    ChargingScheduleMaxPeriods: quirks.maxPeriods ?? 24,
    GetConfigurationMaxKeys: quirks.configurationMaxKeys ?? 50,
    LocalAuthListMaxLength: 1000,
    MaxChargingProfilesInstalled: 20,
    NumberOfConnectors: wiring.connectors,
    SendLocalListMaxLength: quirks.listChunk ?? 100,
    StopTransactionMaxMeterValues: 100,
  });
  add('integer', 'RW', { WebSocketPingInterval: quirks.pingSeconds });
  const withList = quirks.noLocalList ? '' : 'LocalAuthListManagement,';
  add('text', 'R', {
    ChargingScheduleAllowedChargingRateUnit: quirks.wattsOnly ? 'Power' : 'Current,Power',
    SupportedFeatureProfiles: `Core,FirmwareManagement,${withList}Reservation,SmartCharging,RemoteTrigger`,
    SupportedFileTransferProtocols: 'HTTP,HTTPS',
  });
  if (!quirks.noSecurityExtension) addSecurityKeys(add);
  if (quirks.noLocalList) for (const key of listKeys) keys.delete(key);
  return keys;
}
