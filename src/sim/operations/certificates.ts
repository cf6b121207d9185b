import type { X509Certificate } from 'node:crypto';
import { certificateHashes, createSigningRequest, hashAlgorithms, isCurrent, readCertificate } from '../certificate.ts';
import { choice, object, text } from '../fields.ts';
import type { CertificateUse } from '../flash.ts';
import type { Answer } from '../rpc.ts';
import type { Station } from '../station.ts';
import type { Operation } from './operation.ts';

/**
 * InstallCertificate, GetInstalledCertificateIds, DeleteCertificate, CertificateSigned and the SignCertificate that leads
 * to it (security whitepaper, edition 3, M03 to M05, A02). They are kept and told of; the line itself has no TLS.
 */

const uses: readonly CertificateUse[] = ['CentralSystemRootCertificate', 'ManufacturerRootCertificate'];

export const installCertificate: Operation = (request, station) => {
  const use = choice(request, 'certificateType', uses);
  const pem = text(request, 'certificate', 5500);
  const certificate = readCertificate(pem);
  if (certificate === null || !isCurrent(certificate, station.time())) {
    const event =
      use === 'CentralSystemRootCertificate' ? 'InvalidCentralSystemCertificate' : 'InvalidFirmwareSigningCertificate';
    return { payload: { status: 'Rejected' }, after: () => station.securityEvents.happened(event) };
  }
  const { flash } = station;
  const others = flash.certificates.filter((one) => one.use !== use || one.pem !== pem);
  if (others.length >= station.configuration.integer('CertificateStoreMaxLength')) {
    return { payload: { status: 'Rejected' } };
  }
  flash.certificates = [...others, { use, pem }];
  return { payload: { status: 'Accepted' } };
};

export const getInstalledCertificateIds: Operation = (request, station) => {
  const found = installedCertificates(station, choice(request, 'certificateType', uses));
  if (found.length === 0) return { payload: { status: 'NotFound' } };
  const known = uses.flatMap((use) => installedCertificates(station, use));
  const certificateHashData = found.map((one) => certificateHashes(one, known, 'SHA256'));
  return { payload: { status: 'Accepted', certificateHashData } };
};

export const deleteCertificate: Operation = (request, station) => {
  const wanted = object(request, 'certificateHashData');
  const algorithm = choice(wanted, 'hashAlgorithm', hashAlgorithms);
  const fields = ['issuerNameHash', 'issuerKeyHash', 'serialNumber'] as const;
  const named = fields.map((field) =>
    text(wanted, field, 128)
      .toUpperCase()
      .replace(/^0+(?=.)/, ''),
  );
  const { flash } = station;
  const known = uses.flatMap((use) => installedCertificates(station, use));
  const kept = flash.certificates.filter(({ pem }) => {
    const certificate = readCertificate(pem);
    if (certificate === null) return true;
    const hashes = certificateHashes(certificate, known, algorithm);
    return fields.some((field, index) => String(hashes[field]).replace(/^0+(?=.)/, '') !== named[index]);
  });
  const found = kept.length < flash.certificates.length;
  flash.certificates = kept;
  return { payload: { status: found ? 'Accepted' : 'NotFound' } };
};

/** Only for the key that it has asked a certificate for, and within its time (A02.FR.06, A02.FR.07). */
export const certificateSigned: Operation = (request, station) => {
  const certificate = readCertificate(text(request, 'certificateChain', 10_000));
  const { flash } = station;
  const key = certificate?.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  if (certificate === null || !isCurrent(certificate, station.time()) || key !== flash.pendingKey) {
    const after = () => station.securityEvents.happened('InvalidChargePointCertificate');
    return { payload: { status: 'Rejected' }, after };
  }
  flash.pendingKey = null;
  flash.ownCertificate = certificate.toString();
  return { payload: { status: 'Accepted' } };
};

/** Needs to know whose charge point it is (A02, prerequisite). */
export function askForCertificate(station: Station): Answer {
  const organization = station.configuration.text('CpoName');
  if (organization === '') return { payload: { status: 'Rejected' } };
  const after = (): void => {
    const { csr, publicKey } = createSigningRequest(organization, station.id);
    station.flash.pendingKey = publicKey;
    station.callTriggered('SignCertificate', { csr }, (outcome) => {
      const taken = outcome.kind === 'answer' && outcome.payload.status === 'Accepted';
      if (!taken && station.flash.pendingKey === publicKey) station.flash.pendingKey = null;
    });
  };
  return { payload: { status: 'Accepted' }, after };
}

export function installedCertificates({ flash }: Station, use: CertificateUse): X509Certificate[] {
  return flash.certificates
    .filter((one) => one.use === use)
    .map(({ pem }) => readCertificate(pem))
    .filter((one) => one !== null);
}
