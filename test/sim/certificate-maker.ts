import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { tags, writeDer, writeName, writeOid } from '../../src/sim/der.ts';

/** X.509 certificates made on the spot, so that none lies about and expires; Node's own reader is what judges them. */

export type Issued = { readonly pem: string; readonly name: Buffer; readonly key: KeyObject };

type Wanted = {
  readonly commonName: string;
  /** Signs; itself if absent. */
  readonly issuer?: Issued;
  /** Whose certificate it is; a new P-256 key if absent. */
  readonly publicKey?: KeyObject;
  readonly serial?: number;
  readonly until?: string;
};

const ecdsaWithSha256 = writeDer(tags.sequence, writeOid('1.2.840.10045.4.3.2'));
const generalizedTime = 0x18;

export function issueCertificate({ commonName, issuer, publicKey, serial = 4095, until = '2099' }: Wanted): Issued {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = writeName('Test depot', commonName);
  const time = (year: string) => writeDer(generalizedTime, Buffer.from(`${year}0101000000Z`));
  const serialBytes = Buffer.alloc(4);
  serialBytes.writeUInt32BE(serial);
  const signed = writeDer(
    tags.sequence,
    writeDer(0xa0, writeDer(tags.integer, Buffer.of(2))),
    writeDer(tags.integer, serialBytes.subarray(serialBytes.findIndex((byte) => byte !== 0))),
    ecdsaWithSha256,
    issuer?.name ?? name,
    writeDer(tags.sequence, time('2020'), time(until)),
    name,
    (publicKey ?? pair.publicKey).export({ type: 'spki', format: 'der' }),
  );
  const signature = createSign('sha256')
    .update(signed)
    .sign(issuer?.key ?? pair.privateKey);
  const whole = writeDer(tags.sequence, signed, ecdsaWithSha256, writeDer(tags.bits, Buffer.of(0), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  return { pem, name, key: pair.privateKey };
}
