/** Messages of the Remote Trigger profile (OCPP 1.6 §6). */
import { Type } from 'typebox';
import { closed, Integer } from './common.ts';

/** OCPP 1.6 §6.51. */
export const TriggerMessageRequest = closed({
  requestedMessage: Type.Enum([
    'BootNotification',
    'DiagnosticsStatusNotification',
    'FirmwareStatusNotification',
    'Heartbeat',
    'MeterValues',
    'StatusNotification',
  ]),
  connectorId: Type.Optional(Integer),
});
/** OCPP 1.6 §6.52. */
export const TriggerMessageResponse = closed({ status: Type.Enum(['Accepted', 'Rejected', 'NotImplemented']) });
