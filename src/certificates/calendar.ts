import { X509Certificate } from 'node:crypto';
import type { Controller } from '../controller/controller.ts';
import type { Clock } from '../runtime/ports.ts';
import { certificatesIn } from './authority.ts';
import { readIfThere } from './files.ts';

const DAY_MS = 86_400_000;
/** People are told this long before a certificate ends, days. */
const TELL_DAYS = 30;

/** A certificate that ends some day. */
export type Ending = {
  /** Whose it is, for people. */
  readonly what: string;
  readonly chargePointId: string | null;
  readonly subject: string;
  /** ms since 1970. */
  readonly from: number;
  readonly until: number;
  /** It is renewed by itself. */
  readonly renewed: boolean;
};

/** Files whose certificates end, by whose they are. */
export type CertificateFiles = readonly { readonly what: string; readonly file: string; readonly renewed: boolean }[];

/** All that ends, the first first: of files, and of charge points the newest that each has taken. */
export function endings(files: CertificateFiles, { reader }: Pick<Controller, 'reader'>): Ending[] {
  const found: Ending[] = files.flatMap(({ what, file, renewed }) =>
    certificatesIn(readIfThere(file) ?? '')
      .slice(0, 1)
      .flatMap((pem) => {
        const certificate = new X509Certificate(pem);
        const { validFrom, validTo, subject } = certificate;
        const [from, until] = [Date.parse(validFrom), Date.parse(validTo)];
        return [{ what, chargePointId: null, subject: subject.replaceAll('\n', ', '), from, until, renewed }];
      }),
  );
  const newest = new Map<string, Ending>();
  for (const { chargePointId, subject, notBefore, notAfter, state } of reader.issuedCertificates()) {
    if (state !== 'installed' && state !== 'used') continue;
    const before = newest.get(chargePointId);
    if (before !== undefined && before.until >= notAfter) continue;
    const of = { what: `charge point ${chargePointId}`, chargePointId, subject, from: notBefore, until: notAfter };
    newest.set(chargePointId, { ...of, renewed: false });
  }
  return [...found, ...newest.values()].sort((a, b) => a.until - b.until);
}

/** Tells people of what ends soon and is not renewed by itself, and takes it back of what does no more. */
export async function tellOfEndings(
  all: readonly Ending[],
  { controller, clock }: { controller: Controller; clock: Pick<Clock, 'now'> },
): Promise<void> {
  for (const { what, chargePointId, until, renewed } of all) {
    const id = `certificate-ends:${what}`;
    const days = Math.floor((until - clock.now()) / DAY_MS);
    // What renews itself has failed to for a month by then.
    if (days >= (renewed ? TELL_DAYS / 3 : TELL_DAYS)) {
      if (controller.reader.isAlertOpen(id)) await controller.execute({ type: 'clear-alert', id });
      continue;
    }
    const when = days < 0 ? 'has ended' : `ends in ${days} days`;
    await controller.raise({
      id,
      kind: 'certificate-ends',
      chargePointId,
      text: `The certificate of ${what} ${when} (${new Date(until).toISOString().slice(0, 10)}).`,
      fix:
        chargePointId === null
          ? 'Put a new one in the place of its file; it is taken within seconds.'
          : 'Have the charge point ask for a new one: POST .../certificates/renew.',
    });
  }
}
