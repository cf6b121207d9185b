/**
 * Security events that somebody should look at, with what to do (security whitepaper §8: those that it calls critical, and
 * those of the others that a break-in would leave). Startups and resets are critical there too; they are told and listed as
 * all others, and no alert is made of each boot.
 */
const alarming: ReadonlyMap<string, { readonly what: string; readonly fix: string }> = new Map([
  ['TamperDetectionActivated', { what: 'says that somebody has opened it', fix: 'Go and look at it.' }],
  [
    'SecurityLogWasCleared',
    { what: 'says that its security log was cleared', fix: 'Find out who did so; read what is left with GetLog.' },
  ],
  [
    'MemoryExhaustion',
    {
      what: 'says that its memory is getting full',
      fix: 'Restart it when nobody charges; tell its maker if it comes back.',
    },
  ],
  [
    'SettingSystemTime',
    {
      what: 'says that its clock was set',
      fix: 'See whether its time is right; what it has recorded may bear wrong times.',
    },
  ],
  [
    'FirmwareUpdated',
    { what: 'says that it has new firmware, and none was sent from here', fix: 'Find out who has updated it.' },
  ],
  [
    'InvalidFirmwareSignature',
    { what: 'has refused firmware whose signature is not right', fix: 'Check where the file came from.' },
  ],
  [
    'InvalidFirmwareSigningCertificate',
    {
      what: 'has refused firmware whose certificate is not right',
      fix: 'Check the certificate, and the root that it holds.',
    },
  ],
  ['AttemptedReplayAttacks', { what: 'has received messages a second time', fix: 'Find out who else speaks to it.' }],
  [
    'CentralSystemFailedToAuthentication',
    { what: 'has refused a central system', fix: 'Find out whether it was this one, and who else it was.' },
  ],
]);

/** What people are told of an event of this kind; null: nothing but that it happened. */
export const alarmOf = (kind: string): { readonly what: string; readonly fix: string } | null =>
  alarming.get(kind) ?? null;
