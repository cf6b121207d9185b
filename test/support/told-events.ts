import type { Event } from '../../src/domain/events.ts';
import { newFileJob } from '../../src/domain/file-job.ts';
import type { CampaignItem } from '../../src/domain/firmware-campaign.ts';
import { requestedReservation } from '../../src/domain/reservation.ts';
import { defaultPolicy } from '../../src/domain/sharing-policy.ts';
import type { SiteLimit } from '../../src/domain/site-limit.ts';
import { noRules } from '../../src/domain/token-rules.ts';
import { type Instant, instant, milliAmps, wattHours, watts } from '../../src/domain/units.ts';
import { NOON } from './manual-clock.ts';
import { nameplate, registered, started, stop, stopped, token } from './things.ts';

/** A day of a site on which everything happens that the backend is told, in an order in which it can. */

const at = (seconds: number): Instant => instant(NOON + seconds * 1_000);
const CP1 = { chargePointId: 'CP1' } as const;
const hash = { scheme: 'hmac', salt: '00', textHash: '11', bytesHash: null, replacedHash: null } as const;
const make = { vendor: 'Vendor', model: 'Model', firmwareVersion: '1.1' };

const reservation = requestedReservation(
  { id: 1, ...CP1, reservationId: 7 },
  { connectorId: 1, idTag: 'CARD1', parentIdTag: null, expiresAt: at(3_600) },
  at(300),
);

const job = newFileJob(
  {
    id: 'job-1',
    ...CP1,
    kind: 'firmware',
    requestId: null,
    versionBefore: '1.1',
    request: {
      location: null,
      firmwareId: 'firmware-1',
      name: 'box-1.2.bin',
      retrieveAt: null,
      installAt: null,
      retries: null,
      retryIntervalS: null,
      signature: null,
      signingCertificate: null,
      from: null,
      to: null,
      logType: null,
    },
  },
  at(400),
  { waitMs: 1_000, beginMs: 1_000, transferMs: 1_000, installMs: 1_000 },
);

const item: CampaignItem = { ...CP1, state: 'waiting', jobId: null, outcome: 'It waits for its turn.' };

const limit: SiteLimit = {
  id: 'grid:http',
  circuit: 'grid',
  source: 'http',
  value: { limitMA: [milliAmps(32_000), milliAmps(32_000), milliAmps(32_000)], limitW: watts(20_000) },
  since: at(600),
  until: at(4_200),
  // biome-ignore lint/suspicious/noThenProperty: the name of the field
  then: 'configured',
};

export const toldDay: readonly Event[] = [
  registered(),
  { type: 'registration-changed', ...CP1, registration: 'accepted', at: at(1) },
  { type: 'charge-point-booted', ...CP1, nameplate: nameplate({ firmwareVersion: '1.1' }), repeated: false, at: at(2) },
  {
    type: 'status-reported',
    ...CP1,
    report: {
      connectorId: 1,
      status: 'Faulted',
      errorCode: 'GroundFailure',
      info: 'contactor welded',
      vendorId: null,
      vendorErrorCode: null,
      at: at(3),
      receivedAt: at(3),
    },
  },
  started(1),
  {
    type: 'findings-added',
    transactionId: 1,
    findings: [{ kind: 'missing-stop', detail: 'No stop came.' }],
    at: at(10),
  },
  { type: 'finding-resolved', transactionId: 1, kind: 'missing-stop', at: at(20) },
  stopped(1),
  {
    type: 'orphan-stopped',
    ...CP1,
    transactionId: 2,
    reportedTransactionId: 77,
    proposedTransactionId: null,
    stop: stop(),
    evidence: { kind: 'stop', message: '[2,"3","StopTransaction",{}]', receivedAt: at(30) },
    findings: [{ kind: 'missing-start', detail: 'Its start never came.' }],
  },
  { type: 'job-status-reported', ...CP1, job: 'firmware', status: 'Downloading', requestId: null, at: at(40) },
  {
    type: 'security-event-reported',
    ...CP1,
    kind: 'FirmwareUpdated',
    techInfo: 'to 1.1',
    at: at(41),
    receivedAt: at(41),
  },
  {
    type: 'data-transferred',
    ...CP1,
    vendorId: 'com.vendor',
    messageId: 'Hello',
    data: 'word',
    cut: false,
    receivedAt: at(42),
  },
  {
    type: 'alert-raised',
    alert: { id: 'silent:CP1', kind: 'silent', ...CP1, text: 'CP1 says nothing.', fix: 'Look at it.' },
    at: at(50),
  },
  { type: 'alert-cleared', id: 'silent:CP1', at: at(60) },
  { type: 'token-put', token: token({ aliases: ['04A1'], note: 'van 1', source: 'upstream' }), at: at(100) },
  {
    type: 'token-overridden',
    until: at(1_000),
    original: token({ aliases: ['04A1'], note: 'van 1', source: 'upstream' }),
    at: at(101),
  },
  { type: 'token-override-ended', idTag: 'CARD1', at: at(102) },
  { type: 'token-removed', idTag: 'CARD1', at: at(103) },
  { type: 'tokens-imported', put: [token({ idTag: 'CARD2' })], removed: [], source: 'api', at: at(104) },
  { type: 'file-tokens-released', at: at(105) },
  { type: 'token-group-put', group: { parentIdTag: 'FLEET', note: null, rules: noRules }, at: at(106) },
  { type: 'token-group-removed', parentIdTag: 'FLEET', at: at(107) },
  { type: 'unknown-card-seen', ...CP1, connectorId: null, idTag: 'STRANGER', at: at(108) },
  { type: 'unknown-card-forgotten', idTag: 'STRANGER', at: at(109) },
  {
    type: 'authorization-refused',
    ...CP1,
    connectorId: 1,
    transactionId: null,
    idTag: 'CARD3',
    status: 'Blocked',
    rule: null,
    why: 'The card is blocked.',
    at: at(110),
  },
  { type: 'stop-for-blocked-asked', ...CP1, transactionId: 1, at: at(111) },
  { type: 'security-profile-reached', ...CP1, profile: 2, at: at(109) },
  { type: 'security-profile-agreed', ...CP1, profile: 3, at: at(110) },
  { type: 'security-profile-lowered', ...CP1, profile: 1, at: at(111) },
  { type: 'credential-offered', ...CP1, password: { id: 'call-0', ...hash }, at: at(112) },
  { type: 'credential-answered', ...CP1, id: 'call-0', state: 'agreed', at: at(113) },
  { type: 'credential-used', ...CP1, id: 'call-0', at: at(114) },
  { type: 'credential-dropped', ...CP1, id: 'call-0', at: at(115) },
  { type: 'upstream-tokens-synced', version: 4, at: at(116) },
  { type: 'operation-requested', ...CP1, id: 'call-1', action: 'Reset', request: {}, shown: '{}', at: at(200) },
  {
    type: 'operation-answered',
    ...CP1,
    id: 'call-1',
    answer: { kind: 'result', shown: '{"status":"Accepted"}' },
    state: 'accepted',
    outcome: 'The charge point agreed.',
    until: at(500),
    at: at(201),
  },
  { type: 'operation-closed', ...CP1, id: 'call-1', state: 'done', outcome: 'It has booted.', at: at(230) },
  { type: 'configuration-wished', ...CP1, key: 'HeartbeatInterval', value: '300', at: at(240) },
  {
    type: 'configuration-answered',
    ...CP1,
    attempt: {
      key: 'HeartbeatInterval',
      wanted: '300',
      sent: '300',
      outcome: 'taken',
      reason: null,
      silences: 0,
      at: at(241),
    },
  },
  { type: 'configuration-taken', ...CP1, key: 'HeartbeatInterval', value: '300', at: at(242) },
  { type: 'configuration-override-ended', ...CP1, key: 'HeartbeatInterval', at: at(243) },
  { type: 'configuration-wish-dropped', ...CP1, key: 'HeartbeatInterval', at: at(243) },
  { type: 'configuration-restart-asked', ...CP1, at: at(244) },
  { type: 'dialect-learned', key: make, values: { mode: 'B', lagMs: 12_000 }, at: at(250) },
  { type: 'dialect-set', key: make, values: { keepsTime: true }, at: at(251) },
  { type: 'dialect-reset', key: make, at: at(252) },
  {
    type: 'profile-template-put',
    template: {
      id: 'template-1',
      name: 'night',
      terms: {
        stackLevel: 0,
        purpose: 'TxDefaultProfile',
        kind: 'Absolute',
        recurrency: null,
        validFrom: null,
        validTo: null,
        schedule: {
          unit: 'A',
          startAt: at(0),
          durationS: 60,
          minChargingRate: null,
          periods: [{ startS: 0, limit: 16, phases: null }],
        },
      },
    },
    at: at(260),
  },
  { type: 'profile-template-removed', id: 'template-1', at: at(261) },
  { type: 'reservation-requested', ...CP1, reservation, at: at(300) },
  {
    type: 'reservation-changed',
    ...CP1,
    reservation: { ...reservation, state: 'active', verdict: 'Accepted' },
    at: at(301),
  },
  { type: 'file-job-created', ...CP1, job, at: at(400) },
  {
    type: 'file-job-changed',
    ...CP1,
    job: { ...job, state: 'done', outcome: 'It runs 1.2.', until: null },
    at: at(430),
  },
  {
    type: 'file-stored',
    ...CP1,
    file: { id: 'file-1', jobId: 'job-1', name: 'log.zip', size: 9, sha256: '00', mediaType: null, storedAt: at(440) },
    at: at(440),
  },
  { type: 'file-dropped', fileId: 'file-1', why: 'There are too many.', at: at(441) },
  {
    type: 'campaign-created',
    campaign: {
      id: 'campaign-1',
      plan: {
        firmwareId: 'firmware-1',
        name: 'box-1.2.bin',
        version: '1.2',
        onlyWhenIdle: true,
        window: null,
        atATime: 1,
        stopAfterFailures: 1,
        signature: null,
        signingCertificate: null,
        retries: null,
        retryIntervalS: null,
      },
      state: 'running',
      outcome: 'It has begun.',
      createdAt: at(500),
      items: [item],
    },
    at: at(500),
  },
  {
    type: 'campaign-item-changed',
    id: 'campaign-1',
    item: { ...item, state: 'skipped', outcome: 'It has 1.2.' },
    at: at(501),
  },
  { type: 'campaign-changed', id: 'campaign-1', state: 'done', outcome: '1 of 1.', at: at(502) },
  { type: 'site-limit-set', limit, at: at(600) },
  { type: 'site-limit-suspended', id: limit.id, circuit: 'grid', source: 'http', until: at(700), at: at(601) },
  {
    type: 'limit-evidence-noted',
    evidence: { limitId: limit.id, circuit: 'grid', source: 'http', kind: 'signal', raw: '32 A', at: at(602) },
  },
  { type: 'site-limit-ended', id: limit.id, circuit: 'grid', source: 'http', at: at(603) },
  {
    type: 'charging-wish-set',
    wish: {
      subject: { kind: 'token', idTag: 'CARD2' },
      departAt: { kind: 'daily', minute: 420 },
      energyWh: wattHours(20_000),
      boostUntil: null,
      tier: null,
      setAt: at(610),
    },
    at: at(610),
  },
  { type: 'charging-wish-dropped', subject: { kind: 'token', idTag: 'CARD2' }, at: at(611) },
  { type: 'policy-changed', policy: { ...defaultPolicy, kind: 'first-come' }, at: at(620) },
  {
    type: 'upstream-gap',
    stream: 't1',
    from: 1,
    to: 40,
    reason: 'thinned',
    keptEveryS: 60,
    at: at(700),
  },
  {
    type: 'upstream-command-received',
    command: {
      id: 'c-1',
      name: 'token.put',
      hash: '00',
      request: '{}',
      replyTo: null,
      correlation: null,
      receivedAt: at(710),
      expiresAt: null,
    },
    at: at(710),
  },
  {
    type: 'upstream-command-ended',
    id: 'c-1',
    name: 'token.put',
    outcome: { state: 'done', status: 200, body: '{"idTag":"CARD1"}' },
    at: at(711),
  },
  { type: 'upstream-configuration-taken', version: 3, problems: ['policy: There is no such kind.'], at: at(720) },
];
