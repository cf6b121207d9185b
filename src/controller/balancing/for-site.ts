import type { Policy } from '../../central-system/handler.ts';
import { chargingCapabilities } from '../../domain/charging-capabilities.ts';
import { wishOfSession } from '../../domain/charging-wish.ts';
import { dialectKey } from '../../domain/dialect.ts';
import { dialectFor } from '../../domain/dialects/resolve.ts';
import type { Event } from '../../domain/events.ts';
import { type SharingPolicy, tierNumber } from '../../domain/sharing-policy.ts';
import { limitsInForce } from '../../domain/site-limits.ts';
import { connectorKey, type SiteModel } from '../../domain/site-model.ts';
import { wallTime } from '../../domain/site-time.ts';
import type { createReader } from '../../store/reader.ts';
import { type Balancing, createBalancing } from './balancing.ts';
import type { Wish } from './planned.ts';
import type { BalancingSite } from './world.ts';

/** What the loop asks of the store, in every cycle; kept for as long as nothing changes it. */

export type SharingRules = {
  /** What holds until somebody sets another policy. */
  readonly policy: SharingPolicy;
  /** The first that fits names the tier of whoever has no wish that does. */
  readonly tierOf: readonly { readonly tier: string; readonly parentIdTag?: string; readonly chargePoint?: string }[];
};

export type Sharing = {
  readonly surplus?: { readonly circuit: string; readonly keepMA: number };
  readonly leaseS: number | 'auto';
  /** For virtual time: the loop looks no more often than this. */
  readonly leastRestMs?: number;
  readonly rules: SharingRules;
};

type Surroundings = Pick<
  BalancingSite,
  'callTimeoutMs' | 'history' | 'lines' | 'clock' | 'stopwatch' | 'ids' | 'log' | 'enqueue' | 'follow' | 'call'
> & { readonly reader: ReturnType<typeof createReader>; readonly policy: Policy; readonly timeZone: string };

/** The control loop of the site; null where no circuits are configured: nothing is limited then. */
export function balancingFor(sharing: Sharing | null, around: Surroundings): Balancing | null {
  const { reader, policy, timeZone, ...site } = around;
  const { siteModel: model, nominalVoltageMV: nominalMV } = policy;
  if (sharing === null || model === null) return null;
  const reads = readsFor(reader, model, sharing.rules, timeZone);
  const balancing = createBalancing({
    ...reads,
    ...site,
    model,
    nominalMV,
    leaseS: sharing.leaseS,
    surplus: sharing.surplus ?? null,
    leastRestMs: sharing.leastRestMs ?? 0,
  });
  return {
    ...balancing,
    noticed(event): void {
      if (remembered.has(event.type)) reads.forget();
      balancing.noticed(event);
    },
  };
}

/** What changes an answer that the control loop remembers of the store. */
const remembered: ReadonlySet<Event['type']> = new Set([
  'configuration-reported',
  'charging-wish-set',
  'charging-wish-dropped',
  'policy-changed',
  'site-limit-set',
  'site-limit-ended',
  'site-limit-suspended',
  'token-put',
  'token-removed',
  'tokens-imported',
  'transaction-stopped',
]);

type Reads = Pick<
  BalancingSite,
  | 'commitments'
  | 'nameplate'
  | 'runningOn'
  | 'hasStopped'
  | 'isAlertOpen'
  | 'clockText'
  | 'keepsProfiles'
  | 'capabilities'
  | 'dialect'
  | 'learned'
  | 'limits'
  | 'policy'
  | 'wishOf'
  | 'dayOf'
  | 'foreignPeaks'
>;

function readsFor(
  reader: ReturnType<typeof createReader>,
  model: SiteModel,
  rules: SharingRules,
  timeZone: string,
): Reads & { forget(): void } {
  const clockText = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const capabilities = new Map<string, ReturnType<typeof chargingCapabilities>>();
  /** By our transaction id. */
  const wishes = new Map<number, ReturnType<typeof wishesOf>>();
  let limits: ReturnType<typeof reader.siteLimits> | null = null;
  let policy: SharingPolicy | null = null;
  const known = new Set(
    model.connectors.map(({ chargePointId, connectorId }) => connectorKey(chargePointId, connectorId)),
  );

  return {
    /** Something that stands in the store has changed. */
    forget(): void {
      capabilities.clear();
      wishes.clear();
      limits = null;
      policy = null;
    },
    commitments: () =>
      reader
        .commitments()
        .filter(({ chargePointId, connectorId }) => known.has(connectorKey(chargePointId, connectorId))),
    nameplate: reader.nameplate,
    runningOn: reader.runningOn,
    hasStopped(chargePointId, transactionId) {
      const state = reader.transaction(chargePointId, transactionId)?.state;
      return state === 'stopped' || (state !== 'running' && reader.hasOrphan(chargePointId, transactionId));
    },
    isAlertOpen: reader.isAlertOpen,
    clockText: (at) => clockText.format(at),
    keepsProfiles: (chargePointId) => reader.chargingProfiles(chargePointId).some(({ keep }) => keep),
    capabilities: capabilitiesOf,
    dialect(chargePointId) {
      const nameplate = reader.nameplate(chargePointId);
      const key = dialectKey(nameplate ?? { vendor: '', model: '', firmwareVersion: null });
      const { learned, set } = reader.dialect(key);
      return dialectFor(key, capabilitiesOf(chargePointId), learned, set);
    },
    learned(chargePointId) {
      const nameplate = reader.nameplate(chargePointId);
      return nameplate === null ? {} : reader.dialect(dialectKey(nameplate)).learned;
    },
    limits(at) {
      limits ??= reader.siteLimits();
      return limitsInForce(limits, at);
    },
    policy: policyNow,
    wishOf(chargePointId, { id, idTag, startedAt, reservationId }, at): Wish {
      let said = wishes.get(id);
      if (said === undefined) {
        said = wishesOf(id, idTag, reservationId, chargePointId);
        wishes.set(id, said);
      }
      if (said.unsaid !== null) return said.unsaid;
      const wish = wishOfSession(said.wishes, { startedAt, now: at, timeZone }, policyNow());
      const tier = said.hasTier || said.ruled === null ? wish.tier : tierNumber(policyNow(), said.ruled);
      return { tier, isBoosted: wish.isBoosted, targetWh: wish.targetWh, departAt: wish.departAt };
    },
    foreignPeaks: reader.foreignPeaks,
    // Noon of the day by the clock on the wall, as a number that tells days apart.
    dayOf: (at) => Math.floor((at - wallTime(at, timeZone).minute * 60_000 + 43_200_000) / 86_400_000),
  };

  function policyNow(): SharingPolicy {
    policy ??= reader.sharingPolicy() ?? rules.policy;
    return policy;
  }

  function capabilitiesOf(chargePointId: string) {
    let found = capabilities.get(chargePointId);
    if (found === undefined) {
      const keys = reader.reportedKeys(chargePointId);
      found = chargingCapabilities(keys.flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const])));
      capabilities.set(chargePointId, found);
    }
    return found;
  }

  /** Of the transaction, its reservation, its token, its group. */
  function wishesOf(id: number, idTag: string, reservationId: number | null, chargePointId: string) {
    const token = reader.tokenFor(idTag);
    const parentIdTag = token?.parentIdTag ?? null;
    // A start carries the number that the charge point knows it by, which is not ours.
    const reservation =
      reservationId === null ? null : (reader.reservationsNumbered(chargePointId, reservationId)[0] ?? null);
    const wishes = [
      reader.chargingWish({ kind: 'transaction', id }),
      reservation === null ? null : reader.chargingWish({ kind: 'reservation', id: reservation.id }),
      reader.chargingWish({ kind: 'token', idTag: token?.idTag ?? idTag }),
      parentIdTag === null ? null : reader.chargingWish({ kind: 'group', parentIdTag }),
    ];
    const hasTier = wishes.some((wish) => wish?.tier != null);
    const rule = rules.tierOf.find(
      (one) =>
        (one.parentIdTag === undefined || one.parentIdTag.toLowerCase() === parentIdTag?.toLowerCase()) &&
        (one.chargePoint === undefined || one.chargePoint === chargePointId),
    );
    const ruled = rule?.tier ?? null;
    /** What holds at all times where nobody has said anything. */
    const unsaid: Wish | null = wishes.every((wish) => wish === null)
      ? { tier: tierNumber(policyNow(), ruled), isBoosted: false, targetWh: null, departAt: null }
      : null;
    return { wishes, hasTier, ruled, unsaid };
  }
}
