/**
 * The configuration keys that OCPP 1.6 and its security extension define, with their meaning in plain words. A charge
 * point may have any other key as well. What looks wrong about a value gives a warning and never a refusal: it is the
 * charge point that decides.
 */
export type StandardKey = {
  readonly key: string;
  readonly profile:
    | 'Core'
    | 'LocalAuthListManagement'
    | 'Reservation'
    | 'SmartCharging'
    | 'FirmwareManagement'
    | 'Security';
  readonly type: 'boolean' | 'integer' | 'list' | 'text';
  readonly unit: string | null;
  /** R: read only; W: never told; R or RW: up to the charge point. */
  readonly access: 'R' | 'W' | 'RW' | 'R or RW';
  readonly meaning: string;
  /** Where it is defined; E is the errata sheet, WP the security whitepaper, J the OCPP-J specification. */
  readonly section: string;
  /** Of an integer: what it must not go below or above. */
  readonly from?: number;
  readonly to?: number;
  /** Of a list: the words that may stand in it. */
  readonly words?: readonly string[];
};

type Row = readonly [
  key: string,
  type: StandardKey['type'],
  unit: string | null,
  access: StandardKey['access'],
  section: string,
  meaning: string,
  limits?: Pick<StandardKey, 'from' | 'to' | 'words'>,
];

/** How many measurands or entries a list key takes. */
const listLength = (key: string, section: string, list: string): Row => [
  `${key}MaxLength`,
  'integer',
  'entries',
  'R',
  section,
  `How many entries ${list} may have.`,
];

const core: readonly Row[] = [
  ['AllowOfflineTxForUnknownId', 'boolean', null, 'RW', '9.1.1', 'Without a connection, unknown cards may charge.'],
  [
    'AuthorizationCacheEnabled',
    'boolean',
    null,
    'RW',
    '9.1.2',
    'The charge point remembers cards it has seen accepted.',
  ],
  [
    'AuthorizeRemoteTxRequests',
    'boolean',
    null,
    'R or RW',
    '9.1.3',
    'The card of a remote start is checked before the start, not only with it.',
  ],
  ['BlinkRepeat', 'integer', 'times', 'RW', '9.1.4', 'How often the light blinks as a signal.'],
  [
    'ClockAlignedDataInterval',
    'integer',
    's',
    'RW',
    '9.1.5',
    'Time between meter values at fixed times of the day, counted from midnight; 0 sends none.',
  ],
  [
    'ConnectionTimeOut',
    'integer',
    's',
    'RW',
    '9.1.6',
    'How long a session may wait for the cable or the card before it is given up.',
  ],
  [
    'ConnectorPhaseRotation',
    'list',
    null,
    'RW',
    '9.1.7',
    'Which phase of the supply is which of a connector, as 1.RST,2.STR; 0 is the supply of the charge point.',
  ],
  listLength('ConnectorPhaseRotation', '9.1.8', 'ConnectorPhaseRotation'),
  ['GetConfigurationMaxKeys', 'integer', 'keys', 'R', '9.1.9', 'How many keys one GetConfiguration may ask for.'],
  ['HeartbeatInterval', 'integer', 's', 'RW', '9.1.10', 'Silence after which the charge point sends a Heartbeat.'],
  ['LightIntensity', 'integer', '%', 'RW', '9.1.11', 'Brightness of the lights.', { to: 100 }],
  [
    'LocalAuthorizeOffline',
    'boolean',
    null,
    'RW',
    '9.1.12',
    'Without a connection, cards known to the charge point charge.',
  ],
  [
    'LocalPreAuthorize',
    'boolean',
    null,
    'RW',
    '9.1.13',
    'Cards known to the charge point start at once, without waiting for an answer.',
  ],
  [
    'MaxEnergyOnInvalidId',
    'integer',
    'Wh',
    'RW',
    '9.1.14',
    'Energy still given after a card turned out to be invalid.',
  ],
  ['MessageTimeout', 'integer', 's', 'RW', 'E 3.83', 'How long the charge point waits for an answer.'],
  ['MeterValuesAlignedData', 'list', null, 'RW', '9.1.15', 'What is measured at fixed times of the day.'],
  listLength('MeterValuesAlignedData', '9.1.16', 'MeterValuesAlignedData'),
  ['MeterValuesSampledData', 'list', null, 'RW', '9.1.17', 'What is measured regularly while a car charges.'],
  listLength('MeterValuesSampledData', '9.1.18', 'MeterValuesSampledData'),
  [
    'MeterValueSampleInterval',
    'integer',
    's',
    'RW',
    '9.1.19',
    'Time between meter values while a car charges; 0 sends none.',
  ],
  ['MinimumStatusDuration', 'integer', 's', 'RW', '9.1.20', 'How long a status must last before it is reported.'],
  ['NumberOfConnectors', 'integer', null, 'R', '9.1.21', 'Connectors of the charge point.', { from: 1 }],
  ['ResetRetries', 'integer', 'times', 'RW', '9.1.22', 'How often a restart that fails is tried again.'],
  [
    'StopTransactionMaxMeterValues',
    'integer',
    null,
    'R',
    'E 3.91',
    'Meter values that one StopTransaction carries at most.',
  ],
  [
    'StopTransactionOnEVSideDisconnect',
    'boolean',
    null,
    'R or RW',
    '9.1.23',
    'Pulling the cable out of the car ends the session.',
  ],
  ['StopTransactionOnInvalidId', 'boolean', null, 'RW', '9.1.24', 'A start that is not accepted ends the session.'],
  [
    'StopTxnAlignedData',
    'list',
    null,
    'RW',
    '9.1.25',
    'Of what is measured at fixed times, what StopTransaction carries.',
  ],
  listLength('StopTxnAlignedData', '9.1.26', 'StopTxnAlignedData'),
  [
    'StopTxnSampledData',
    'list',
    null,
    'RW',
    '9.1.27',
    'Of what is measured in a session, what StopTransaction carries.',
  ],
  listLength('StopTxnSampledData', '9.1.28', 'StopTxnSampledData'),
  [
    'SupportedFeatureProfiles',
    'list',
    null,
    'R',
    '9.1.29',
    'The parts of OCPP that the charge point has.',
    {
      words: ['Core', 'FirmwareManagement', 'LocalAuthListManagement', 'Reservation', 'SmartCharging', 'RemoteTrigger'],
    },
  ],
  listLength('SupportedFeatureProfiles', '9.1.30', 'SupportedFeatureProfiles'),
  [
    'TransactionMessageAttempts',
    'integer',
    'times',
    'RW',
    '9.1.31',
    'How often a start, stop or meter value that was answered with an error is sent.',
  ],
  [
    'TransactionMessageRetryInterval',
    'integer',
    's',
    'RW',
    '9.1.32',
    'Wait before it is sent again; the second wait is twice as long, and so on.',
  ],
  [
    'UnlockConnectorOnEVSideDisconnect',
    'boolean',
    null,
    'R or RW',
    '9.1.33',
    'Pulling the cable out of the car unlocks it at the charge point.',
  ],
  ['WebSocketPingInterval', 'integer', 's', 'RW', '9.1.34', 'Time between pings of the charge point; 0 sends none.'],
];

const localList: readonly Row[] = [
  ['LocalAuthListEnabled', 'boolean', null, 'RW', '9.2.1', 'The list of cards kept in the charge point is used.'],
  ['LocalAuthListMaxLength', 'integer', 'cards', 'R', '9.2.2', 'Cards that this list holds at most.'],
  ['SendLocalListMaxLength', 'integer', 'cards', 'R', '9.2.3', 'Cards that one SendLocalList carries at most.'],
];

const reservation: readonly Row[] = [
  [
    'ReserveConnectorZeroSupported',
    'boolean',
    null,
    'R',
    '9.3.1',
    'The charge point can be reserved as a whole, leaving the connector open.',
  ],
];

const smartCharging: readonly Row[] = [
  ['ChargeProfileMaxStackLevel', 'integer', null, 'R', '9.4.1', 'Highest stackLevel of a charging profile.'],
  [
    'ChargingScheduleAllowedChargingRateUnit',
    'list',
    null,
    'R',
    '9.4.2',
    'Whether limits are given as Current (A), Power (W), or both.',
    { words: ['Current', 'Power'] },
  ],
  ['ChargingScheduleMaxPeriods', 'integer', 'periods', 'R', '9.4.3', 'Periods that a schedule has at most.'],
  ['ConnectorSwitch3to1PhaseSupported', 'boolean', null, 'R', '9.4.4', 'A session can go from three phases to one.'],
  ['MaxChargingProfilesInstalled', 'integer', 'profiles', 'R', '9.4.5', 'Charging profiles that can be there at once.'],
];

const firmware: readonly Row[] = [
  ['SupportedFileTransferProtocols', 'list', null, 'R', 'E 3.90', 'How files are moved, such as HTTP or FTP.'],
];

const security: readonly Row[] = [
  [
    'AdditionalRootCertificateCheck',
    'boolean',
    null,
    'R',
    'WP 7.1',
    'A new root certificate must be signed by the one that it replaces.',
  ],
  [
    'AuthorizationKey',
    'text',
    null,
    'W',
    'WP 7.2, J 6.2.2',
    'The password of the charge point, as 32 to 40 hexadecimal digits. It is never told.',
  ],
  ['CertificateSignedMaxChainSize', 'integer', 'characters', 'R', 'WP 7.3', 'Length of a certificate chain at most.'],
  ['CertificateStoreMaxLength', 'integer', null, 'R', 'WP 7.4', 'Root certificates that can be installed.'],
  ['CpoName', 'text', null, 'RW', 'WP 7.5', 'Name of the operator in certificate requests.'],
  [
    'SecurityProfile',
    'integer',
    null,
    'RW',
    'WP 7.6',
    'How the connection is secured, 0 to 3. It can only be raised, and the charge point then connects anew.',
    { from: 0, to: 3 },
  ],
];

const rowsOf = (profile: StandardKey['profile'], rows: readonly Row[]): StandardKey[] =>
  rows.map(([key, type, unit, access, section, meaning, limits = {}]) => ({
    key,
    profile,
    type,
    unit,
    access,
    section,
    meaning,
    ...(type === 'integer' ? { from: 0 } : {}),
    ...limits,
  }));

export const standardKeys: readonly StandardKey[] = [
  ...rowsOf('Core', core),
  ...rowsOf('LocalAuthListManagement', localList),
  ...rowsOf('Reservation', reservation),
  ...rowsOf('SmartCharging', smartCharging),
  ...rowsOf('FirmwareManagement', firmware),
  ...rowsOf('Security', security),
];

const byName = new Map(standardKeys.map((known) => [known.key.toLowerCase(), known]));

/** The standard key of this name, in any case; null for a vendor's own. */
export const standardKey = (key: string): StandardKey | null => byName.get(key.toLowerCase()) ?? null;

/** Characters of a value in ChangeConfiguration (OCPP 1.6 §6.7). */
const MAX_VALUE = 500;

/** What looks wrong about giving this value to this key, in sentences for a person; none for a key that is not standard. */
export function doubtsAbout(key: string, value: string): string[] {
  const doubts: string[] = [];
  if (value.length > MAX_VALUE) doubts.push(`${key} can have ${MAX_VALUE} characters at most.`);
  const known = standardKey(key);
  if (known === null) return doubts;
  const { type, access, from = 0, to = 2_147_483_647, words, unit } = known;
  if (access === 'R') doubts.push(`${key} can only be read (OCPP 1.6 ${known.section}).`);
  if (type === 'boolean' && !/^(?:true|false)$/i.test(value.trim())) doubts.push(`${key} is true or false.`);
  if (type === 'integer') {
    const number = /^[+-]?\d{1,15}$/.test(value.trim()) ? Number(value) : Number.NaN;
    if (!(number >= from && number <= to)) {
      doubts.push(`${key} is a whole number from ${from} to ${to}${unit === null ? '' : ` (${unit})`}.`);
    }
  }
  if (words !== undefined) {
    const strange = value.split(',').filter((item) => !words.includes(item.trim()));
    if (strange.length > 0) doubts.push(`${key} is made of ${words.join(', ')}.`);
  }
  return doubts;
}
