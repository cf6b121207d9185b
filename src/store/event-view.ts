import { wishKey } from '../domain/charging-wish.ts';
import type { Event } from '../domain/events.ts';
import { inUnits, utc, valueView } from './view-values.ts';

/**
 * What the outside is told of an event: enough to change what it shows, or to know what to load anew. Units in the
 * names, times in UTC; messages word for word and long texts stay with the resources.
 */
export function eventView(event: Event): object {
  switch (event.type) {
    case 'connection-opened':
      return { chargePointId: event.chargePointId, remoteAddress: event.remoteAddress, at: utc(event.at) };
    case 'connection-closed':
      return { chargePointId: event.chargePointId, at: utc(event.at) };
    case 'charge-point-registered':
    case 'registration-changed':
      return { chargePointId: event.chargePointId, registration: event.registration, at: utc(event.at) };
    case 'charge-point-booted': {
      const { vendor, model, firmwareVersion } = event.nameplate;
      return { chargePointId: event.chargePointId, vendor, model, firmwareVersion, at: utc(event.at) };
    }
    case 'status-reported': {
      const { connectorId, status, errorCode, info, at } = event.report;
      return { chargePointId: event.chargePointId, connectorId, status, errorCode, info, at: utc(at) };
    }
    case 'transaction-started': {
      const { start, verdict, findings } = event;
      return {
        chargePointId: event.chargePointId,
        transactionId: event.transactionId,
        connectorId: start.connectorId,
        idTag: start.idTag,
        startedAt: utc(start.at),
        meterStartWh: start.meterWh,
        authorization: verdict.status,
        findings: findings.map(({ kind }) => kind),
      };
    }
    case 'transaction-stopped':
    case 'orphan-stopped': {
      const { stop, findings } = event;
      return {
        chargePointId: event.chargePointId,
        transactionId: event.transactionId,
        stoppedAt: utc(stop.at),
        meterStopWh: stop.meterWh,
        reason: stop.reason,
        findings: findings.map(({ kind }) => kind),
      };
    }
    case 'evidence-added':
      return { transactionId: event.transactionId, evidence: event.evidence.kind };
    case 'findings-added':
      return { transactionId: event.transactionId, findings: event.findings.map(({ kind }) => kind) };
    case 'finding-resolved':
      return { transactionId: event.transactionId, finding: event.kind, at: utc(event.at) };
    case 'readings-taken': {
      const { chargePointId, connectorId, transactionId, readings } = event;
      const last = readings.at(-1);
      return {
        chargePointId,
        connectorId,
        transactionId,
        readings: readings.length,
        at: utc(last?.at ?? null),
        currentA: last?.currentMA.map(inUnits) ?? [null, null, null],
        powerW: last?.powerW ?? null,
        energyWh: last?.energyWh ?? null,
        socPercent: last?.socPercent ?? null,
      };
    }
    case 'token-put':
      return { idTag: event.token.idTag, status: event.token.status, at: utc(event.at) };
    case 'token-overridden':
      return { idTag: event.original.idTag, until: utc(event.until), at: utc(event.at) };
    case 'token-override-ended':
      return { idTag: event.idTag, at: utc(event.at) };
    case 'upstream-tokens-synced':
      return { version: event.version, at: utc(event.at) };
    case 'token-removed':
    case 'unknown-card-forgotten':
      return { idTag: event.idTag, at: utc(event.at) };
    case 'token-group-put':
      return { parentIdTag: event.group.parentIdTag, at: utc(event.at) };
    case 'token-group-removed':
      return { parentIdTag: event.parentIdTag, at: utc(event.at) };
    case 'tokens-imported':
      return { source: event.source, at: utc(event.at) };
    case 'file-tokens-released':
    case 'tokens-narrowed':
      return { at: utc(event.at) };
    case 'unknown-card-seen': {
      const { chargePointId, connectorId, idTag, at } = event;
      return { chargePointId, connectorId, idTag, at: utc(at) };
    }
    case 'authorization-refused': {
      const { chargePointId, connectorId, transactionId, idTag, status, rule, why, at } = event;
      return { chargePointId, connectorId, transactionId, idTag, status, rule, why, at: utc(at) };
    }
    case 'cache-clear-asked':
    case 'cache-cleared':
    case 'cache-clear-failed':
      return { chargePointId: event.chargePointId, at: utc(event.at) };
    case 'stop-for-blocked-asked':
      return { chargePointId: event.chargePointId, transactionId: event.transactionId, at: utc(event.at) };
    case 'job-status-reported': {
      const { chargePointId, job, status, requestId, at } = event;
      return { chargePointId, job, status, requestId, at: utc(at) };
    }
    case 'security-event-reported':
      return { chargePointId: event.chargePointId, kind: event.kind, at: utc(event.at) };
    case 'operation-requested':
      return { chargePointId: event.chargePointId, id: event.id, action: event.action, at: utc(event.at) };
    case 'operation-seen':
      return { chargePointId: event.chargePointId, id: event.id, at: utc(event.at) };
    case 'operation-answered':
    case 'operation-closed': {
      const { chargePointId, id, state, outcome, at } = event;
      return { chargePointId, id, state, outcome, at: utc(at) };
    }
    case 'local-list-changed': {
      const { state, reportedVersion, sentVersion, missing, problem } = event.list;
      return {
        chargePointId: event.chargePointId,
        state,
        reportedVersion,
        sentVersion,
        missing,
        problem,
        at: utc(event.at),
      };
    }
    case 'configuration-reported': {
      const { chargePointId, keys, complete, at } = event;
      return { chargePointId, keys: keys.length, complete, at: utc(at) };
    }
    case 'configuration-taken':
    case 'configuration-override-ended':
    case 'configuration-wish-dropped':
      return { chargePointId: event.chargePointId, key: event.key, at: utc(event.at) };
    case 'file-job-created':
    case 'file-job-changed': {
      const { id, kind, state, outcome } = event.job;
      return { chargePointId: event.chargePointId, id, kind, state, outcome, at: utc(event.at) };
    }
    case 'file-token-issued':
      return { chargePointId: event.chargePointId, id: event.jobId, at: utc(event.at) };
    case 'file-stored': {
      const { jobId, name, size } = event.file;
      return { chargePointId: event.chargePointId, id: jobId, name, size, at: utc(event.at) };
    }
    case 'file-dropped':
      return { fileId: event.fileId, why: event.why, at: utc(event.at) };
    case 'campaign-created': {
      const { id, state, outcome } = event.campaign;
      return { id, state, outcome, at: utc(event.at) };
    }
    case 'campaign-changed':
      return { id: event.id, state: event.state, outcome: event.outcome, at: utc(event.at) };
    case 'campaign-item-changed': {
      const { chargePointId, state, jobId, outcome } = event.item;
      return { id: event.id, chargePointId, state, jobId, outcome, at: utc(event.at) };
    }
    case 'configuration-answered': {
      const { key, outcome, reason, at } = event.attempt;
      return { chargePointId: event.chargePointId, key, outcome, reason, at: utc(at) };
    }
    case 'configuration-checked':
      return { chargePointId: event.chargePointId, key: event.key, outcome: event.outcome, at: utc(event.at) };
    case 'configuration-wished':
      return {
        chargePointId: event.chargePointId,
        key: event.key,
        value: event.value,
        owner: event.owner ?? 'api',
        overrideUntil: utc(event.overrideUntil ?? null),
        at: utc(event.at),
      };
    case 'configuration-unread':
      return { chargePointId: event.chargePointId, keys: event.keys.length, at: utc(event.at) };
    case 'configuration-reading-begun':
    case 'configuration-read-through':
    case 'configuration-refresh-wanted':
    case 'configuration-restart-asked':
    case 'credential-offered':
    case 'credential-used':
    case 'credential-dropped':
      return { chargePointId: event.chargePointId, at: utc(event.at) };
    case 'signing-requested':
      return { chargePointId: event.chargePointId, at: utc(event.at) };
    case 'signing-decided':
      return { chargePointId: event.chargePointId, state: event.state, why: event.why, at: utc(event.at) };
    case 'certificate-issued': {
      const { chargePointId, fingerprint, serial, subject, notBefore, notAfter, at } = event;
      return {
        chargePointId,
        fingerprint,
        serial,
        subject,
        notBefore: utc(notBefore),
        notAfter: utc(notAfter),
        at: utc(at),
      };
    }
    case 'certificate-answered':
      return {
        chargePointId: event.chargePointId,
        fingerprint: event.fingerprint,
        state: event.state,
        at: utc(event.at),
      };
    case 'certificate-used':
    case 'certificate-revoked':
      return { chargePointId: event.chargePointId, fingerprint: event.fingerprint, at: utc(event.at) };
    case 'certificates-listed':
      return {
        chargePointId: event.chargePointId,
        use: event.use,
        certificates: event.hashes.length,
        at: utc(event.at),
      };
    case 'request-audited': {
      const { who, name, address, method, route, target, status, leftOut } = event.entry;
      return { who, name, address, method, route, target, status, leftOut, at: utc(event.at) };
    }
    case 'security-profile-reached':
    case 'security-profile-agreed':
    case 'security-profile-lowered':
      return { chargePointId: event.chargePointId, profile: event.profile, at: utc(event.at) };
    case 'credential-answered':
      return { chargePointId: event.chargePointId, state: event.state, at: utc(event.at) };
    case 'charging-profiles-changed': {
      const profiles = event.profiles.map(({ profile, connectorId, state }) => ({
        chargingProfileId: profile.id,
        connectorId,
        state,
      }));
      return { chargePointId: event.chargePointId, profiles, at: utc(event.at) };
    }
    case 'composite-schedule-compared': {
      const { connectorId, outcome } = event.comparison;
      return { chargePointId: event.chargePointId, connectorId, outcome, at: utc(event.at) };
    }
    case 'profile-template-put':
      return { id: event.template.id, name: event.template.name, at: utc(event.at) };
    case 'profile-template-removed':
      return { id: event.id, at: utc(event.at) };
    case 'reservation-requested':
    case 'reservation-changed': {
      const { id, reservationId, connectorId, idTag, state, outcome, transactionId, expiresAt } = event.reservation;
      const shown = { id, reservationId, connectorId, idTag, state, outcome, transactionId, expiresAt: utc(expiresAt) };
      return { chargePointId: event.chargePointId, ...shown, at: utc(event.at) };
    }
    case 'data-transferred': {
      const { chargePointId, vendorId, messageId, receivedAt } = event;
      return { chargePointId, vendorId, messageId, at: utc(receivedAt) };
    }
    case 'dialect-learned':
    case 'dialect-set':
      return { ...event.key, values: event.values, at: utc(event.at) };
    case 'dialect-reset':
      return { ...event.key, at: utc(event.at) };
    case 'site-limit-set': {
      const { id, circuit, source, value, until } = event.limit;
      return {
        id,
        circuit,
        source,
        ...valueView(value),
        until: utc(until),
        startsAt: utc(event.limit.startsAt ?? null),
        at: utc(event.at),
      };
    }
    case 'site-limit-suspended': {
      const { id, circuit, source, until, at } = event;
      return { id, circuit, source, until: utc(until), at: utc(at) };
    }
    case 'site-limit-ended': {
      const { id, circuit, source, at } = event;
      return { id, circuit, source, at: utc(at) };
    }
    case 'limit-evidence-noted': {
      const { limitId, circuit, source, kind, at } = event.evidence;
      return { limitId, circuit, source, kind, at: utc(at) };
    }
    case 'alert-raised': {
      const { id, kind, chargePointId, text, fix } = event.alert;
      return { id, kind, chargePointId, text, fix, at: utc(event.at) };
    }
    case 'commitments-written': {
      const connectors = event.commitments.map(({ chargePointId, connectorId }) => ({ chargePointId, connectorId }));
      return { connectors, at: utc(event.at) };
    }
    case 'obedience-changed': {
      const { chargePointId, connectorId, obedience, why } = event;
      return { chargePointId, connectorId, obedience, why, at: utc(event.at) };
    }
    case 'grant-changed': {
      const { chargePointId, connectorId, transactionId, grantMA, because } = event;
      return { chargePointId, connectorId, transactionId, grantA: grantMA / 1_000, because, at: utc(event.at) };
    }
    case 'charging-wish-set':
      return { subject: wishKey(event.wish.subject), at: utc(event.at) };
    case 'charging-wish-dropped':
      return { subject: wishKey(event.subject), at: utc(event.at) };
    case 'policy-changed':
      return { kind: event.policy.kind, at: utc(event.at) };
    case 'alert-cleared':
      return { id: event.id, at: utc(event.at) };
    case 'upstream-gap': {
      const { stream, from, to, reason, keptEveryS, at } = event;
      return { stream, from, to, reason, keptEveryS, at: utc(at) };
    }
    case 'upstream-command-received':
      return { id: event.command.id, name: event.command.name, at: utc(event.at) };
    case 'upstream-command-began':
      return { id: event.id, at: utc(event.at) };
    case 'upstream-command-ended': {
      const { id, name, outcome, at } = event;
      return { id, name, state: outcome.state, status: outcome.status, at: utc(at) };
    }
    case 'upstream-configuration-taken':
      return { version: event.version, problems: event.problems, at: utc(event.at) };
  }
}
