/** Messages of the Reservation profile (OCPP 1.6 §6). */
import { Type } from 'typebox';
import { AcceptedOrRejected, closed, IdToken, Integer, Timestamp } from './common.ts';

/** OCPP 1.6 §6.5. */
export const CancelReservationRequest = closed({ reservationId: Integer });
/** OCPP 1.6 §6.6. */
export const CancelReservationResponse = closed({ status: AcceptedOrRejected });

/** OCPP 1.6 §6.37: connector 0 reserves any connector. */
export const ReserveNowRequest = closed({
  connectorId: Integer,
  expiryDate: Timestamp,
  idTag: IdToken,
  parentIdTag: Type.Optional(IdToken),
  reservationId: Integer,
});
/** OCPP 1.6 §6.38. */
export const ReserveNowResponse = closed({
  status: Type.Enum(['Accepted', 'Faulted', 'Occupied', 'Rejected', 'Unavailable']),
});
