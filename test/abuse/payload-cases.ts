/** Payloads that no charge point should send. Keys that stand twice in a JSON object: the last one counts. */
import { type Case, call } from './case.ts';

const start = (more: string): string =>
  `{"connectorId":1,"idTag":"CARD","meterStart":0,"timestamp":"2026-11-22T10:00:00Z"${more === '' ? '' : `,${more}`}}`;
const stop = (more: string): string =>
  `{"transactionId":987654,"meterStop":1,"timestamp":"2026-11-22T10:00:00Z",${more}}`;
const status = (more: string): string => `{"connectorId":1,"errorCode":"NoError","status":"Available",${more}}`;
const reading = (sampled: string, at = '2026-11-22T10:00:00Z'): string =>
  `{"connectorId":1,"meterValue":[{"timestamp":"${at}","sampledValue":[${sampled}]}]}`;
const many = (count: number, text: string): string => new Array(count).fill(text).join(',');
const orphan = { transactions: 1, evidence: 1, findings: 1 };
const unknownCard = { refused_authorizations: 1, unknown_cards: 1 };

export const badPayloads: Case[] = [
  // Prototype keys, own and inherited (threats A16).
  call('answered', 'a key __proto__', 'Heartbeat', '{"__proto__":{"polluted":true}}'),
  call('answered', 'a key constructor', 'Heartbeat', '{"constructor":{"prototype":{"polluted":true}}}'),
  call('ProtocolError', 'all fields in __proto__', 'Authorize', '{"__proto__":{"idTag":"CARD"}}'),
  call('ProtocolError', 'all fields in __proto__', 'StartTransaction', `{"__proto__":${start('')}}`),
  call('ProtocolError', 'no field at all', 'StartTransaction', '{}'),
  call('answered', 'the same key twice: the last one counts', 'Authorize', '{"idTag":{},"idTag":"CARD"}'),
  call(
    'answered',
    '60,000 extra keys',
    'Heartbeat',
    `{${Array.from({ length: 60_000 }, (_, key) => `"k${key}":1`).join(',')}}`,
  ),
  // Wrong types.
  call('TypeConstraintViolation', 'idTag null', 'Authorize', '{"idTag":null}'),
  call('TypeConstraintViolation', 'idTag an object', 'Authorize', '{"idTag":{}}'),
  call('TypeConstraintViolation', 'idTag a list', 'Authorize', '{"idTag":["CARD"]}'),
  call('TypeConstraintViolation', 'idTag true', 'Authorize', '{"idTag":true}'),
  call('TypeConstraintViolation', 'idTag a fraction', 'Authorize', '{"idTag":1.5}'),
  call('TypeConstraintViolation', 'idTag a number that lost digits', 'Authorize', '{"idTag":12345678901234567890}'),
  call('PropertyConstraintViolation', 'idTag of 65 characters', 'Authorize', `{"idTag":"${'A'.repeat(65)}"}`),
  call('PropertyConstraintViolation', 'idTag of 500,000 characters', 'Authorize', `{"idTag":"${'A'.repeat(500_000)}"}`),
  call('answered', 'idTag empty', 'Authorize', '{"idTag":""}', unknownCard),
  // A null byte in text is legal JSON, and legal by the official schemas: it is data like any other.
  call('answered', 'a null byte in the idTag', 'Authorize', '{"idTag":"CARD\\u0000"}', unknownCard),
  call(
    'answered',
    'a null byte in the idTag is on record as sent',
    'StartTransaction',
    start('"idTag":"CARD\\u0000","connectorId":14'),
    { transactions: 1, evidence: 1, refused_authorizations: 1 },
  ),
  call('answered', 'a null byte', 'BootNotification', '{"chargePointVendor":"V\\u0000","chargePointModel":"M"}'),
  call('answered', 'a null byte in the data of a vendor', 'DataTransfer', '{"vendorId":"v","data":"\\u0000"}'),
  call('answered', 'a null byte in a sample', 'MeterValues', reading('{"value":"5\\u0000"}')),
  call('answered', 'idTag with SQL', 'Authorize', `{"idTag":"'; DROP TABLE x;--"}`, unknownCard),
  call('answered', 'idTag with a lone surrogate', 'Authorize', '{"idTag":"\\ud800"}', unknownCard),
  call('ProtocolError', 'no model', 'BootNotification', '{"chargePointVendor":"V"}'),
  call(
    'TypeConstraintViolation',
    'vendor an object',
    'BootNotification',
    '{"chargePointVendor":{},"chargePointModel":"M"}',
  ),
  call(
    'answered',
    'a vendor of 442 KB',
    'BootNotification',
    `{"chargePointVendor":"${'V'.repeat(452_608)}","chargePointModel":"M"}`,
  ),
  call(
    'answered',
    'a vendor of HTML',
    'BootNotification',
    '{"chargePointVendor":"<script>1</script>","chargePointModel":"M"}',
  ),
  call('FormationViolation', 'a list of lists', 'MeterValues', '{"connectorId":1,"meterValue":{}}'),
  call('ProtocolError', 'no meter values', 'MeterValues', '{"connectorId":1}'),
  call(
    'TypeConstraintViolation',
    'status a number',
    'StatusNotification',
    '{"connectorId":1,"errorCode":"NoError","status":5}',
  ),
  call(
    'PropertyConstraintViolation',
    'a status that does not exist',
    'StatusNotification',
    '{"connectorId":1,"errorCode":"NoError","status":"Charged"}',
  ),
  call('ProtocolError', 'no error code', 'StatusNotification', '{"connectorId":1,"status":"Available"}'),
  call(
    'PropertyConstraintViolation',
    'a firmware status that does not exist',
    'FirmwareStatusNotification',
    '{"status":"Ready"}',
  ),
  call('TypeConstraintViolation', 'requestId a word', 'LogStatusNotification', '{"status":"Idle","requestId":"abc"}'),
  call('PropertyConstraintViolation', 'a CSR that is too long', 'SignCertificate', `{"csr":"${'A'.repeat(5_501)}"}`),
  call(
    'PropertyConstraintViolation',
    'a vendorId that is too long',
    'DataTransfer',
    `{"vendorId":"${'v'.repeat(256)}"}`,
  ),
  call('answered', '900 KB of data', 'DataTransfer', `{"vendorId":"v","data":"${'d'.repeat(900_000)}"}`),
  call(
    'PropertyConstraintViolation',
    'a time that is none',
    'SecurityEventNotification',
    '{"type":"T","timestamp":"1000000"}',
  ),
  // Connectors out of range.
  ...['-1', '65', '1000000000', '9007199254740993'].map((id) =>
    call(
      'PropertyConstraintViolation',
      `connector ${id}`,
      'StatusNotification',
      `{"connectorId":${id},"errorCode":"NoError","status":"Available"}`,
    ),
  ),
  ...['1.5', '"one"', 'null', '{}', '1e999'].map((id) =>
    call(
      'TypeConstraintViolation',
      `connector ${id}`,
      'StatusNotification',
      `{"connectorId":${id},"errorCode":"NoError","status":"Available"}`,
    ),
  ),
  ...['-1', '65', '2147483648'].map((id) =>
    call('PropertyConstraintViolation', `connector ${id}`, 'MeterValues', `{"connectorId":${id},"meterValue":[]}`),
  ),
  ...['0', '-1', '65'].map((id) =>
    call('PropertyConstraintViolation', `connector ${id}`, 'StartTransaction', start(`"connectorId":${id}`)),
  ),
  // Times (threats A10).
  ...[
    '"1000000"',
    '"222222017-10-27T10:00:00Z"',
    '"2026-02-30T00:00:00Z"',
    '"1969-12-31T23:59:59Z"',
    '"2200-01-01T00:00:00Z"',
    '""',
    '5',
  ].map((time) =>
    call('PropertyConstraintViolation', `time ${time}`, 'StartTransaction', start(`"timestamp":${time}`)),
  ),
  call('TypeConstraintViolation', 'time null', 'StartTransaction', start('"timestamp":null')),
  call('PropertyConstraintViolation', 'time now', 'StopTransaction', stop('"timestamp":"now"')),
  call('answered', 'a time of 1970', 'StartTransaction', start('"timestamp":"1970-01-01T00:00:00Z","connectorId":11'), {
    transactions: 1,
    evidence: 1,
    findings: 1,
  }),
  call('answered', 'a time of 2099', 'StartTransaction', start('"timestamp":"2099-01-01T00:00:00Z","connectorId":12'), {
    transactions: 1,
    evidence: 1,
    findings: 1,
    // It is not of an offline time, and the card charges elsewhere.
    refused_authorizations: 1,
  }),
  call(
    'answered',
    'a time of 1970',
    'StatusNotification',
    status('"timestamp":"1970-01-01T00:00:00Z","connectorId":11'),
    { status_log: 1, connectors: 1 },
  ),
  call(
    'answered',
    'a time that is none is the time of receipt',
    'StatusNotification',
    status('"timestamp":"222222017-10-27","connectorId":12'),
    { status_log: 1, connectors: 1 },
  ),
  // Registers.
  call('TypeConstraintViolation', 'a register of 1e999', 'StartTransaction', start('"meterStart":1e999')),
  call('TypeConstraintViolation', 'a register of a word', 'StartTransaction', start('"meterStart":"a lot"')),
  call('TypeConstraintViolation', 'a register in hexadecimal', 'StopTransaction', stop('"meterStop":"0x10"')),
  call(
    'PropertyConstraintViolation',
    'a register beyond 2^53',
    'StartTransaction',
    start('"meterStart":9007199254740993'),
  ),
  call(
    'TypeConstraintViolation',
    'a register of 100,000 digits',
    'StartTransaction',
    start(`"meterStart":${'9'.repeat(100_000)}`),
  ),
  call(
    'answered',
    'a negative register is on record as sent, with a finding',
    'StartTransaction',
    start('"meterStart":-5,"connectorId":13'),
    { transactions: 1, evidence: 1, findings: 1 },
  ),
  call(
    'answered',
    'a negative register is on record as sent, with a finding',
    'StopTransaction',
    stop('"meterStop":-5'),
    {
      ...orphan,
      findings: 2,
    },
  ),
  call('TypeConstraintViolation', 'transactionId an object', 'StopTransaction', stop('"transactionId":{}')),
  call('TypeConstraintViolation', 'transactionId 1e999', 'StopTransaction', stop('"transactionId":1e999')),
  call(
    'answered',
    'transactionData that is a word',
    'StopTransaction',
    stop('"transactionData":"x","transactionId":5'),
    orphan,
  ),
  call(
    'answered',
    'transactionData of a thousand samples for nothing',
    'StopTransaction',
    stop(
      `"transactionId":6,"transactionData":[{"timestamp":"2026-11-22T10:00:00Z","sampledValue":[${many(1_000, '{"value":"1"}')}]}]`,
    ),
    orphan,
  ),
  // Samples: one bad sample never costs the message, and never becomes a reading (threats A17).
  ...[
    '"1e999"',
    '1e999',
    '"NaN"',
    '"Infinity"',
    '"0x1F"',
    '"-5"',
    '""',
    `"${'9'.repeat(1_000)}"`,
    'null',
    '{}',
    '[]',
  ].map((value) => call('answered', `a sample of ${value.slice(0, 12)}`, 'MeterValues', reading(`{"value":${value}}`))),
  call('answered', 'samples that are none', 'MeterValues', '{"connectorId":1,"meterValue":[5,null,"x",{},[]]}'),
  call(
    'answered',
    'a thousand samples are one reading',
    'MeterValues',
    reading(many(1_000, '{"value":"5","measurand":"Temperature"},{"value":"7"}')),
    { readings: 1 },
  ),
  call('answered', '5,000 bad samples', 'MeterValues', reading(many(5_000, '{"value":"bad"}'))),
  call('answered', 'a reading of 1970', 'MeterValues', reading('{"value":"5"}', '1970-01-01T00:00:00Z'), {
    readings: 1,
  }),
  call('answered', 'a reading of 2099', 'MeterValues', reading('{"value":"5"}', '2099-01-01T00:00:00Z'), {
    readings: 1,
  }),
  call('answered', 'a reading of no time', 'MeterValues', reading('{"value":"5"}', 'yesterday')),
  call(
    'answered',
    'a power of 100 MW',
    'MeterValues',
    reading('{"value":"100000000","measurand":"Power.Active.Import","unit":"W"}'),
  ),
];
