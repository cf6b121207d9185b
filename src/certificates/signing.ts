import { createPublicKey, X509Certificate } from 'node:crypto';
import type { Controller } from '../controller/controller.ts';
import type { CertificateEvent, IssuedCertificate } from '../domain/certificate.ts';
import { certificateNames } from '../domain/security-profile.ts';
import { instant } from '../domain/units.ts';
import type { Clock, Log } from '../runtime/ports.ts';
import { type Authority, certificatesIn } from './authority.ts';
import { objectionToRequest } from './check-request.ts';
import { fingerprintOf, readSigningRequest } from './x509.ts';

/** Characters of a chain at most (security whitepaper §5.1); a charge point may take fewer. */
const MAX_CHAIN = 10_000;

export type SigningRules = {
  readonly approval: 'known' | 'ask' | 'never';
  readonly organization: string | null;
  readonly days: number;
  /** What else a charge point may be called, by id. */
  readonly names: ReadonlyMap<string, string>;
};

export type Signing = ReturnType<typeof createSigning>;

/**
 * What follows after a charge point has asked for a certificate (security whitepaper A02, A03): it is looked at, decided on,
 * signed and sent, each step on record before the next. A step that was lost in a crash is taken again; what a charge point
 * or a person refused is not.
 */
export function createSigning(site: {
  controller: Controller;
  /** Null: somebody else signs, and hands the chain over. */
  authority: () => Authority | null;
  rules: SigningRules;
  clock: Pick<Clock, 'now'>;
  log: Log;
}) {
  const { controller, rules, clock, log } = site;
  const { reader } = controller;
  /** One step at a time for each charge point. */
  const lanes = new Map<string, Promise<void>>();

  const deaf = controller.feed.listen(({ event }) => {
    if (event.type === 'signing-requested') later(event.chargePointId);
    else if (event.type === 'signing-decided' && event.state === 'approved') later(event.chargePointId);
    // What could not be sent waits for it to come back.
    else if (event.type === 'charge-point-booted' || event.type === 'connection-opened') {
      if (reader.signingRequest(event.chargePointId)?.state === 'signed') later(event.chargePointId);
    }
  });
  for (const { chargePointId, state } of reader.signingRequests()) if (state !== 'refused') later(chargePointId);

  return {
    /** A person's word. False: there is nothing to decide on. */
    async decide(chargePointId: string, state: 'approved' | 'refused'): Promise<boolean> {
      const request = reader.signingRequest(chargePointId);
      if (request === null || request.state === 'signed') return false;
      await note({ type: 'signing-decided', chargePointId, state, why: null, at: clock.now() });
      await clearAlert(chargePointId);
      return true;
    },

    /** A chain that somebody else has signed; why it is not taken, or null where it is. */
    async handOver(chargePointId: string, pem: string): Promise<string | null> {
      const request = reader.signingRequest(chargePointId);
      if (request === null) return `${chargePointId} has asked for no certificate.`;
      const [leaf] = certificatesIn(pem);
      const read = await readSigningRequest(request.csr);
      if (leaf === undefined || read === null) return 'The body holds no certificate in PEM.';
      const certificate = new X509Certificate(leaf);
      const asked = createPublicKey({ key: Buffer.from(read.publicKey.rawData), format: 'der', type: 'spki' });
      if (!certificate.publicKey.equals(asked)) return 'It is not for the key that the charge point has asked with.';
      if (pem.length > MAX_CHAIN) return `A chain has at most ${MAX_CHAIN} characters.`;
      await issued(chargePointId, certificatesIn(pem).join(''));
      later(chargePointId);
      await settled(chargePointId);
      return null;
    },

    /** Resolves when nothing is under way for it. */
    settled,
    close: deaf,
  };

  function later(chargePointId: string): void {
    const before = lanes.get(chargePointId) ?? Promise.resolve();
    const lane = before
      .then(() => step(chargePointId))
      .catch((error: unknown) => {
        log.error({ err: error, chargePointId }, 'a certificate could not be made');
        return alert(chargePointId, `The certificate of ${chargePointId} could not be made.`, 'The log says why.');
      })
      .finally(() => {
        if (lanes.get(chargePointId) === lane) lanes.delete(chargePointId);
      });
    lanes.set(chargePointId, lane);
  }

  async function settled(chargePointId: string): Promise<void> {
    for (let lane = lanes.get(chargePointId); lane !== undefined; lane = lanes.get(chargePointId)) await lane;
  }

  async function step(chargePointId: string): Promise<void> {
    const request = reader.signingRequest(chargePointId);
    if (request === null || request.state === 'refused') return;
    if (request.state === 'signed') {
      // An older one that was never sent is for a key that the charge point may have given up.
      const newest = reader
        .issuedCertificates()
        .filter((one) => one.chargePointId === chargePointId)
        .reduce<IssuedCertificate | null>((best, one) => (best === null || one.at >= best.at ? one : best), null);
      if (newest?.state === 'issued' && newest.chain !== '') await send(newest);
      return;
    }
    const read = await readSigningRequest(request.csr);
    const objection = objectionToRequest(read, {
      otherBearer: read === null ? null : otherBearer(chargePointId, read.commonName ?? ''),
      names: certificateNames(chargePointId, reader.nameplate(chargePointId), rules.names.get(chargePointId) ?? null),
      organization: rules.organization,
    });
    if (read === null || objection !== null) {
      const why = objection ?? 'it can not be read.';
      await note({ type: 'signing-decided', chargePointId, state: 'refused', why, at: clock.now() });
      await alert(
        chargePointId,
        `${chargePointId} has asked for a certificate that is not signed: ${why}`,
        'Set its serial number, its CpoName or its key right, and have it ask again.',
      );
      return;
    }
    if (request.state === 'waiting') {
      if (rules.approval === 'known' && isKnown(chargePointId)) {
        await note({ type: 'signing-decided', chargePointId, state: 'approved', why: null, at: clock.now() });
      } else await askPerson(chargePointId, request.why);
      return;
    }
    const authority = site.authority();
    if (authority === null) return askPerson(chargePointId, request.why);
    const nowMs = clock.now();
    const { organization, commonName, publicKey } = read;
    // Nothing else that the request says of itself is taken over.
    const subject = { organization, commonName: commonName ?? chargePointId };
    const { chain } = await authority.signChargePoint({ subject, publicKey, days: rules.days, nowMs });
    // Signing takes a while: it may have asked anew, or a person may have refused, meanwhile.
    const now = reader.signingRequest(chargePointId);
    if (now === null || now.state !== 'approved' || now.csr !== request.csr) return;
    await issued(chargePointId, chain);
    later(chargePointId);
  }

  async function issued(chargePointId: string, chain: string): Promise<void> {
    const [leaf = ''] = certificatesIn(chain);
    const certificate = new X509Certificate(leaf);
    await note({
      type: 'certificate-issued',
      chargePointId,
      fingerprint: fingerprintOf(leaf),
      serial: certificate.serialNumber.toLowerCase(),
      subject: certificate.subject.replaceAll('\n', ', ').slice(0, 200),
      notBefore: instant(Date.parse(certificate.validFrom)),
      notAfter: instant(Date.parse(certificate.validTo)),
      chain,
      at: clock.now(),
    });
  }

  async function send(certificate: IssuedCertificate): Promise<void> {
    const { chargePointId, fingerprint } = certificate;
    const certificateChain = fitting(certificate, chargePointId);
    const result = await controller.execute({
      type: 'operate',
      chargePointId,
      action: 'CertificateSigned',
      payload: { certificateChain },
    });
    // It is sent when the charge point is back.
    if (result.kind === 'not-connected' || result.kind === 'unknown' || result.kind === 'queue-full') return;
    const status = result.kind === 'answered' ? (result.payload as { status?: unknown }).status : null;
    const state = status === 'Accepted' ? 'installed' : 'refused';
    await note({ type: 'certificate-answered', chargePointId, fingerprint, state, at: clock.now() });
    if (state === 'installed') return clearAlert(chargePointId);
    const how = result.kind === 'answered' ? `answered ${String(status)}` : 'gave no answer that says so';
    await alert(
      chargePointId,
      `${chargePointId} has not taken the certificate that it asked for: it ${how}.`,
      'See whether it holds the root of this site and its clock is right, and have it ask again.',
    );
  }

  /** With what lies between it and the root, as far as the charge point takes it. */
  function fitting({ chain }: IssuedCertificate, chargePointId: string): string {
    const said = Number(reader.reportedConfiguration(chargePointId, 'CertificateSignedMaxChainSize') ?? MAX_CHAIN);
    const most = Number.isInteger(said) && said > 0 ? Math.min(said, MAX_CHAIN) : MAX_CHAIN;
    return chain.length <= most ? chain : (certificatesIn(chain)[0] ?? chain);
  }

  async function askPerson(chargePointId: string, known: string | null): Promise<void> {
    const byHand = site.authority() === null;
    const why = byHand ? 'Somebody has to have it signed, and hand over the chain.' : 'Somebody has to approve it.';
    if (known === why) return;
    await note({ type: 'signing-decided', chargePointId, state: 'waiting', why, at: clock.now() });
    await alert(
      chargePointId,
      `${chargePointId} asks for a certificate. ${why}`,
      `POST /api/v1/certificates/requests/${encodeURIComponent(chargePointId)}/${byHand ? 'chain' : 'approve'}, or .../refuse.`,
    );
  }

  /** Somebody let it in, and it has proved to be the one. */
  function isKnown(chargePointId: string): boolean {
    const line = controller.lines.get(chargePointId);
    return line?.registration === 'accepted' && (line.session?.securityProfile ?? 0) > 0;
  }

  /** Another charge point that goes by this name: what one says of its serial number may be a lie. */
  function otherBearer(chargePointId: string, name: string): string | null {
    const configured = [...rules.names].filter(([, serial]) => serial.toLowerCase() === name.toLowerCase());
    const bearers = [...configured.map(([id]) => id), ...reader.chargePointsNamed(name)];
    return bearers.find((id) => id !== chargePointId) ?? null;
  }

  async function note(event: CertificateEvent): Promise<void> {
    const result = await controller.execute({ type: 'note-certificate', event });
    if (result.kind !== 'done') throw new Error(`${event.type} could not be stored`);
  }

  function alert(chargePointId: string, text: string, fix: string): Promise<void> {
    return controller.raise({ id: alertId(chargePointId), kind: 'certificate', chargePointId, text, fix });
  }

  async function clearAlert(chargePointId: string): Promise<void> {
    await controller.execute({ type: 'clear-alert', id: alertId(chargePointId) });
  }
}

const alertId = (chargePointId: string): string => `certificate:${chargePointId}`;
