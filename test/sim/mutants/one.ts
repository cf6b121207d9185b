import { storm } from '../storm/storm.ts';

/**
 * Runs in a sabotaged copy of the tree: storms with the seeds of the arguments, with or without a backend, until one of them finds something. Prints what,
 * as JSON; a program that does not even load prints nothing.
 */

const backend = process.argv[2] === 'backend';
const seeds = process.argv.slice(3).map(Number);

function seen(): { seed: number; finding: string } | null {
  for (const seed of seeds) {
    const finding = firstOf(seed);
    if (finding !== undefined) return { seed, finding };
  }
  return null;
}

function firstOf(seed: number): string | undefined {
  try {
    return storm(seed, { untilFirst: true, backend }).findings[0];
  } catch (error) {
    return `the storm itself broke off: ${error instanceof Error ? error.message : String(error)}`;
  }
}

process.stdout.write(JSON.stringify({ seen: seen() }));
