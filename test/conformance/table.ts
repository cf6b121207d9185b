import { type ConformanceCase, cases, testsOf } from './cases.ts';

/** What became of a test: its title (as `testsOf` names it) to whether it passed. */
export type Outcomes = ReadonlyMap<string, boolean>;

const head = `# Conformance

The certification cases for a Central System of OCPP 1.6 (OCTT, the cases whose ids end in \`_CSMS\`), each played against
the whole product: a tester's charge point over a real WebSocket, an operator who has nothing but the HTTP interface, and
every message of either side held against the JSON schemas of the package \`ocpp-rpc\`, which are not ours. A case has
passed when the Central System did what the case asks for and left behind what it should: in the ledger, in the status of
connectors, in reservations, lists, profiles and the outcome of operations.

This is no certificate: only the Open Charge Alliance gives those.

The page is written by the tests themselves, and a run in which the outcome differs from what stands here fails. After a
change: \`npx vitest run test/conformance -u\`.
`;

const foot = `Editions: the cases are in use in those of 2024-04 and 2025-11. One test stands for both where they ask for the
same; where they differ, each has its own. Cases that name one edition only came with the later one, or (\`TC_045_2_CSMS\`,
\`TC_053_CSMS\`) are in the later one too, in words that were not at hand.
`;

/** The whole of docs/conformance.md. */
export function conformanceTable(outcomes: Outcomes): string {
  const areas = [...new Set(cases.map(({ area }) => area))];
  const sections = areas.map((area) => sectionOf(area, outcomes));
  return [head, summary(outcomes), ...sections, foot].join('\n');
}

function summary(outcomes: Outcomes): string {
  const functional = cases.filter(({ area }) => area !== 'Security');
  const security = cases.filter(({ area }) => area === 'Security');
  const line = (what: string, of: readonly ConformanceCase[]): string => {
    const passed = of.filter((each) => hasPassed(each, outcomes)).length;
    return `| ${what} | ${of.length} | ${passed} | ${of.length - passed} |`;
  };
  const rows = [line('functional', functional), line('security', security), line('all', cases)];
  return `| cases | in all | passed | failed |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

const hasPassed = (of: ConformanceCase, outcomes: Outcomes): boolean =>
  testsOf(of).every(({ title }) => outcomes.get(title) === true);

function sectionOf(area: string, outcomes: Outcomes): string {
  const rows = cases.filter((each) => each.area === area).flatMap((each) => rowsOf(each, outcomes));
  return `## ${area}\n\n| case | name | edition | result |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function rowsOf(of: ConformanceCase, outcomes: Outcomes): string[] {
  return testsOf(of).map(({ title, edition }) => {
    const result = outcomes.get(title) === true ? 'passed' : 'failed';
    return `| ${of.id} | ${of.name} | ${edition ?? 'both'} | ${result} |`;
  });
}
