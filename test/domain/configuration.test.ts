import { describe, expect, it } from 'vitest';
import { isSecretKey, sameValue, wishesFor } from '../../src/domain/configuration.ts';
import { doubtsAbout, standardKey, standardKeys } from '../../src/domain/configuration-keys.ts';
import { cutToLength, isPartOf, shorterList } from '../../src/domain/measurand-lists.ts';

describe('two values', () => {
  it.each([
    ['A', '60', '060', true],
    ['A', '60', ' 60 ', true],
    ['A', '60', '61', false],
    ['A', '1.50', '1.5', true],
    ['A', '-1', '1', false],
    // Longer than a number holds: these are names.
    ['A', '12345678901234567890', '12345678901234567891', false],
    ['A', 'true', 'TRUE', true],
    ['A', 'true', 'false', false],
    ['A', 'true', '1', false],
    ['A', 'Text', 'text', false],
    ['A', 'a,b', 'b, a', true],
    ['A', 'a,b', 'a,b,b', false],
    ['A', '', '', true],
    ['A', 'x', '', false],
    ['SupportedFeatureProfiles', 'core', 'Core', true],
    ['ConnectorPhaseRotation', '1.RST, 2.STR', '2.STR,1.RST', true],
  ])('of %s: %s and %s say the same: %s', (key, one, other, same) => {
    expect(sameValue(key, one, other)).toBe(same);
    expect(sameValue(key, other, one)).toBe(same);
  });
});

describe('wishes', () => {
  it('of one key: the API, then the charge point, its group, and all', () => {
    const wish = (key: string, from: 'api' | 'charge-point' | 'group' | 'all') => ({ key, value: from, from }) as const;
    const file = {
      all: ['A', 'B', 'C', 'D'].map((key) => wish(key, 'all')),
      of: new Map([['CP1', [wish('b', 'charge-point'), wish('B', 'group'), wish('C', 'group')]]]),
    };
    const of = (id: string) => wishesFor(id, file, id === 'CP1' ? [wish('a', 'api')] : []).map(({ value }) => value);
    expect(of('CP1')).toEqual(['api', 'charge-point', 'group', 'all']);
    expect(of('CP2')).toEqual(['all', 'all', 'all', 'all']);
    expect(of('__proto__')).toEqual(['all', 'all', 'all', 'all']);
  });
});

describe('the standard keys', () => {
  it('are known in any case, and others are not', () => {
    expect(standardKey('heartbeatINTERVAL')).toMatchObject({ key: 'HeartbeatInterval', type: 'integer', unit: 's' });
    expect(standardKey('Cst_BackendUrl')).toBeNull();
    expect(standardKey('__proto__')).toBeNull();
    expect(new Set(standardKeys.map(({ key }) => key.toLowerCase())).size).toBe(standardKeys.length);
    expect(standardKeys).toHaveLength(52);
  });

  it('are no secrets, but for the password', () => {
    expect(standardKeys.map(({ key }) => key).filter(isSecretKey)).toEqual(['AuthorizationKey']);
  });

  it.each([
    ['HeartbeatInterval', '60', 0],
    ['HeartbeatInterval', '-1', 1],
    ['HeartbeatInterval', 'banana', 1],
    ['HeartbeatInterval', '', 1],
    ['LightIntensity', '101', 1],
    ['SecurityProfile', '4', 1],
    ['LocalPreAuthorize', 'TRUE', 0],
    ['LocalPreAuthorize', 'yes', 1],
    ['NumberOfConnectors', '2', 1],
    ['ChargingScheduleAllowedChargingRateUnit', 'Current,A', 2],
    ['MeterValuesSampledData', 'Anything', 0],
    ['Vendor', 'banana', 0],
    ['Vendor', 'x'.repeat(501), 1],
  ])('%s = %s gives %i doubts', (key, value, doubts) => {
    expect(doubtsAbout(key, value)).toHaveLength(doubts);
  });
});

describe('a list of measurands', () => {
  it('loses what is missed least, and keeps its order', () => {
    expect(shorterList('RPM,Energy.Active.Import.Register')).toBe('Energy.Active.Import.Register');
    expect(shorterList('Voltage.L1, Voltage')).toBe('Voltage');
    expect(shorterList('Frequency,Current.Import,Temperature')).toBe('Current.Import,Temperature');
    expect(shorterList('Voltage')).toBeNull();
    expect(shorterList('')).toBeNull();
  });

  it('is cut to a length, never to nothing', () => {
    const list = 'SoC,Energy.Active.Import.Register,Voltage,Power.Active.Import';
    expect(cutToLength(list, 2)).toBe('Energy.Active.Import.Register,Power.Active.Import');
    expect(cutToLength(list, 9)).toBe(list);
    expect(cutToLength(list, 0)).toBe('Energy.Active.Import.Register');
  });

  it('is known by what is left of it', () => {
    expect(isPartOf('voltage', 'SoC, Voltage')).toBe(true);
    expect(isPartOf('Voltage,RPM', 'SoC,Voltage')).toBe(false);
    expect(isPartOf('', 'SoC')).toBe(false);
  });
});
