/** All that may be odd about a charging profile to be sent. Found by profile-warnings.ts and schedule-warnings.ts. */
export const profileWarningKinds = [
  'max-profile-off-connector-0',
  'tx-profile-on-connector-0',
  'tx-profile-without-transaction',
  'transaction-not-running',
  'transaction-not-allowed',
  'remote-start-purpose',
  'first-period-not-0',
  'no-periods',
  'periods-out-of-order',
  'period-beyond-duration',
  'period-beyond-recurrence',
  'no-duration',
  'recurring-without-recurrence',
  'recurring-without-start',
  'recurrence-without-recurring',
  'relative-with-start',
  'absolute-without-start',
  'starts-in-future',
  'valid-from-in-future',
  'valid-to-in-past',
  'never-valid',
  'too-many-decimals',
  'fraction-refused-by-some',
  'negative-limit',
  'phases-out-of-range',
  'too-many-periods',
  'stack-level-too-high',
  'stack-level-negative',
  'hides-lower-levels',
  'unit-not-allowed',
  'too-many-profiles',
] as const;

export type ProfileWarningKind = (typeof profileWarningKinds)[number];

/**
 * What can have no good effect on any charge point. The others depend on what the charge point can or does, of which we may
 * know too little.
 */
const mistakes: ReadonlySet<ProfileWarningKind> = new Set([
  'max-profile-off-connector-0',
  'tx-profile-on-connector-0',
  'first-period-not-0',
  'no-periods',
  'periods-out-of-order',
  'no-duration',
  'recurring-without-recurrence',
  'recurring-without-start',
  'valid-to-in-past',
  'never-valid',
  'negative-limit',
  'phases-out-of-range',
  'stack-level-negative',
]);

/** Whether somebody has to insist on sending it. */
export const isMistake = (kind: ProfileWarningKind): boolean => mistakes.has(kind);

/** The text says in plain words what is odd, and which rule says so. It holds nothing but numbers and names of ours. */
export type ProfileWarning = { readonly kind: ProfileWarningKind; readonly text: string };
