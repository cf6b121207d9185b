import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seedsIn } from '../storm/seeds.ts';
import { type Mutant, mutants, unseen } from './mutants.ts';
import { sabotaged } from './sabotaged.ts';

/** `npm run mutants`: every sabotage has to be seen by the storm. Exit code 1 where one is not, or does not apply any more. */

/** For one sabotage, ms. */
const PATIENCE_MS = 600_000;

type Outcome = { readonly mutant: Mutant; readonly kind: 'seen' | 'survived' | 'broken'; readonly words: string };

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..30' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: '' },
    unseen: { type: 'boolean', default: false },
  },
});
const compiled = join(import.meta.dirname, '..', '..', '..');
const chosen = (values.unseen ? unseen : mutants).filter(({ name }) => name.includes(values.only));
const seeds = seedsIn(values.seeds).map(String);

const began = Date.now();
const waiting = [...chosen];
const outcomes: Outcome[] = [];
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
const survivors = outcomes.filter(({ kind }) => kind !== 'seen');
const seconds = Math.round((Date.now() - began) / 1_000);
console.log(`${outcomes.length - survivors.length} of ${chosen.length} sabotages seen, in ${seconds} s`);
for (const { mutant, words } of survivors) console.log(`NOT SEEN: ${mutant.name} (src/${mutant.file}.ts): ${words}`);
process.exitCode = survivors.length === 0 && chosen.length > 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
    const outcome = await outcomeOf(mutant);
    outcomes.push(outcome);
    console.log(`${outcome.kind.padEnd(9)}${mutant.name}: ${outcome.words}`);
  }
}

async function outcomeOf(mutant: Mutant): Promise<Outcome> {
  let copy: ReturnType<typeof sabotaged>;
  try {
    copy = sabotaged(mutant, compiled);
  } catch (error) {
    return { mutant, kind: 'broken', words: error instanceof Error ? error.message : String(error) };
  }
  try {
    return await stormIn(copy.folder, mutant);
  } finally {
    copy.remove();
  }
}

/** In a process of its own: a sabotaged program may never end. */
function stormIn(folder: string, mutant: Mutant): Promise<Outcome> {
  return new Promise((resolve) => {
    const first = mutant.seed === undefined ? [] : [String(mutant.seed)];
    const others = seeds.filter((seed) => seed !== first[0]);
    const child = spawn(process.execPath, [
      join(folder, 'test/sim/mutants/one.js'),
      mutant.backend === true ? 'backend' : 'plain',
      ...first,
      ...others,
    ]);
    let [out, err, late] = ['', '', false];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    const end = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, PATIENCE_MS);
    child.on('close', () => {
      clearTimeout(end);
      if (late) resolve({ mutant, kind: 'survived', words: `nothing was found within ${PATIENCE_MS / 1_000} s` });
      else if (!out.startsWith('{')) resolve({ mutant, kind: 'broken', words: err.trim().slice(-400) });
      else resolve(judged(mutant, JSON.parse(out).seen));
    });
  });
}

function judged(mutant: Mutant, seen: { seed: number; finding: string } | null): Outcome {
  if (seen === null) return { mutant, kind: 'survived', words: `${seeds.length} seeds found nothing` };
  return { mutant, kind: 'seen', words: `by seed ${seen.seed}: ${seen.finding}` };
}
