/** Where something was said: in a file (line and column from 1), or elsewhere (line and column 0). */
export type Origin = { readonly file: string; readonly line: number; readonly column: number };

/** Something wrong, or worth a warning, in the configuration. It never contains a secret. */
export type Problem = Origin & {
  /** The key, such as `store.retentionDays.telemetry` or `chargePoints[0].id`; empty for the file as a whole. */
  readonly key: string;
  readonly message: string;
  /** What may stand there, in words. */
  readonly allowed?: string;
  /** The known word nearest to what was written. */
  readonly didYouMean?: string;
};

/** Collects what a look at the configuration found. */
export type Findings = { readonly problems: Problem[]; readonly warnings: Problem[] };

export type KeyPath = readonly (string | number)[];

/** One line: `site.yaml:7:5 http.port: is 70000; allowed: a whole number from 0 to 65535`. */
export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : `${problem.file}:`;
  const key = problem.key === '' ? '' : ` ${problem.key}:`;
  const allowed = problem.allowed === undefined ? '' : `; allowed: ${problem.allowed}`;
  const hint = problem.didYouMean === undefined ? '' : `; did you mean ${problem.didYouMean}?`;
  return `${place}${key} ${problem.message}${allowed}${hint}`;
}

/** `['chargePoints', 0, 'id']` as `chargePoints[0].id`; a key that is no plain word is quoted and cut. */
export function formatKey(path: KeyPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : '.'}${/^[\w-]{1,40}$/.test(part) ? part : show(part)}`;
  }
  return text;
}

/** A value as it may be shown: at most 40 characters, control characters escaped. */
export function show(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value);
  const short = value.length > 40 ? `${value.slice(0, 40)}...` : value;
  return JSON.stringify(short).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');
}
