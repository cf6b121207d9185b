import type { Controller } from '../controller/controller.ts';
import type { Clock, Log, Timer } from '../runtime/ports.ts';
import { type Authority, type GivenAuthority, openAuthority } from './authority.ts';
import { type CertificateFiles, type Ending, endings, tellOfEndings } from './calendar.ts';
import { keepServerCertificates } from './server-certificates.ts';
import { createSigning, type Signing, type SigningRules } from './signing.ts';

/** How often certificates are looked at, ms. */
const LOOK_EVERY_MS = 6 * 3_600_000;
/** A charge point is told to renew its certificate when a third of its life is left, as the gateway renews its own. */
const LEFT = 1 / 3;
const ALERT = 'certificates:authority';

export type Office = {
  readonly signing: Signing;
  /** Null: this gateway signs nothing itself. */
  authority(): Authority | null;
  /** All that ends, the first first. */
  endings(): Ending[];
  close(): void;
};

/** Opens the site's authority, and sees to it from then on that certificates are made, signed and renewed in time. */
export async function openOffice(site: {
  controller: Controller;
  clock: Clock;
  log: Log;
  /** Where its files lie. */
  folder: string;
  /** Whose authority it is. */
  name: string;
  given: GivenAuthority | null;
  /** What the gateway is called; addresses may change while it runs. */
  names: () => readonly string[];
  serverDays: number;
  rules: SigningRules;
  /** All that end some day. */
  files: CertificateFiles;
}): Promise<Office> {
  const { controller, clock, log, folder, name, rules } = site;
  let authority: Authority | null = null;
  let timer: Timer | null = null;
  let closed = false;
  const all = (): Ending[] => endings(site.files, controller);

  await look();
  const signing = createSigning({ controller, authority: () => authority, rules, clock, log });
  return {
    signing,
    authority: () => authority,
    endings: all,
    close: () => {
      closed = true;
      timer?.cancel();
      signing.close();
    },
  };

  /** Never throws: a site goes on without a certificate that can't be made. */
  async function look(): Promise<void> {
    if (closed) return;
    timer = clock.after(LOOK_EVERY_MS, () => void look());
    const nowMs = clock.now();
    const names = site.names();
    try {
      authority = await openAuthority({ folder, name, given: site.given, nowMs });
      const of = { authority, folder, organization: name, names, days: site.serverDays, nowMs };
      const made = await keepServerCertificates(of);
      if (made.length > 0) log.info({ made, names }, 'certificates of this gateway were made');
      if (controller.reader.isAlertOpen(ALERT)) await controller.execute({ type: 'clear-alert', id: ALERT });
    } catch (error) {
      log.error({ err: error }, 'the authority of this site can not be used');
      const text = `Nothing can be signed: ${(error as Error).message}`;
      const fix = 'Put the files of certificates.authority right, or leave that section out, and restart.';
      await controller.raise({ id: ALERT, kind: 'authority', chargePointId: null, text, fix });
    }
    await tellOfEndings(all(), site);
    await renewOld();
  }

  /** Charge points are told to ask anew in time (A02); one that has an alert about it waits for a person. */
  async function renewOld(): Promise<void> {
    if (rules.approval !== 'known' || authority === null) return;
    for (const { chargePointId, from, until } of endings([], controller)) {
      if (chargePointId === null || until - clock.now() > (until - from) * LEFT) continue;
      if (controller.reader.isAlertOpen(`certificate:${chargePointId}`)) continue;
      const payload = { requestedMessage: 'SignChargePointCertificate' };
      await controller.execute({ type: 'operate', chargePointId, action: 'ExtendedTriggerMessage', payload });
    }
  }
}
