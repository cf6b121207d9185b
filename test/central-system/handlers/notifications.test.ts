import { describe, expect, it } from 'vitest';
import { instant } from '../../../src/domain/units.ts';
import { createDesk, stamp } from '../../support/desk.ts';
import { NOON } from '../../support/manual-clock.ts';

const later = instant(NOON + 5_000);

describe('Heartbeat', () => {
  it('is answered with the time', () => {
    expect(createDesk().receive('Heartbeat', {}, { at: later })).toEqual({
      response: { currentTime: '2026-01-15T12:00:05.000Z' },
      events: [],
    });
  });
});

describe('StatusNotification', () => {
  const status = { errorCode: 'NoError', status: 'Available' } as const;

  it('is kept for the whole charge point and for each connector', () => {
    const { receive, rows } = createDesk();
    receive('StatusNotification', { ...status, connectorId: 0, timestamp: stamp(1) });
    receive('StatusNotification', {
      connectorId: 64,
      status: 'Faulted',
      errorCode: 'GroundFailure',
      info: 'i',
      vendorId: 'v',
      vendorErrorCode: 'e',
      timestamp: stamp(2),
    });
    expect(
      rows('SELECT connector_id, status, error_code, info, vendor_id, vendor_error_code, at_ms FROM connectors'),
    ).toEqual([
      {
        connector_id: 0,
        status: 'Available',
        error_code: 'NoError',
        info: null,
        vendor_id: null,
        vendor_error_code: null,
        at_ms: NOON + 1_000,
      },
      {
        connector_id: 64,
        status: 'Faulted',
        error_code: 'GroundFailure',
        info: 'i',
        vendor_id: 'v',
        vendor_error_code: 'e',
        at_ms: NOON + 2_000,
      },
    ]);
  });

  it('without a time, or with one that can not be, counts from its receipt', () => {
    const { receive, values } = createDesk();
    receive('StatusNotification', { ...status, connectorId: 1 }, { at: later });
    receive('StatusNotification', { ...status, connectorId: 2, timestamp: '2026-02-30T00:00:00Z' }, { at: later });
    expect(values('SELECT at_ms FROM connectors')).toEqual([later, later]);
  });

  it('may say Available before the queued stop comes: nothing is ended by it', () => {
    const { receive, values } = createDesk();
    receive('StartTransaction', { connectorId: 1, idTag: 'X', meterStart: 0, timestamp: stamp(0) });
    receive('StatusNotification', { ...status, connectorId: 1 });
    expect(values('SELECT state FROM transactions')).toEqual(['running']);
  });

  it.each([-1, 65])('of connector %d is refused: there is none', (connectorId) => {
    expect(createDesk().judge('StatusNotification', { ...status, connectorId })).toMatchObject({
      refused: 'PropertyConstraintViolation',
    });
  });
});

describe('jobs', () => {
  it('keep their last state, each on its own', () => {
    const { receive, rows } = createDesk();
    receive('FirmwareStatusNotification', { status: 'Downloading' });
    receive('FirmwareStatusNotification', { status: 'Installed' }, { at: later });
    receive('DiagnosticsStatusNotification', { status: 'Uploaded' });
    receive('LogStatusNotification', { status: 'Uploading', requestId: 7 });
    receive('SignedFirmwareStatusNotification', { status: 'InvalidSignature', requestId: 8 });
    expect(rows('SELECT job, status, request_id, at_ms FROM jobs ORDER BY job')).toEqual([
      { job: 'diagnostics', status: 'Uploaded', request_id: null, at_ms: NOON },
      { job: 'firmware', status: 'Installed', request_id: null, at_ms: later },
      { job: 'log', status: 'Uploading', request_id: 7, at_ms: NOON },
      { job: 'signed-firmware', status: 'InvalidSignature', request_id: 8, at_ms: NOON },
    ]);
  });

  it('are answered without a request, too', () => {
    const { receive } = createDesk();
    expect(receive('LogStatusNotification', { status: 'Idle' }).response).toEqual({});
    expect(receive('SignedFirmwareStatusNotification', { status: 'Idle' }).response).toEqual({});
  });
});

describe('SecurityEventNotification', () => {
  it('is kept with both times, also of a type that nobody has defined', () => {
    const { receive, rows } = createDesk();
    receive('SecurityEventNotification', { type: 'SomethingNew', timestamp: stamp(1), techInfo: 't' }, { at: later });
    receive('SecurityEventNotification', { type: 'ResetOrReboot', timestamp: '2026-99-01T00:00:00Z' }, { at: later });
    expect(rows('SELECT kind, tech_info, at_ms, received_ms FROM security_events')).toEqual([
      { kind: 'SomethingNew', tech_info: 't', at_ms: NOON + 1_000, received_ms: later },
      { kind: 'ResetOrReboot', tech_info: null, at_ms: later, received_ms: later },
    ]);
  });
});

describe('what nobody here can do', () => {
  it('is said honestly', () => {
    const { receive } = createDesk();
    expect(receive('DataTransfer', { vendorId: 'v', messageId: 'm', data: 'd' })).toEqual({
      response: { status: 'UnknownVendorId' },
      events: [],
    });
    expect(receive('SignCertificate', { csr: 'c' })).toEqual({ response: { status: 'Rejected' }, events: [] });
  });
});
