import type { Connector } from '../connector.ts';
import { Refusal } from '../fields.ts';
import type { Payload } from '../frames.ts';
import type { Answer } from '../rpc.ts';
import type { Station } from '../station.ts';

/** One operation of the Central System: reads its request, does what can be done at once, and answers; null: it doesn't. */
export type Operation = (request: Payload, station: Station) => Answer | null;

/** Null for connector 0; a connector that isn't there is a PropertyConstraintViolation. */
export function connectorAt(station: Station, connectorId: number): Connector | null {
  if (connectorId === 0) return null;
  const connector = station.connectors.find((one) => one.id === connectorId);
  if (connector === undefined) throw new Refusal('PropertyConstraintViolation', `there is no connector ${connectorId}`);
  return connector;
}

/** The one connector, or all of them for connector 0. */
export function connectorsAt(station: Station, connectorId: number): readonly Connector[] {
  const one = connectorAt(station, connectorId);
  return one === null ? station.connectors : [one];
}
