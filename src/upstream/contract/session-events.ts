import { Type } from 'typebox';
import { id, maybeText, maybeTime, maybeWhole, ofChargePoint, text, time, whole } from './parts.ts';

/** `data` of events about charge points and sessions. */

const finding = Type.Object({ kind: text, detail: text, foundAt: time, resolvedAt: maybeTime });

/** The session as the ledger has it: whoever has missed its start needs nothing else. */
const session = Type.Object({
  transactionId: whole,
  chargePointId: id,
  connectorId: maybeWhole,
  idTag: maybeText,
  parentIdTag: maybeText,
  startedAt: maybeTime,
  startReceivedAt: maybeTime,
  meterStartWh: maybeWhole,
  stoppedAt: maybeTime,
  stopReceivedAt: maybeTime,
  meterStopWh: maybeWhole,
  energyWh: maybeWhole,
  reason: maybeText,
  stopIdTag: maybeText,
  reservationId: maybeWhole,
  state: Type.Enum(['running', 'stopped', 'orphan']),
  authorization: maybeText,
  reportedTransactionId: maybeWhole,
  proposedTransactionId: maybeWhole,
  findings: Type.Array(finding),
});

const registration = Type.Object({ ...ofChargePoint, registration: Type.Enum(['accepted', 'pending', 'rejected']) });

const securityProfile = Type.Object({ ...ofChargePoint, profile: Type.Enum([0, 1, 2, 3]) });

const ofCertificate = { ...ofChargePoint, fingerprint: text };

export const sessionEvents = {
  'signing-requested': Type.Object({ ...ofChargePoint }),
  'signing-decided': Type.Object({
    ...ofChargePoint,
    state: Type.Enum(['waiting', 'approved', 'refused']),
    why: maybeText,
  }),
  'certificate-issued': Type.Object({ ...ofCertificate, serial: text, subject: text, notBefore: time, notAfter: time }),
  'certificate-answered': Type.Object({ ...ofCertificate, state: Type.Enum(['installed', 'refused']) }),
  'certificate-used': Type.Object(ofCertificate),
  'certificate-revoked': Type.Object(ofCertificate),
  'security-profile-reached': securityProfile,
  'security-profile-agreed': securityProfile,
  'security-profile-lowered': securityProfile,
  'charge-point-registered': registration,
  'registration-changed': registration,
  'charge-point-booted': Type.Object({ ...ofChargePoint, vendor: text, model: text, firmwareVersion: maybeText }),
  'status-reported': Type.Object({
    ...ofChargePoint,
    connectorId: whole,
    status: text,
    errorCode: text,
    info: maybeText,
  }),
  'transaction-started': session,
  'transaction-stopped': session,
  'orphan-stopped': session,
  'findings-added': Type.Object({
    transactionId: whole,
    findings: Type.Array(Type.Object({ kind: text, detail: text })),
    at: time,
  }),
  'finding-resolved': Type.Object({ transactionId: whole, finding: text, at: time }),
  'job-status-reported': Type.Object({
    ...ofChargePoint,
    job: Type.Enum(['firmware', 'diagnostics', 'log', 'signed-firmware']),
    status: text,
    requestId: maybeWhole,
  }),
  'security-event-reported': Type.Object({ ...ofChargePoint, kind: text, techInfo: maybeText }),
  'data-transferred': Type.Object({ ...ofChargePoint, vendorId: text, messageId: maybeText, data: maybeText }),
};
