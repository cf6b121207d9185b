import { expect } from 'vitest';
import type { Operator } from './operator.ts';
import type { Payload } from './tester.ts';

/** What a case must have left with the Central System, seen over HTTP. */
export type LeftBehind = ReturnType<typeof createLeftBehind>;

/** accepted: the charge point agreed, and its deed is still to come. */
export type OperationState = 'sent' | 'accepted' | 'refused' | 'failed' | 'done' | 'timed-out' | 'no-answer';

/** Each of these fails the test unless the resource of this charge point is as said; what is not named may be as it likes. */
export function createLeftBehind(operator: Operator, chargePointId: string) {
  const own = `/charge-points/${encodeURIComponent(chargePointId)}`;

  async function items(path: string): Promise<readonly unknown[]> {
    const { items: found } = await operator.get(path);
    if (!Array.isArray(found)) throw new Error(`${path} is no list`);
    return found;
  }
  const ofThis = (resource: string, filter = ''): Promise<readonly unknown[]> =>
    items(`/${resource}?chargePointId=${encodeURIComponent(chargePointId)}${filter}`);

  return {
    chargePoint: async (expected: Payload): Promise<void> => {
      expect(await operator.get(own)).toMatchObject({ id: chargePointId, ...expected });
    },

    /** Each connector's status, from connector 1 on. */
    connectors: async (...statuses: readonly string[]): Promise<void> => {
      const connectors = statuses.map((status, index) => ({ id: index + 1, status }));
      expect(await operator.get(own)).toMatchObject({ connectors });
    },

    transaction: async (id: number, expected: Payload): Promise<void> => {
      expect(await operator.get(`/transactions/${id}`)).toMatchObject({ id, chargePointId, findings: [], ...expected });
    },

    /** How many transactions the ledger holds. */
    transactions: async (count: number): Promise<void> => {
      expect(await ofThis('transactions')).toHaveLength(count);
    },

    operation: async (id: string, state: OperationState | OperationState[], expected: Payload = {}): Promise<void> => {
      const operation = await operator.get(`/operations/${id}`);
      expect(operation).toMatchObject({ id, chargePointId, ...expected });
      expect([state].flat()).toContain(operation.state);
    },

    /** The reservation that the charge point knows under this number. */
    reservation: async (reservationId: number, expected: Payload): Promise<void> => {
      const found = await ofThis('reservations');
      const isIt = expect.objectContaining({ chargePointId, reservationId, ...expected });
      expect(found.filter((each) => numbered(each, reservationId))).toEqual([isIt]);
    },

    /** Waits until the reservation has come to this state. */
    reservationTurned: (reservationId: number, state: string): Promise<void> =>
      operator.until(`reservation ${reservationId} is ${state}`, async () => {
        const found = await ofThis(`reservations`, `&state=${state}`);
        return found.some((each) => numbered(each, reservationId));
      }),

    /** Its local list, and the cards in it where they are named. */
    localList: async (expected: Payload, idTags?: readonly string[]): Promise<void> => {
      const list = await operator.get(`${own}/local-list`);
      expect(list).toMatchObject(expected);
      if (idTags === undefined) return;
      expect(list.entries).toHaveLength(idTags.length);
      const entries = idTags.map((idTag) => expect.objectContaining({ idTag, status: 'Accepted' }));
      expect(list.entries).toEqual(expect.arrayContaining(entries));
    },

    /** What is known of its configuration holds these keys. */
    configuration: async (...expected: readonly Payload[]): Promise<void> => {
      const found = await items(`${own}/configuration`);
      expect(found).toEqual(expect.arrayContaining(expected.map((each) => expect.objectContaining({ ...each }))));
    },

    /** The ids of the charging profiles that it has accepted and still holds. */
    chargingProfiles: async (...ids: readonly number[]): Promise<void> => {
      const found = await items(`${own}/charging-profiles`);
      const held = ids.map((chargingProfileId) => expect.objectContaining({ chargingProfileId }));
      expect(found.filter(isInstalled)).toEqual(held);
    },

    /** How far its firmware, diagnostics or log has come. */
    job: async (job: 'firmware' | 'diagnostics' | 'log' | 'signed-firmware', status: string): Promise<void> => {
      const { jobs } = await operator.get(own);
      expect(jobs).toContainEqual(expect.objectContaining({ job, status }));
    },

    securityEvent: async (kind: string): Promise<void> => {
      await operator.event('security-event-reported', { chargePointId, kind });
    },

    token: async (idTag: string, expected: Payload): Promise<void> => {
      expect(await operator.get(`/tokens/${encodeURIComponent(idTag)}`)).toMatchObject({ idTag, ...expected });
    },
  };
}

const numbered = (value: unknown, reservationId: number): boolean =>
  typeof value === 'object' && value !== null && 'reservationId' in value && value.reservationId === reservationId;

const isInstalled = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'state' in value && value.state === 'installed';
