import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LoadRequest, loadConfig } from '../../src/config/load.ts';
import { file, folder, load, problemLines, valid, warningLines, write } from './scratch.ts';

describe('what is accepted', () => {
  test('without a file, the defaults', () => {
    write('empty/config/other.yaml', 'site: {id: other}');
    const result = fromFolder('empty', () => loadConfig({ env: {} }));
    expect(result).toEqual({
      ok: true,
      warnings: [],
      source: { file: null, environment: [], commandLine: [] },
      config: {
        site: {
          id: 'site',
          name: 'Site',
          timeZone: 'UTC',
          nominalVoltageV: 230,
          unknownReserveA: 0,
          trustLearnedPhases: false,
        },
        ocpp: {
          host: '0.0.0.0',
          port: 9000,
          unknownChargePoints: 'pending',
          securityProfile: 0,
          heartbeatIntervalS: 300,
          pingIntervalS: 30,
          callTimeoutS: 30,
          readConfiguration: true,
          configuration: {},
          rebootForConfiguration: 'never',
          chargingProfiles: 'keep',
          dataTransfers: [],
        },
        http: { host: '127.0.0.1', port: 8080, names: [] },
        certificates: { names: [], approval: 'known', serverDays: 90, chargePointDays: 365 },
        store: {
          path: './data/busbar.db',
          telemetryFlushS: 60,
          retentionDays: { telemetry: 60, messages: 7, operations: 90, audit: 365 },
          backupsKept: 3,
        },
        files: {
          maxFirmwareMiB: 512,
          maxUploadMiB: 100,
          uploadsKept: 200,
          uploadsMiB: 1024,
          keepUploadsDays: 60,
          reserveMiB: 256,
          waitDays: 30,
          beginWithinS: 3600,
          transferWithinS: 14_400,
          installWithinS: 172_800,
        },
        authorization: {
          unknownCards: 'reject',
          matchCardForms: false,
          stopWhenBlocked: false,
          clearCaches: true,
          concurrentTransactions: 'refuse',
          localLists: 'on',
        },
        reservations: { restore: true },
        blackBox: { mib: 64, flushS: 30 },
        log: { level: 'info' },
        groups: [],
        chargePoints: [],
        siteModel: null,
        meters: [],
        limits: { schedules: [], modbus: [], mqtt: [] },
        upstream: null,
        policy: {
          default: 'equal',
          tiers: [],
          tierOf: [],
          lease: 'auto',
          minOnS: 900,
          minOffS: 300,
          rotationS: 900,
        },
        tokenLines: null,
      },
    });
  });

  test('without a name, config/site.yaml of the folder in which the program runs', () => {
    write('with/config/site.yaml', 'site: {id: found}');
    const result = fromFolder('with', () => loadConfig({ env: {} }));
    expect(result).toMatchObject({ ok: true, source: { file: 'config/site.yaml' }, config: { site: { id: 'found' } } });
  });

  test.each(['', '# nothing\n', '---\n', 'site:\nhttp:\nchargePoints:\n', '{}', 'null'])(
    '%j means the defaults',
    (text) => {
      expect(valid(text)).toEqual(valid('log: {level: info}'));
    },
  );

  test('a byte order mark and line ends of Windows', () => {
    expect(valid('\ufeffsite:\r\n  name: Nord\r\n').site.name).toBe('Nord');
  });

  test('port 0 for both', () => {
    expect(valid('ocpp: {port: 0}\nhttp: {port: 0}')).toMatchObject({ ocpp: { port: 0 }, http: { port: 0 } });
  });

  test('a charge point takes its security profile from the section ocpp, unless it names one', () => {
    const text =
      'ocpp: {securityProfile: 1}\nchargePoints: [{id: A, password: {env: PW}}, {id: B, securityProfile: 0}]';
    const { chargePoints } = valid(text, { env: { PW: 'x'.repeat(16) } });
    expect(chargePoints.map(({ id, securityProfile }) => [id, securityProfile])).toEqual([
      ['A', 1],
      ['B', 0],
    ]);
  });
});

describe('precedence', () => {
  const text = 'store: {retentionDays: {telemetry: 10}}';

  test('command line over environment over file over default', () => {
    const env = { BUSBAR_STORE_RETENTION_DAYS_TELEMETRY: '20' };
    const overrides = { 'store.retentionDays.telemetry': '30' };
    const telemetry = (source: string, request = {}) => valid(source, request).store.retentionDays.telemetry;
    expect(telemetry('')).toBe(60);
    expect(telemetry(text)).toBe(10);
    expect(telemetry(text, { env })).toBe(20);
    expect(telemetry(text, { env, overrides })).toBe(30);
    expect(telemetry(text, { overrides: { 'store.retentionDays.telemetry': 40 } })).toBe(40);
  });

  test('the result says what was set over the file', () => {
    const result = load(text, {
      env: { BUSBAR_HTTP_PORT: '1', BUSBAR_OCPP_PORT: '' },
      overrides: { 'log.level': 'warn' },
    });
    expect(result.source).toEqual({ file, environment: ['BUSBAR_HTTP_PORT'], commandLine: ['log.level'] });
  });

  test('what is set wins over a wrong value in the file', () => {
    expect(valid('http: {port: x}', { env: { BUSBAR_HTTP_PORT: '1' } }).http.port).toBe(1);
  });

  test('wrong values name the variable or the command line', () => {
    expect(problemLines('', { env: { BUSBAR_HTTP_PORT: 'many' }, overrides: { 'log.level': 'lout' } })).toEqual([
      'environment BUSBAR_HTTP_PORT: http.port: is "many"; allowed: a whole number from 0 to 65535',
      'command line: log.level: is "lout"; allowed: fatal | error | warn | info | debug | trace | silent',
    ]);
  });

  test('a key that cannot be set is refused on the command line', () => {
    expect(problemLines('', { overrides: { 'http.prot': '1', chargePoints: '1', constructor: '1' } })).toEqual([
      'command line: "http.prot": is not a key that can be set here; did you mean http.port?',
      'command line: chargePoints: is not a key that can be set here',
      'command line: constructor: is not a key that can be set here',
    ]);
  });

  test('BUSBAR_CONFIG names the file, unless the caller does', () => {
    const other = write('other.yaml', 'site: {id: other}');
    write('site.yaml', 'site: {id: this}');
    const idOf = (request: LoadRequest) => {
      const result = loadConfig(request);
      return result.ok ? result.config.site.id : undefined;
    };
    expect(idOf({ env: { BUSBAR_CONFIG: other } })).toBe('other');
    expect(idOf({ file, env: { BUSBAR_CONFIG: other } })).toBe('this');
  });
});

describe('configuration of charge points', () => {
  test('of all, of a group and of one; numbers and words as they are written', () => {
    const text =
      'ocpp: {configuration: {A: 60, B: true}}\ngroups: [{id: g, configuration: {C: x}}]\nchargePoints: [{id: P, group: g, configuration: {__proto__: y}}]';
    const config = valid(text);
    expect(config.ocpp.configuration).toEqual({ A: 60, B: true });
    expect(config.groups).toEqual([{ id: 'g', configuration: { C: 'x' } }]);
    expect(config.chargePoints[0]).toMatchObject({ group: 'g' });
    expect(Object.entries(config.chargePoints[0]?.configuration ?? {})).toEqual([['__proto__', 'y']]);
  });

  test('what looks wrong is said, and sent all the same', () => {
    expect(warningLines('ocpp: {configuration: {HeartbeatInterval: soon, NumberOfConnectors: 2}}')).toEqual([
      './site.yaml:1:43 ocpp.configuration.HeartbeatInterval: looks wrong: HeartbeatInterval is a whole number from 0 to 2147483647 (s).',
      './site.yaml:1:69 ocpp.configuration.NumberOfConnectors: looks wrong: NumberOfConnectors can only be read (OCPP 1.6 9.1.21).',
    ]);
  });
});

describe('warnings', () => {
  test('a backend that is reached over an open line, unless it is this machine', () => {
    const open = (url: string) => warningLines(`upstream: {url: '${url}', tenant: acme}`);
    expect(open('mqtt://broker.example')).toEqual([
      './site.yaml:1:17 upstream.url: is not secured: whoever is on the way reads everything and can command this site; use mqtts://',
    ]);
    expect(open('mqtt://127.0.0.1:1883')).toEqual([]);
    expect(open('mqtts://broker.example')).toEqual([]);
  });

  test('ids that differ in case only', () => {
    expect(warningLines('chargePoints: [{id: cp1}, {id: CP1}]')).toEqual([
      './site.yaml:1:32 chargePoints[1].id: differs from the id of chargePoints[0] only in upper and lower case; they are two charge points',
    ]);
  });

  test('variables that set nothing, but not those that hold a secret', () => {
    const env = { BUSBAR_HTTP_PROT: '1', BUSBAR_PW: 'x'.repeat(16), OTHER: '1' };
    expect(warningLines('chargePoints: [{id: A, password: {env: BUSBAR_PW}}]', { env })).toEqual([
      'environment: BUSBAR_HTTP_PROT: sets nothing: no key has this name; did you mean BUSBAR_HTTP_PORT?',
    ]);
  });
});

/** Runs in a folder below that of the test. */
function fromFolder<T>(name: string, run: () => T): T {
  const before = process.cwd();
  process.chdir(join(folder, name));
  try {
    return run();
  } finally {
    process.chdir(before);
  }
}
