import { expect, test } from 'vitest';
import {
  type Action,
  actions,
  isAction,
  isCentralSystemAction,
  isChargePointAction,
} from '../../src/ocpp/messages/actions.ts';

const names = Object.keys(actions) as Action[];

test('there are the 28 actions of OCPP 1.6 and the 11 of the security extension', () => {
  expect(names.filter((name) => actions[name].profile !== 'Security')).toHaveLength(28);
  expect(names.filter((name) => actions[name].profile === 'Security')).toHaveLength(11);
});

test('a charge point sends fourteen of them', () => {
  expect(names.filter(isChargePointAction).sort()).toEqual([
    'Authorize',
    'BootNotification',
    'DataTransfer',
    'DiagnosticsStatusNotification',
    'FirmwareStatusNotification',
    'Heartbeat',
    'LogStatusNotification',
    'MeterValues',
    'SecurityEventNotification',
    'SignCertificate',
    'SignedFirmwareStatusNotification',
    'StartTransaction',
    'StatusNotification',
    'StopTransaction',
  ]);
});

test('the rest is ours, and DataTransfer goes both ways', () => {
  expect(names.filter((name) => isChargePointAction(name) && isCentralSystemAction(name))).toEqual(['DataTransfer']);
  expect(names.filter((name) => !isChargePointAction(name) && !isCentralSystemAction(name))).toEqual([]);
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'heartbeat', ''])('%j is no action', (name) => {
  expect(isAction(name)).toBe(false);
  expect(isChargePointAction(name)).toBe(false);
  expect(isCentralSystemAction(name)).toBe(false);
});
