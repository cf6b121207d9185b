/**
 * Bad frames and payloads from a charge point that is accepted, so that nothing but the frame itself is wrong. After
 * each: the outcome that OCPP-J §4.2.3 asks for, no trace but the one named, and an innocent witness answered at once.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChargePoint, connect, type Payload } from '../support/charge-point.ts';
import { startSite, type TestSite } from '../support/site.ts';
import { putToken } from '../support/site-rows.ts';
import { memoryInUse, startWitness, traces, WITNESS_WITHIN_MS, witnessWait } from '../support/witness.ts';

type Outcome =
  | 'ignored'
  | 'answered'
  | 'NotImplemented'
  | 'NotSupported'
  | 'ProtocolError'
  | 'FormationViolation'
  | 'PropertyConstraintViolation'
  | 'TypeConstraintViolation'
  /** The connection ends with this code. */
  | number;

type Case = {
  readonly name: string;
  readonly outcome: Outcome;
  /** The frame, given a message id of its own; a buffer is sent as a binary frame. */
  readonly frame: (id: string) => string | Buffer;
  /** Sent as text, though it is none. */
  readonly asText?: boolean;
  /** What may grow by it, and by how much. */
  readonly leaves?: Readonly<Record<string, number>>;
};

const MIB = 1_048_576;
/** A frame that is written out; @ stands for the message id. */
const raw = (outcome: Outcome, name: string, text: string): Case => ({
  name,
  outcome,
  frame: (id) => text.replace('@', id),
});
/** A CALL whose payload is given as JSON text, for what JSON.stringify would not write. */
const call = (outcome: Outcome, name: string, action: string, payload: string, leaves?: Case['leaves']): Case => ({
  name: `${action}: ${name}`,
  outcome,
  frame: (id) => `[2,"${id}",${JSON.stringify(action)},${payload}]`,
  ...(leaves === undefined ? {} : { leaves }),
});

const notFrames: Case[] = [
  raw('ignored', 'an empty frame', ''),
  raw('ignored', 'a word', 'hello'),
  raw('ignored', 'half a frame', '[2,"@","Heartbeat"'),
  raw('ignored', 'an object', '{"0":2,"1":"@","2":"Heartbeat","3":{}}'),
  raw('ignored', 'null', 'null'),
  raw('ignored', 'a number', '42'),
  raw('ignored', 'an empty list', '[]'),
  raw('ignored', 'a type alone', '[2]'),
  raw('ignored', 'a frame in a list', '[[2,"@","Heartbeat",{}]]'),
  raw('ignored', 'two frames in one', '[2,"@","Heartbeat",{}][2,"b","Heartbeat",{}]'),
  raw('ignored', 'a trailing comma', '[2,"@","Heartbeat",{},]'),
  raw('ignored', 'single quotes', "[2,'@','Heartbeat',{}]"),
  raw('ignored', 'a comment', '[2,"@","Heartbeat",{}] // hi'),
  raw('ignored', 'NaN', '[2,"@","StatusNotification",{"connectorId":NaN}]'),
  raw('ignored', 'a byte order mark', '\ufeff[2,"@","Heartbeat",{}]'),
  raw('ignored', 'a raw null byte', '[2,"@","Heart\u0000beat",{}]'),
  raw('ignored', 'a type that does not exist', '[5,"@","Heartbeat",{}]'),
  raw('ignored', 'a negative type', '[-2,"@","Heartbeat",{}]'),
  raw('ignored', 'a type as text', '["2","@","Heartbeat",{}]'),
  raw('ignored', 'a type as a list', '[[2],"@","Heartbeat",{}]'),
  raw('ignored', 'a message id that is null', '[2,null,"Heartbeat",{}]'),
  raw('ignored', 'a message id that is an object', '[2,{"id":"@"},"Heartbeat",{}]'),
  raw('ignored', 'a message id that is a fraction', '[2,1.5,"Heartbeat",{}]'),
  raw('ignored', 'a message id of 1,000 characters', `[2,"${'x'.repeat(1_000)}","Heartbeat",{}]`),
  raw('ignored', '100,000 lists in each other', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  raw('ignored', '500,000 opened lists', '['.repeat(500_000)),
  raw(
    'ignored',
    'a payload of 5,000 objects in each other',
    `[2,"@","Heartbeat",${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}]`,
  ),
  raw('ignored', 'a result for nothing', '[3,"@",{}]'),
  raw('ignored', 'a result without payload', '[3,"@"]'),
  raw('ignored', 'a result of null', '[3,"@",null]'),
  raw('ignored', 'a result whose id is an object', '[3,{},{}]'),
  raw('ignored', 'an error for nothing', '[4,"@","InternalError","",{}]'),
  raw('ignored', 'an error of nothing but an id', '[4,"@"]'),
  raw('ignored', 'an error of the wrong types', '[4,"@",5,{},[]]'),
  raw('ignored', '900 KB of the letter x', 'x'.repeat(900_000)),
  { name: 'a binary frame', outcome: 1003, frame: () => Buffer.from([1, 2, 3]) },
  { name: 'a good CALL in a binary frame', outcome: 1003, frame: (id) => Buffer.from(`[2,"${id}","Heartbeat",{}]`) },
  { name: 'text that is no UTF-8', outcome: 1007, frame: () => Buffer.from([0x5b, 0xc3, 0x28, 0x5d]), asText: true },
  { name: 'UTF-8 of a surrogate', outcome: 1007, frame: () => Buffer.from([0xed, 0xa0, 0x80]), asText: true },
  { name: 'a frame of more than 1 MiB', outcome: 1009, frame: () => 'x'.repeat(MIB + 1) },
  {
    name: 'a vendor of 4 MB',
    outcome: 1009,
    frame: (id) => `[2,"${id}","BootNotification",{"chargePointVendor":"${'V'.repeat(4 * MIB)}"}]`,
  },
];

const badCalls: Case[] = [
  raw('FormationViolation', 'no action', '[2,"@"]'),
  raw('FormationViolation', 'an action that is a number', '[2,"@",5,{}]'),
  raw('FormationViolation', 'an action that is null', '[2,"@",null,{}]'),
  raw('ProtocolError', 'no payload', '[2,"@","Heartbeat"]'),
  raw('FormationViolation', 'one element too many', '[2,"@","Heartbeat",{},{}]'),
  call('FormationViolation', 'a list as payload', 'Heartbeat', '[]'),
  call('FormationViolation', 'a text as payload', 'Heartbeat', '"text"'),
  call('FormationViolation', 'a number as payload', 'Heartbeat', '7'),
  call('FormationViolation', 'true as payload', 'Heartbeat', 'true'),
  call('NotImplemented', 'an unknown action', 'SelfDestruct', '{}'),
  call('NotImplemented', 'an empty action', '', '{}'),
  call('NotImplemented', 'the wrong letter case', 'HEARTBEAT', '{}'),
  call('NotImplemented', 'a blank behind it', 'Heartbeat ', '{}'),
  call('NotImplemented', 'a null byte behind it', 'Heartbeat\u0000', '{}'),
  call('NotImplemented', 'the name of a prototype', '__proto__', '{}'),
  call('NotImplemented', 'the name of a constructor', 'constructor', '{}'),
  call('NotImplemented', 'the name of a method', 'toString', '{}'),
  call('NotImplemented', 'the name of a property', 'hasOwnProperty', '{}'),
  call('NotImplemented', '100,000 characters', 'A'.repeat(100_000), '{}'),
  call('NotSupported', 'an action of the central system', 'RemoteStopTransaction', '{"transactionId":1}'),
  call('NotSupported', 'an action of the central system', 'Reset', '{"type":"Hard"}'),
];

const start = (more: string): string =>
  `{"connectorId":1,"idTag":"CARD","meterStart":0,"timestamp":"2026-11-22T10:00:00Z"${more === '' ? '' : `,${more}`}}`;
const stop = (more: string): string =>
  `{"transactionId":987654,"meterStop":1,"timestamp":"2026-11-22T10:00:00Z",${more}}`;
const status = (more: string): string => `{"connectorId":1,"errorCode":"NoError","status":"Available",${more}}`;
const reading = (sampled: string, at = '2026-11-22T10:00:00Z'): string =>
  `{"connectorId":1,"meterValue":[{"timestamp":"${at}","sampledValue":[${sampled}]}]}`;
const many = (count: number, text: string): string => new Array(count).fill(text).join(',');
const orphan = { transactions: 1, evidence: 1, findings: 1 };

const badPayloads: Case[] = [
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
  call('answered', 'idTag empty', 'Authorize', '{"idTag":""}'),
  call('answered', 'idTag with SQL', 'Authorize', `{"idTag":"'; DROP TABLE x;--"}`),
  call('answered', 'idTag with a lone surrogate', 'Authorize', '{"idTag":"\\ud800"}'),
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
    'a negative register is on record as sent',
    'StartTransaction',
    start('"meterStart":-5,"connectorId":13'),
    { transactions: 1, evidence: 1 },
  ),
  call('answered', 'a negative register is on record as sent', 'StopTransaction', stop('"meterStop":-5'), orphan),
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

const cases = [...notFrames, ...badCalls, ...badPayloads];

describe(`${cases.length} bad frames`, () => {
  let site: TestSite;
  let witness: ChargePoint;
  let abuser: ChargePoint;
  let memoryBefore: number;

  beforeAll(async () => {
    site = await startSite();
    await putToken(site, 'CARD');
    witness = await startWitness(site);
    abuser = await connect(site.url, 'ABUSER');
    await abuser.boot();
    memoryBefore = memoryInUse();
  });
  afterAll(() => site.stop());

  it.each(cases.map((each, index) => [each.name, each, `case-${index}`] as const))('%s', async (_, bad, id) => {
    const before = traces(site);
    const frame = bad.frame(id);
    if (bad.asText === true) abuser.socket.send(frame, { binary: false });
    else abuser.send(frame);
    if (typeof bad.outcome === 'number') {
      expect((await abuser.closed).code).toBe(bad.outcome);
      abuser = await connect(site.url, 'ABUSER');
    } else if (bad.outcome === 'answered') {
      expect(await abuser.nextFrame()).toEqual([3, id, expect.anything()]);
    } else if (bad.outcome !== 'ignored') {
      const answer = await abuser.nextFrame();
      expect(answer).toEqual([4, id, bad.outcome, expect.any(String), {}]);
      expect(String(answer[3]).length).toBeLessThanOrEqual(255);
    }
    // The next thing that is said to it answers its next call: there was no word too many.
    abuser.send(`[2,"after-${id}","Heartbeat",{}]`);
    expect(await abuser.nextFrame()).toEqual([3, `after-${id}`, expect.anything()]);
    expect(await witnessWait(witness)).toBeLessThan(WITNESS_WITHIN_MS);
    const expected: Record<string, number> = { ...before };
    for (const [what, grown] of Object.entries(bad.leaves ?? {})) expected[what] = (expected[what] ?? 0) + grown;
    expect(traces(site)).toEqual(expected);
    expect(Object.keys(Object.prototype)).toEqual([]);
    const polluted: Payload = {};
    expect(polluted.polluted).toBeUndefined();
  });

  it('took no memory with it', () => {
    expect(memoryInUse() - memoryBefore).toBeLessThan(64 * MIB);
  });

  it('are a table of at least 120, and counted', () => {
    expect(cases.length).toBeGreaterThanOrEqual(120);
    const counters = site.controller.lines.get('ABUSER')?.counters;
    expect(counters?.ignored).toBeGreaterThan(25);
    expect(counters?.refused).toBeGreaterThan(50);
  });
});
