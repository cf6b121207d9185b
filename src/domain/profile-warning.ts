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

/** The text says in plain words what is odd, and which rule says so. It holds nothing but numbers and names of ours. */
export type ProfileWarning = { readonly kind: ProfileWarningKind; readonly text: string };
