import type { RateUnit } from '../../src/domain/charging-profile.ts';
import type { CommandResult } from '../../src/domain/commands.ts';
import type { ProfileTerms } from '../../src/domain/profile-record.ts';
import { createControlRoom } from './control-room.ts';

type Options = Parameters<typeof createControlRoom>[0];

/** A profile of one limit for as long as it stands, as the resource takes it. */
export function terms(
  limit: number,
  over: Partial<ProfileTerms> & { unit?: RateUnit; phases?: number } = {},
): ProfileTerms {
  const { unit = 'A', phases = null, ...rest } = over;
  return {
    stackLevel: 0,
    purpose: 'TxDefaultProfile',
    kind: 'Relative',
    recurrency: null,
    validFrom: null,
    validTo: null,
    schedule: { durationS: null, startAt: null, unit, minChargingRate: null, periods: [{ startS: 0, limit, phases }] },
    ...rest,
  };
}

/** The same on the wire, as anybody may send it. */
export function wireProfile(id: number, limit: number, over: object = {}) {
  return {
    chargingProfileId: id,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    ...over,
  };
}

/** A report of one limit that holds all day. */
export function report(limit: number, unit: RateUnit = 'A', over: object = {}) {
  return {
    status: 'Accepted',
    connectorId: 1,
    chargingSchedule: { duration: 86_400, chargingRateUnit: unit, chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    ...over,
  };
}

/** A control room with one charge point, and words for charging profiles. Profiles that are to stay are looked after. */
export function createProfileRoom(options: Options = {}) {
  const room = createControlRoom({
    ...options,
    policy: { chargingProfiles: 'keep', unknownCards: 'accept', ...options.policy },
  });
  let station = room.boot('CP1');
  /** Those that no answer was given to yet. */
  let seen = 0;
  const words = {
    room,
    station: () => station,
    /** The power fails and is back: what Busbar wants to send it may send from then on. */
    reboot(): void {
      if (station.state.is === 'open') station.drop();
      room.clock.advance(60_000);
      station = room.boot('CP1');
      seen = 0;
      room.clock.advance(5_000);
    },
    reconnect(): void {
      station = room.connect('CP1');
      seen = 0;
      room.clock.advance(5_000);
    },
    /** Lets it settle after its boot. */
    settle: (): void => room.clock.advance(5_000),
    /** The next call of ours as [action, payload], answered; null where there is none. */
    next(answer?: object | string): [string, Record<string, unknown>] | null {
      const call = station.calls()[seen];
      if (call === undefined) return null;
      seen += 1;
      const [id, action, payload] = call;
      if (typeof answer === 'string') station.say(JSON.stringify([4, id, answer, 'no', {}]));
      else if (answer !== undefined) station.answer(id, answer);
      return [String(action), payload as Record<string, unknown>];
    },
    /** Sends a raw message, and answers it unless there is no answer. */
    raw(action: string, payload: object, answer?: object | string): void {
      room.execute({ type: 'operate', chargePointId: 'CP1', action, payload });
      if (answer !== undefined) words.next(answer);
    },
    /** Installs through the resource, and answers what is sent unless there is no answer. */
    install(
      profile: ProfileTerms,
      answer?: object | string,
      over: { connectorId?: number; keep?: boolean; transactionId?: number } = {},
    ): Promise<CommandResult> {
      const { connectorId = 1, keep = null, transactionId = null } = over;
      const command = { type: 'install-profile', chargePointId: 'CP1', connectorId, keep, transactionId } as const;
      const { promise } = room.execute({ ...command, template: null, terms: profile });
      if (answer !== undefined) words.next(answer);
      return promise;
    },
    start(connectorId = 1, idTag = 'CARD'): number {
      const timestamp = new Date(room.clock.now()).toISOString();
      const answer = station.call('StartTransaction', { connectorId, idTag, meterStart: 0, timestamp });
      room.clock.settle();
      if (answer === null) throw new Error('no answer to the start');
      return (answer[2] as { transactionId: number }).transactionId;
    },
    stop(transactionId: number): void {
      const timestamp = new Date(room.clock.now()).toISOString();
      station.call('StopTransaction', { transactionId, meterStop: 10, timestamp });
      room.clock.settle();
    },
    /** What is on record, shortly: `10001@1 installed`. */
    record: (): string[] =>
      room.reader
        .chargingProfiles('CP1')
        .map(({ profile, connectorId, state }) => `${profile.id}@${connectorId ?? 'any'} ${state}`),
    rows: () => room.reader.chargingProfiles('CP1'),
    alerts: (): unknown[] => room.values('SELECT kind FROM alerts WHERE cleared_ms IS NULL'),
  };
  return words;
}

export const yes = { status: 'Accepted' };
