import type { Database } from 'better-sqlite3';
import type {
  CertificateEvent,
  CertificateHash,
  IssuedCertificate,
  RootUse,
  SigningRequest,
} from '../domain/certificate.ts';
import type { Instant } from '../domain/units.ts';
import type { Writers } from './writers.ts';

/** Certificates of charge points: written, and read for deciding and showing. */

/** Certificates of one charge point that are kept whole. Of older ones it is still known whose they are, until they end. */
const MAX_KEPT = 20;

export function certificateWriters(database: Database): Writers<CertificateEvent> {
  const request = database.prepare(`
    INSERT INTO signing_requests (charge_point_id, csr, state, why, at_ms) VALUES (@chargePointId, @csr, 'waiting', NULL, @at)
    ON CONFLICT (charge_point_id) DO UPDATE SET csr = @csr, state = 'waiting', why = NULL, at_ms = @at`);
  const decide = database.prepare(`
    UPDATE signing_requests SET state = @state, why = @why WHERE charge_point_id = @chargePointId AND state <> 'signed'`);
  const signed = database.prepare("UPDATE signing_requests SET state = 'signed', why = NULL WHERE charge_point_id = ?");
  const issue = database.prepare(`
    INSERT INTO certificates (fingerprint, charge_point_id, serial, subject, not_before_ms, not_after_ms, chain, state, at_ms)
    VALUES (@fingerprint, @chargePointId, @serial, @subject, @notBefore, @notAfter, @chain, 'issued', @at)
    ON CONFLICT (fingerprint) DO NOTHING`);
  const bound = database.prepare(`
    UPDATE certificates SET chain = '' WHERE charge_point_id = @chargePointId AND state <> 'used' AND chain <> ''
      AND fingerprint NOT IN (
        SELECT fingerprint FROM certificates WHERE charge_point_id = @chargePointId ORDER BY at_ms DESC LIMIT ${MAX_KEPT})`);
  const over = database.prepare('DELETE FROM certificates WHERE not_after_ms < ?');
  const settle = database.prepare("UPDATE certificates SET state = ? WHERE fingerprint = ? AND state <> 'revoked'");
  const supersede = database.prepare(`
    UPDATE certificates SET state = 'superseded' WHERE charge_point_id = @chargePointId AND fingerprint <> @fingerprint
      AND state IN ('installed', 'used') AND not_before_ms <= (SELECT not_before_ms FROM certificates WHERE fingerprint = @fingerprint)`);
  const revoke = database.prepare("UPDATE certificates SET state = 'revoked' WHERE fingerprint = ?");
  const list = database.prepare(`
    INSERT INTO held_roots (charge_point_id, use, hashes, at_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT (charge_point_id, use) DO UPDATE SET hashes = excluded.hashes, at_ms = excluded.at_ms`);
  return {
    'signing-requested': ({ chargePointId, csr, at }) => {
      request.run({ chargePointId, csr, at });
    },
    'signing-decided': ({ chargePointId, state, why }) => {
      decide.run({ chargePointId, state, why });
    },
    'certificate-issued': ({ type: _, ...certificate }) => {
      issue.run(certificate);
      bound.run({ chargePointId: certificate.chargePointId });
      over.run(certificate.at);
      signed.run(certificate.chargePointId);
    },
    'certificate-answered': ({ fingerprint, state }) => {
      settle.run(state, fingerprint);
    },
    'certificate-used': ({ chargePointId, fingerprint }) => {
      settle.run('used', fingerprint);
      supersede.run({ chargePointId, fingerprint });
    },
    'certificate-revoked': ({ fingerprint }) => {
      revoke.run(fingerprint);
    },
    'certificates-listed': ({ chargePointId, use, hashes, at }) => {
      list.run(chargePointId, use, JSON.stringify(hashes), at);
    },
  };
}

export function certificateReads(database: Database) {
  const requestColumns = 'SELECT charge_point_id AS chargePointId, csr, state, why, at_ms AS at FROM signing_requests';
  const request = database.prepare(`${requestColumns} WHERE charge_point_id = ?`);
  const requests = database.prepare(`${requestColumns} ORDER BY at_ms`);
  const columns = `
    SELECT fingerprint, charge_point_id AS chargePointId, serial, subject, not_before_ms AS notBefore,
      not_after_ms AS notAfter, chain, state, at_ms AS at FROM certificates`;
  const one = database.prepare(`${columns} WHERE fingerprint = ?`);
  const all = database.prepare(`${columns} ORDER BY not_after_ms, fingerprint`);
  const since = database.prepare('SELECT count(*) FROM certificates WHERE charge_point_id = ? AND at_ms > ?').pluck();
  const held = database.prepare(
    'SELECT use, hashes, at_ms AS at FROM held_roots WHERE charge_point_id = ? ORDER BY use',
  );
  return {
    signingRequest: (chargePointId: string) => (request.get(chargePointId) as SigningRequest | undefined) ?? null,
    signingRequests: (): SigningRequest[] => requests.all() as SigningRequest[],
    /** By its fingerprint; null where it was not made here. */
    issuedCertificate: (fingerprint: string) => (one.get(fingerprint) as IssuedCertificate | undefined) ?? null,
    certificatesSince: (chargePointId: string, at: Instant) => since.get(chargePointId, at) as number,
    /** Those that end first come first. */
    issuedCertificates: (): IssuedCertificate[] => all.all() as IssuedCertificate[],
    /** What a charge point last said that it holds. */
    heldRoots: (chargePointId: string): { use: RootUse; hashes: CertificateHash[]; at: Instant }[] =>
      (held.all(chargePointId) as { use: RootUse; hashes: string; at: Instant }[]).map((row) => ({
        ...row,
        hashes: JSON.parse(row.hashes) as CertificateHash[],
      })),
  };
}
