import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { cases, testsOf } from './cases.ts';
import { conformanceTable, type Outcomes } from './table.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const page = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url));

/**
 * Holds docs/conformance.md against what has just run: a page that says otherwise fails the run, and with `-u` is written
 * anew. A run of only some of the cases says nothing.
 */
export function createTableReporter(): Reporter {
  let vitest: Vitest | null = null;
  return {
    onInit(started) {
      vitest = started;
    },
    onTestRunEnd(modules) {
      const outcomes = outcomesOf(modules);
      const due = cases.flatMap(testsOf);
      if (!due.every(({ title }) => outcomes.has(title))) return;
      const table = conformanceTable(outcomes);
      if (table === textOf(page)) return;
      if (vitest?.config.snapshotOptions.updateSnapshot === 'all') {
        writeFileSync(page, table);
        vitest.logger.log('docs/conformance.md: written');
      } else {
        vitest?.logger.error('docs/conformance.md says otherwise: npx vitest run test/conformance -u');
        process.exitCode = 1;
      }
    },
  };
}

/** Tests that ran, by the title of the case that their name begins with. */
function outcomesOf(modules: readonly TestModule[]): Outcomes {
  const outcomes = new Map<string, boolean>();
  for (const module of modules.filter(({ moduleId }) => moduleId.startsWith(folder))) {
    for (const test of module.children.allTests()) {
      const title = /^TC_\w+(?: \(\d{4}-\d{2}\))?/.exec(test.name)?.[0];
      const { state } = test.result();
      if (title !== undefined && (state === 'passed' || state === 'failed')) outcomes.set(title, state === 'passed');
    }
  }
  return outcomes;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
