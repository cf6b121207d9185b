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

  it('gives a reason for each one that is open, and no functional one is', () => {
    const open = cases.filter((each) => each.open !== null);
    expect(open.map(({ id }) => id)).toEqual([
      'TC_074_CSMS',
      'TC_077_CSMS',
      'TC_083_CSMS',
      'TC_086_CSMS',
      'TC_087_CSMS',
    ]);
    for (const { open: reason } of open) expect(reason).toMatch(/TLS/);
  });

  it('every one has its tests, or is open', () => {
    const folder = join(root, 'test/conformance');
    const sources = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const declared = sources.flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [...text.matchAll(/^conforms\(\s*'([^']+)'/gm)].map((match) => match[1] ?? '');
    });
    const due = cases.filter(({ open }) => open === null).flatMap(testsOf);
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
    expect(halfPassed).toContain('| all | 77 | 1 | 5 | 71 |');
    for (const { id } of cases) expect(halfPassed).toContain(`| ${id} |`);
  });
});
