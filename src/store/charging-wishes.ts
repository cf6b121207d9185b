import type { Database } from 'better-sqlite3';
import {
  asClock,
  type ChargingWish,
  type ChargingWishEvent,
  type WishSubject,
  wishKey,
} from '../domain/charging-wish.ts';
import { defaultPolicy, type PolicyEvent, type SharingPolicy } from '../domain/sharing-policy.ts';
import type { Instant, WattHours } from '../domain/units.ts';
import { utc } from './view-values.ts';
import type { Writers } from './writers.ts';

/** Wishes and the policy on record: written, read for deciding, and shown. */

export function chargingWishWriters(database: Database): Writers<ChargingWishEvent | PolicyEvent> {
  const put = database.prepare(`
    INSERT INTO charging_wishes (subject, kind, name, depart_ms, depart_minute, energy_wh, boost_until_ms, tier, set_ms)
    VALUES (@subject, @kind, @name, @departMs, @departMinute, @energyWh, @boostUntil, @tier, @setAt)
    ON CONFLICT (subject) DO UPDATE SET name = excluded.name, depart_ms = excluded.depart_ms,
      depart_minute = excluded.depart_minute, energy_wh = excluded.energy_wh, boost_until_ms = excluded.boost_until_ms,
      tier = excluded.tier, set_ms = excluded.set_ms`);
  const drop = database.prepare('DELETE FROM charging_wishes WHERE subject = ?');
  const policy = database.prepare(`
    INSERT INTO sharing_policy VALUES (1, ?, ?)
    ON CONFLICT DO UPDATE SET policy = excluded.policy, set_ms = excluded.set_ms`);
  return {
    'charging-wish-set': ({ wish }) => {
      const { subject, departAt, energyWh, boostUntil, tier, setAt } = wish;
      put.run({
        subject: wishKey(subject),
        kind: subject.kind,
        name: nameOf(subject),
        departMs: departAt?.kind === 'at' ? departAt.at : null,
        departMinute: departAt?.kind === 'daily' ? departAt.minute : null,
        energyWh,
        boostUntil,
        tier,
        setAt,
      });
    },
    'charging-wish-dropped': ({ subject }) => {
      drop.run(wishKey(subject));
    },
    'policy-changed': (event) => {
      policy.run(JSON.stringify(event.policy), event.at);
    },
  };
}

export function chargingWishReads(database: Database) {
  const one = database.prepare('SELECT * FROM charging_wishes WHERE subject = ?');
  const count = database.prepare('SELECT count(*) FROM charging_wishes').pluck();
  const policy = database.prepare('SELECT policy FROM sharing_policy').pluck();
  const running = database.prepare("SELECT 1 FROM transactions WHERE id = ? AND state = 'running'").pluck();
  return {
    chargingWish: (subject: WishSubject): ChargingWish | null => {
      const row = one.get(wishKey(subject)) as Row | undefined;
      return row === undefined ? null : toWish(row);
    },
    countChargingWishes: () => count.get() as number,
    isRunning: (transactionId: number) => running.get(transactionId) !== undefined,
    /** Null where nobody has set one. What a later version adds is at its default. */
    sharingPolicy: (): SharingPolicy | null => {
      const text = policy.get() as string | undefined;
      return text === undefined ? null : { ...defaultPolicy, ...(JSON.parse(text) as Partial<SharingPolicy>) };
    },
  };
}

export type ChargingWishView = {
  /** ISO 8601, or `05:30` for every day. */
  departAt: string | null;
  energyKwh: number | null;
  boostUntil: string | null;
  tier: string | null;
  setAt: string;
};

export function createChargingWishViews(database: Database) {
  const { chargingWish, sharingPolicy } = chargingWishReads(database);
  return {
    chargingWish(subject: WishSubject): ChargingWishView | null {
      const wish = chargingWish(subject);
      if (wish === null) return null;
      const { departAt, energyWh, boostUntil, tier, setAt } = wish;
      return {
        departAt: departAt === null ? null : departAt.kind === 'at' ? utc(departAt.at) : asClock(departAt.minute),
        energyKwh: energyWh === null ? null : energyWh / 1_000,
        boostUntil: utc(boostUntil),
        tier,
        setAt: utc(setAt),
      };
    },
    sharingPolicy,
  };
}

type Row = {
  kind: WishSubject['kind'];
  name: string;
  depart_ms: number | null;
  depart_minute: number | null;
  energy_wh: number | null;
  boost_until_ms: number | null;
  tier: string | null;
  set_ms: number;
};

function toWish(row: Row): ChargingWish {
  return {
    subject: subjectOf(row),
    departAt:
      row.depart_ms !== null
        ? { kind: 'at', at: row.depart_ms as Instant }
        : row.depart_minute !== null
          ? { kind: 'daily', minute: row.depart_minute }
          : null,
    energyWh: row.energy_wh as WattHours | null,
    boostUntil: row.boost_until_ms as Instant | null,
    tier: row.tier,
    setAt: row.set_ms as Instant,
  };
}

function subjectOf({ kind, name }: Row): WishSubject {
  switch (kind) {
    case 'transaction':
    case 'reservation':
      return { kind, id: Number(name) };
    case 'token':
      return { kind, idTag: name };
    case 'group':
      return { kind, parentIdTag: name };
  }
}

function nameOf(subject: WishSubject): string {
  if (subject.kind === 'token') return subject.idTag;
  return subject.kind === 'group' ? subject.parentIdTag : String(subject.id);
}
