import type { Database } from 'better-sqlite3';
import type { CredentialEvent, GivenPassword } from '../domain/credential.ts';
import type { Writers } from './writers.ts';

/** Passwords that charge points were given over OCPP: written, and read for deciding. They are never shown. */

/** Passwords of one charge point that wait for a word or a use, at most: more than that is somebody trying. */
const MAX_WAITING = 4;

export function credentialWriters(database: Database): Writers<CredentialEvent> {
  const offer = database.prepare(`
    INSERT INTO credentials (charge_point_id, id, state, scheme, salt, text_hash, bytes_hash, replaced_hash, at_ms)
    VALUES (@chargePointId, @id, 'offered', @scheme, @salt, @textHash, @bytesHash, @replacedHash, @at)`);
  const bound = database.prepare(`
    DELETE FROM credentials WHERE charge_point_id = @chargePointId AND state IN ('offered', 'doubtful', 'later')
      AND seq NOT IN (
        SELECT seq FROM credentials WHERE charge_point_id = @chargePointId AND state IN ('offered', 'doubtful', 'later')
        ORDER BY seq DESC LIMIT ${MAX_WAITING})`);
  const settle = database.prepare("UPDATE credentials SET state = ?, at_ms = ? WHERE id = ? AND state = 'offered'");
  const use = database.prepare("UPDATE credentials SET state = 'used', at_ms = ? WHERE id = ?");
  const older = database.prepare(`
    DELETE FROM credentials WHERE charge_point_id = @chargePointId AND id <> @id
      AND (state = 'doubtful' OR seq < (SELECT seq FROM credentials WHERE id = @id))`);
  const drop = database.prepare('DELETE FROM credentials WHERE id = ?');
  return {
    'credential-offered': ({ chargePointId, password, at }) => {
      offer.run({ ...password, chargePointId, at });
      bound.run({ chargePointId });
    },
    'credential-answered': ({ id, state, at }) => {
      settle.run(state, at, id);
    },
    'credential-used': ({ chargePointId, id, at }) => {
      use.run(at, id);
      older.run({ chargePointId, id });
    },
    'credential-dropped': ({ id }) => {
      drop.run(id);
    },
  };
}

export function credentialReads(database: Database) {
  const of = database.prepare(`
    SELECT id, state, scheme, salt, text_hash AS textHash, bytes_hash AS bytesHash, replaced_hash AS replacedHash
    FROM credentials WHERE charge_point_id = ? ORDER BY seq`);
  const holders = database.prepare('SELECT DISTINCT charge_point_id FROM credentials').pluck();
  return {
    /** The passwords that a charge point was given over OCPP, in the order in which they were. */
    givenPasswords: (chargePointId: string): GivenPassword[] => of.all(chargePointId) as GivenPassword[],
    /** Charge points that were given one. */
    passwordHolders: (): string[] => holders.all() as string[],
  };
}
