/**
 * The three charging profiles by which balancing limits a connector. Their ids are fixed, so that a new text always takes the
 * place of the last one, also after the record was lost.
 */

/** Of the connector at rest, of its running transaction, and what is granted above both. */
export type BalancingPart = 'floor' | 'transaction-floor' | 'grant';

const FIRST = 900_000;
const PER_CONNECTOR = 4;
/** Room for 250 connectors: four times as many as one charge point may have. */
const LAST = FIRST + 250 * PER_CONNECTOR - 1;
const PLACES: Readonly<Record<BalancingPart, number>> = { floor: 0, 'transaction-floor': 1, grant: 2 };

export const balancingProfileId = (connectorId: number, part: BalancingPart): number =>
  FIRST + connectorId * PER_CONNECTOR + PLACES[part];

export const isBalancingProfile = (id: number): boolean => id >= FIRST && id <= LAST;

/** The first id from `id` on that is not reserved for balancing. */
export const pastBalancingProfiles = (id: number): number => (isBalancingProfile(id) ? LAST + 1 : id);
