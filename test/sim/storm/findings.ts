import { createHash } from 'node:crypto';

/** What a storm leaves behind: findings in words, counts of what happened, and one hash over all of it. */

/** Findings kept of one storm; one that has more has failed anyway. */
const mostFindings = 50;
/** Characters that are gathered before they are hashed: many small updates cost more than the hashing. */
const gathered = 65_536;

export type Told = ReturnType<typeof createTold>;

/** `transcript` gets every line that goes into the hash. */
export function createTold(now: () => number, begun: number, transcript: ((line: string) => void) | null) {
  const hash = createHash('sha256');
  const findings: string[] = [];
  const story: string[] = [];
  const counts = new Map<string, number>();
  let waiting = '';
  const seconds = (): string => ((now() - begun) / 1_000).toFixed(3);
  const write = (text: string): void => {
    const line = `${seconds()} ${text}\n`;
    waiting += line;
    transcript?.(line);
    if (waiting.length < gathered) return;
    hash.update(waiting);
    waiting = '';
  };
  return {
    findings,
    /** Faults and what drivers do, for whoever looks for the cause of a finding. */
    story,
    counts,
    count(what: string, by = 1): void {
      counts.set(what, (counts.get(what) ?? 0) + by);
    },
    /** Something that is wrong. */
    find(text: string): void {
      write(`finding ${text}`);
      if (findings.length < mostFindings) findings.push(`${seconds()} s: ${text}`);
    },
    /** Something that happened. */
    tell(text: string): void {
      write(text);
      story.push(`${seconds()} s: ${text}`);
    },
    /** Part of the transcript, but not of the story. */
    write,
    digest(): string {
      hash.update(waiting);
      waiting = '';
      return hash.digest('hex');
    },
  };
}
