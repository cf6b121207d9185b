import Type from 'typebox';
import { certificates } from './schema-certificates.ts';
import { chargePointKeys, circuits, connectorKeys, policy, siteKeys } from './schema-circuits.ts';
import { http } from './schema-http.ts';
import { limits } from './schema-limits.ts';
import { meters } from './schema-meters.ts';
import { closed, secret, securityProfile, wishes } from './schema-parts.ts';
import { tls } from './schema-tls.ts';
import { upstream } from './schema-upstream.ts';

/**
 * The configuration file: every key with its type, unit, default and meaning. The loader, the JSON Schema for editors
 * and the reference in docs/ all come from here. Besides JSON Schema's own, four keywords of ours are used:
 * `kindBy` (the key that tells the alternatives of anyOf apart), `allowed` (what may stand there, in words), `unit`, and `secret` (values below are never shown).
 */

const site = Type.Object(
  {
    id: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
      default: 'site',
      allowed: '1 to 64 letters, digits, - or _, beginning with a letter or digit',
      description: 'Short name of the site for machines.',
    }),
    name: Type.String({ minLength: 1, maxLength: 100, default: 'Site', description: 'Name of the site for people.' }),
    timeZone: Type.String({
      format: 'iana-time-zone',
      maxLength: 64,
      default: 'UTC',
      allowed: 'an IANA time zone such as Europe/Berlin, or UTC',
      description: 'Time zone of the site.',
    }),
    nominalVoltageV: Type.Integer({
      minimum: 100,
      maximum: 300,
      default: 230,
      unit: 'V',
      description: 'Voltage between phase and neutral where a charge point does not measure it.',
    }),
    country: Type.Optional(
      Type.String({
        pattern: '^[A-Z]{2}$',
        allowed: 'two capital letters as in ISO 3166-1, such as DE',
        description: 'Country of the site.',
      }),
    ),
    ...siteKeys,
  },
  { ...closed, default: {}, description: 'What this site is.' },
);

const ocpp = Type.Object(
  {
    host: Type.String({
      pattern: '^[0-9A-Za-z.:_-]{1,253}$',
      default: '0.0.0.0',
      allowed: 'an IP address or host name of this machine; 0.0.0.0 for all its networks',
      description: 'Address on which charge points are served.',
    }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65535,
      default: 9000,
      description: 'TCP port for charge points (ws://host:port/ocpp/{id}); 0 takes any free one.',
    }),
    unknownChargePoints: Type.Enum(['refuse', 'pending', 'accept'], {
      default: 'pending',
      description:
        'A charge point that is not listed: refuse its connection, keep it pending until somebody approves it, or accept it.',
    }),
    securityProfile: securityProfile({
      default: 0,
      description:
        'Lowest security profile of charge points that name none of their own: 0 none, 1 password, 2 TLS and password, 3 TLS and certificate.',
    }),
    tls,
    chargingProfiles: Type.Enum(['keep', 'leave'], {
      default: 'keep',
      description:
        'Charging profiles that are to stay: verify them, and send them anew to a charge point that lost them; or leave them alone.',
    }),
    heartbeatIntervalS: Type.Integer({
      minimum: 10,
      maximum: 86_400,
      default: 300,
      unit: 's',
      description: 'How often a charge point is told to send a Heartbeat.',
    }),
    pingIntervalS: Type.Integer({
      minimum: 1,
      maximum: 3600,
      default: 30,
      unit: 's',
      description: 'How often each connection is pinged, to notice one that is dead.',
    }),
    dataTransfers: Type.Array(
      Type.Object(
        {
          vendorId: Type.String({
            minLength: 1,
            maxLength: 255,
            description: 'The vendor, exactly as its charge points write it.',
          }),
          messageIds: Type.Array(Type.String({ minLength: 1, maxLength: 50, description: 'One message id.' }), {
            maxItems: 100,
            default: [],
            description: 'The messages of this vendor that are taken; without this all of them.',
          }),
        },
        { ...closed, description: 'One vendor.' },
      ),
      {
        maxItems: 100,
        default: [],
        description:
          "Vendors' own messages (DataTransfer) that are taken and kept for whoever reads them; all others are refused.",
      },
    ),
    callTimeoutS: Type.Integer({
      minimum: 1,
      maximum: 600,
      default: 30,
      unit: 's',
      description: 'How long a charge point may take to answer a call.',
    }),
    readConfiguration: Type.Boolean({
      default: true,
      description:
        'Read the configuration of each charge point after its boot, and again where it has accepted a change.',
    }),
    configuration: wishes('Configuration keys that all charge points shall have; those that differ are changed.'),
    rebootForConfiguration: Type.Enum(['never', 'when-idle'], {
      default: 'never',
      description:
        'A key that holds only after a restart: raise an alert, or restart the charge point once while nobody charges.',
    }),
  },
  { ...closed, default: {}, description: 'The side that charge points connect to.' },
);

const store = Type.Object(
  {
    path: Type.String({
      minLength: 1,
      maxLength: 4096,
      default: './data/busbar.db',
      description: 'The database file, relative to the folder in which the program runs.',
    }),
    telemetryFlushS: Type.Integer({
      minimum: 10,
      maximum: 300,
      default: 60,
      unit: 's',
      description:
        'Meter telemetry is written at least this often; a power cut loses this much of it, never a transaction.',
    }),
    retentionDays: Type.Object(
      {
        telemetry: Type.Integer({
          minimum: 1,
          maximum: 3650,
          default: 60,
          unit: 'days',
          description: 'How long meter telemetry is kept.',
        }),
        messages: Type.Integer({
          minimum: 1,
          maximum: 365,
          default: 7,
          unit: 'days',
          description: 'How long status messages of charge points are kept; frames are only in memory.',
        }),
        operations: Type.Integer({
          minimum: 1,
          maximum: 3650,
          default: 90,
          unit: 'days',
          description:
            'How long it is kept what was asked of charge points once it is over: operations, file jobs, firmware campaigns, and reservations that nobody charged on.',
        }),
        audit: Type.Integer({
          minimum: 1,
          maximum: 3650,
          default: 365,
          unit: 'days',
          description: 'How long it is kept who did what over the API.',
        }),
      },
      { ...closed, default: {}, description: 'How long what grows is kept; transactions are never dropped.' },
    ),
    backupsKept: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 3,
      unit: 'files',
      description: 'How many backups of the database are kept.',
    }),
  },
  { ...closed, default: {}, description: 'Where the ledger is kept, and for how long.' },
);

const files = Type.Object(
  {
    baseUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s/?#@]{1,253}(/[^\\s?#]{0,100})?$',
        maxLength: 400,
        allowed: 'an address such as http://192.168.1.5:9000, without user, password or query',
        description:
          'What the addresses of files begin with; without it, the address under which each charge point has reached this machine.',
      }),
    ),
    maxFirmwareMiB: Type.Integer({
      minimum: 1,
      maximum: 4096,
      default: 512,
      unit: 'MiB',
      description: 'Largest firmware file that is taken.',
    }),
    maxUploadMiB: Type.Integer({
      minimum: 1,
      maximum: 4096,
      default: 100,
      unit: 'MiB',
      description: 'Largest file that a charge point may bring.',
    }),
    uploadsKept: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 200,
      unit: 'files',
      description: 'How many files of charge points are kept; the oldest make room.',
    }),
    uploadsMiB: Type.Integer({
      minimum: 1,
      maximum: 1_048_576,
      default: 1024,
      unit: 'MiB',
      description: 'How much they may take in all; the oldest make room.',
    }),
    keepUploadsDays: Type.Integer({
      minimum: 1,
      maximum: 3650,
      default: 60,
      unit: 'days',
      description: 'How long files of charge points are kept.',
    }),
    reserveMiB: Type.Integer({
      minimum: 1,
      maximum: 1_048_576,
      default: 256,
      unit: 'MiB',
      description: 'Free space that files leave on the disk, for the database above all.',
    }),
    waitDays: Type.Integer({
      minimum: 1,
      maximum: 365,
      default: 30,
      unit: 'days',
      description: 'How long a job waits for a charge point that is not connected.',
    }),
    beginWithinS: Type.Integer({
      minimum: 10,
      maximum: 604_800,
      default: 3600,
      unit: 's',
      description: 'How long a charge point that agreed may take to begin, from the time it was given.',
    }),
    transferWithinS: Type.Integer({
      minimum: 60,
      maximum: 604_800,
      default: 14_400,
      unit: 's',
      description: 'How long a file may be on its way.',
    }),
    installWithinS: Type.Integer({
      minimum: 60,
      maximum: 2_592_000,
      default: 172_800,
      unit: 's',
      description: 'How long installing may take; charge points wait for cars that charge.',
    }),
  },
  {
    ...closed,
    default: {},
    description: 'Firmware for charge points, and what they bring: in the folder files beside the database.',
  },
);

const authorization = Type.Object(
  {
    unknownCards: Type.Enum(['reject', 'accept', 'accept-once'], {
      default: 'reject',
      description:
        'A card that is not in the list of tokens: reject it, let it charge, or let it charge once and reject it then.',
    }),
    matchCardForms: Type.Boolean({
      default: false,
      description:
        'Take another spelling of a known card (byte order, decimal, separators) for the card, if it fits one token only.',
    }),
    stopWhenBlocked: Type.Boolean({
      default: false,
      description: 'End the running transactions of a token when it is blocked.',
    }),
    clearCaches: Type.Boolean({
      default: true,
      description: 'Empty the caches of charge points when a token is blocked, removed or limited.',
    }),
    tokens: Type.Optional(
      Type.Object(
        {
          file: Type.String({
            minLength: 1,
            maxLength: 4096,
            description: 'CSV file of tokens, relative to the folder of this file; it is read at start.',
          }),
        },
        { ...closed, description: 'Tokens that come from a file, and can be changed only there.' },
      ),
    ),
    concurrentTransactions: Type.Enum(['refuse', 'allow'], {
      default: 'refuse',
      description: 'A card that is already charging elsewhere: refuse a second transaction, or allow it.',
    }),
    localLists: Type.Enum(['on', 'off'], {
      default: 'on',
      description: 'Whether the tokens are kept on charge points as well, for times without a connection.',
    }),
  },
  { ...closed, default: {}, description: 'Who may charge.' },
);

const reservations = Type.Object(
  {
    restore: Type.Boolean({
      default: true,
      description: 'Ask a charge point again for a reservation that it has forgotten, as some do when they reboot.',
    }),
  },
  { ...closed, default: {}, description: 'Reserved connectors.' },
);

const blackBox = Type.Object(
  {
    mib: Type.Integer({
      minimum: 0,
      maximum: 65_536,
      default: 64,
      unit: 'MiB',
      description: 'How much it may take on disk, in the folder black-box beside the database; 0 keeps none.',
    }),
    flushS: Type.Integer({
      minimum: 1,
      maximum: 300,
      default: 30,
      unit: 's',
      description: 'How long what has happened may wait to be written; a power cut loses this much of it.',
    }),
  },
  {
    ...closed,
    default: {},
    description: 'The black box: what has come into the controller, for busbar replay; the oldest makes room.',
  },
);

const log = Type.Object(
  {
    level: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      default: 'info',
      description: 'The least important messages that are logged.',
    }),
  },
  { ...closed, default: {}, description: 'The log.' },
);

const connector = Type.Object(
  {
    id: Type.Integer({
      minimum: 1,
      maximum: 64,
      description: 'Number of the connector as the charge point counts it, from 1.',
    }),
    ...connectorKeys,
  },
  { ...closed, description: 'One connector.' },
);

const chargePoint = Type.Object(
  {
    id: Type.String({
      // OCPP-J 1.6 §3.1.1 names no length; 48 characters is our bound.
      pattern: '^[^/\\u0000-\\u001F\\u007F-\\u009F]{1,48}$',
      allowed: '1 to 48 characters, without / and without control characters',
      description: 'Identity of the charge point: the last part of the address that it connects to.',
    }),
    password: Type.Optional(secret('Password of the charge point (HTTP Basic); needed with security profile 1.')),
    securityProfile: Type.Optional(
      securityProfile({
        description: 'Lowest security profile of this charge point; without it, that of the section ocpp.',
      }),
    ),
    serialNumber: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description:
          'The serial number that its certificate is for (profile 3); without it, those that it reports and its id.',
      }),
    ),
    allowMissingSubprotocol: Type.Boolean({
      default: false,
      description:
        'Let it connect although it does not ask for the subprotocol ocpp1.6, as some old firmware does not.',
    }),
    connectors: Type.Array(connector, {
      maxItems: 64,
      default: [],
      description: 'Its connectors; without this they are learnt from what the charge point reports.',
    }),
    group: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'The group that it belongs to.' })),
    configuration: wishes(
      'Configuration keys that this charge point shall have; they go before those of its group and of all.',
    ),
    ...chargePointKeys,
  },
  { ...closed, description: 'One charge point.' },
);

const group = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64, description: 'Name of the group.' }),
    configuration: wishes('Configuration keys that its charge points shall have; they go before those of all.'),
  },
  { ...closed, description: 'One group of charge points.' },
);

/** The whole file, with defaults filled in: what has a default is always there, so it is not optional here. */
export const configSchema = Type.Object(
  {
    site,
    ocpp,
    http,
    certificates,
    store,
    files,
    authorization,
    reservations,
    blackBox,
    log,
    chargePoints: Type.Array(chargePoint, {
      maxItems: 2000,
      default: [],
      description: 'The charge points that are known from the start.',
    }),
    groups: Type.Array(group, {
      maxItems: 200,
      default: [],
      description: 'Groups of charge points that share a configuration.',
    }),
    circuits,
    meters,
    policy,
    limits,
    upstream,
  },
  { ...closed, default: {}, description: 'Configuration of Busbar.' },
);

/** What stands in the file once it has been validated and the defaults are filled in; secrets are still references. */
export type ConfigFile = Type.Static<typeof configSchema>;

/** A node of the schema as those that walk it see it. */
export type SchemaNode = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** Of a section whose keys are not known beforehand: what stands at each. */
  readonly additionalProperties?: boolean | SchemaNode;
  readonly required?: readonly string[] | undefined;
  readonly items?: SchemaNode;
  /** Alternatives: told apart by what kind of value is written, or by the key that `kindBy` names. */
  readonly anyOf?: readonly SchemaNode[];
  readonly kindBy?: string;
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly allowed?: string;
  readonly unit?: string;
  readonly secret?: boolean;
  readonly '~optional'?: true;
};

/** What may stand at a key, in plain words. */
export function allowedWords(node: SchemaNode): string {
  if (node.allowed !== undefined) return node.allowed;
  if (node.enum !== undefined) return node.enum.join(' | ');
  if (node.type === 'boolean') return 'true | false';
  if (node.type === 'integer') return `a whole number from ${node.minimum} to ${node.maximum}${unitSuffix(node)}`;
  if (node.type === 'number') return `a number from ${node.minimum} to ${node.maximum}${unitSuffix(node)}`;
  if (node.type === 'string') return `text of ${node.minLength ?? 0} to ${node.maxLength} characters`;
  if (node.type === 'array' && node.minItems !== undefined && node.minItems === node.maxItems)
    return `a list of ${node.maxItems} entries`;
  if (node.type === 'array') return `a list of at most ${node.maxItems} entries`;
  if (node.kindBy !== undefined) return `a section with the key ${node.kindBy}`;
  if (node.type === 'object') return `a section with the keys ${Object.keys(node.properties ?? {}).join(', ')}`;
  return 'anything';
}

function unitSuffix(node: SchemaNode): string {
  return node.unit === undefined ? '' : ` ${node.unit}`;
}
