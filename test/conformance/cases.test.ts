import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/repository.ts';
import { cases, testsOf } from './cases.ts';
import { conformanceTable } from './table.ts';

describe('the table of cases', () => {
  it('holds the 62 functional and the 15 security ones, each once', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(77);
    expect(cases).toHaveLength(77);
    expect(cases.filter(({ area }) => area !== 'Security')).toHaveLength(62);
  });

  it('every one has its tests', () => {
    const folder = join(root, 'test/conformance');
    const sources = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const declared = sources.flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [...text.matchAll(/^conforms\(\s*'([^']+)'/gm)].map((match) => match[1] ?? '');
    });
    const due = cases.flatMap(testsOf);
    expect(declared.toSorted()).toEqual(due.map(({ title }) => title).toSorted());
  });
});

describe('docs/conformance.md', () => {
  it('lists every case, as passed only where all of its tests have', () => {
    const halfPassed = conformanceTable(
      new Map([
        ['TC_001_CSMS', true],
        ['TC_067_CSMS (2024-04)', true],
      ]),
    );
    expect(halfPassed).toContain('| TC_001_CSMS | Cold Boot Charge Point | both | passed |');
    expect(halfPassed).toContain('| TC_067_CSMS | Clear Charging Profile | 2024-04 | passed |');
    expect(halfPassed).toContain('| TC_067_CSMS | Clear Charging Profile | 2025-11 | failed |');
    expect(halfPassed).toContain('| all | 77 | 1 | 76 |');
    for (const { id } of cases) expect(halfPassed).toContain(`| ${id} |`);
  });
});
