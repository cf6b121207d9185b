import type { Database } from 'better-sqlite3';
import type { SecurityProfileEvent, SecurityStanding } from '../domain/security-profile.ts';
import type { Writers } from './writers.ts';

/** How well charge points have secured their connections: written, and read for deciding who may connect. */

export function securityProfileWriters(database: Database): Writers<SecurityProfileEvent> {
  const reach = database.prepare(`
    INSERT INTO security_profiles (charge_point_id, highest, asked, at_ms) VALUES (@chargePointId, @profile, NULL, @at)
    ON CONFLICT (charge_point_id) DO UPDATE SET highest = max(highest, @profile), at_ms = @at,
      asked = CASE WHEN asked > @profile THEN asked END`);
  const agree = database.prepare(`
    INSERT INTO security_profiles (charge_point_id, highest, asked, at_ms) VALUES (@chargePointId, 0, @profile, @at)
    ON CONFLICT (charge_point_id) DO UPDATE SET asked = @profile, at_ms = @at`);
  const lower = database.prepare(`
    UPDATE security_profiles SET highest = @profile, asked = NULL, at_ms = @at WHERE charge_point_id = @chargePointId`);
  return {
    'security-profile-reached': ({ chargePointId, profile, at }) => {
      reach.run({ chargePointId, profile, at });
    },
    'security-profile-agreed': ({ chargePointId, profile, at }) => {
      agree.run({ chargePointId, profile, at });
    },
    'security-profile-lowered': ({ chargePointId, profile, at }) => {
      lower.run({ chargePointId, profile, at });
    },
  };
}

const nothingYet: SecurityStanding = { highest: 0, asked: null };

export function securityProfileReads(database: Database) {
  const of = database.prepare('SELECT highest, asked FROM security_profiles WHERE charge_point_id = ?');
  return {
    /** What a charge point has reached and agreed to. */
    securityStanding: (chargePointId: string): SecurityStanding =>
      (of.get(chargePointId) as SecurityStanding | undefined) ?? nothingYet,
  };
}
