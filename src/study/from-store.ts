import type { PastSessions } from '../store/past-sessions.ts';
import { doubtsAbout } from './input/doubts.ts';
import { matchStations } from './input/stations.ts';
import type { StudySite } from './input/study-site.ts';
import type { ReadSessions } from './read-sessions.ts';
import type { Session, UsualCar } from './sessions.ts';

/**
 * Sessions of a running installation as those of a study: a car wants what its driver asked for, or else what it got.
 * Where it got less than it needed, for the connection was full, nobody knows; the warnings say so.
 */
export function sessionsFromStore(past: PastSessions, site: StudySite, usualCar: UsualCar): ReadSessions {
  const usable = past.sessions.filter(
    ({ startedMs, stoppedMs, deliveredWh, askedWh }) => stoppedMs > startedMs && (askedWh ?? deliveredWh) > 0,
  );
  if (usable.length === 0) return { ok: false, problems: ['holds no session that is over and took energy'] };
  const name = ({ chargePointId, connectorId }: { chargePointId: string; connectorId: number }): string =>
    `${chargePointId}/${connectorId}`;
  const stations = matchStations(usable.map(name), site.connectors);
  const placed = usable.map((each) => {
    const session: Session = {
      id: String(each.transactionId),
      arrival: each.startedMs,
      departure: each.stoppedMs,
      energyWh: each.askedWh ?? each.deliveredWh,
      connector: stations.keyOf.get(name(each)) ?? null,
      phases: null,
      maxA: null,
    };
    return { session, place: `transaction ${each.transactionId}` };
  });
  const asked = usable.filter(({ askedWh }) => askedWh !== null).length;
  const empty = past.sessions.length - usable.length;
  const left = [
    ...(past.running > 0 ? [`${past.running} still running`] : []),
    ...(past.orphans > 0 ? [`${past.orphans} without a start`] : []),
    ...(empty > 0 ? [`${empty} without energy`] : []),
  ];
  return {
    ok: true,
    sessions: placed.map(({ session }) => session),
    warnings: [
      ...(left.length > 0 ? [`Left out: ${left.join(', ')}.`] : []),
      `What cars wanted is known of ${asked} of ${usable.length} sessions; of the others what they got is taken, which is less where the site was full.`,
      ...stations.warnings,
      ...doubtsAbout(placed, site, usualCar),
    ],
  };
}
