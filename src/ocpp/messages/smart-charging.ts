/** Messages of the Smart Charging profile (OCPP 1.6 §6). */
import { Type } from 'typebox';
import {
  AcceptedOrRejected,
  ChargingProfile,
  ChargingProfilePurpose,
  ChargingRateUnit,
  ChargingSchedule,
  closed,
  Integer,
  Timestamp,
} from './common.ts';

/** OCPP 1.6 §6.13: an id alone, or criteria that all must match; nothing at all clears everything. */
export const ClearChargingProfileRequest = closed({
  id: Type.Optional(Integer),
  connectorId: Type.Optional(Integer),
  chargingProfilePurpose: Type.Optional(ChargingProfilePurpose),
  stackLevel: Type.Optional(Integer),
});
/** OCPP 1.6 §6.14: Unknown means that nothing matched. */
export const ClearChargingProfileResponse = closed({ status: Type.Enum(['Accepted', 'Unknown']) });

/** OCPP 1.6 §6.21: duration in seconds; connector 0 is the whole charge point. */
export const GetCompositeScheduleRequest = closed({
  connectorId: Integer,
  duration: Integer,
  chargingRateUnit: Type.Optional(ChargingRateUnit),
});
/** OCPP 1.6 §6.22: periods are relative to scheduleStart. */
export const GetCompositeScheduleResponse = closed({
  status: AcceptedOrRejected,
  connectorId: Type.Optional(Integer),
  scheduleStart: Type.Optional(Timestamp),
  chargingSchedule: Type.Optional(ChargingSchedule),
});

/** OCPP 1.6 §6.43. */
export const SetChargingProfileRequest = closed({ connectorId: Integer, csChargingProfiles: ChargingProfile });
/** OCPP 1.6 §6.44. */
export const SetChargingProfileResponse = closed({ status: Type.Enum(['Accepted', 'Rejected', 'NotSupported']) });
