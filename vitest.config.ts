import { defineConfig } from 'vitest/config';
import { createTableReporter } from './test/conformance/table-reporter.ts';

/**
 * Tests that leave nothing behind in their process share it: they would load the same modules a hundred times over. All
 * others (whole processes, memory, simulated worlds, signals) have one of their own for each file.
 */
const folders = ['central-system', 'controller', 'domain', 'http', 'store'];
const sharing = folders.map((folder) => `test/${folder}/**/*.test.ts`);

/** `TESTS=quick` leaves out what takes long and looks at rules of ours, not at Node. */
const long = [
  'test/system/**',
  'test/scenarios/**',
  'test/study/**',
  'test/sim/resting.test.ts',
  'test/balancer/allocate-properties.test.ts',
];
const left = ['**/node_modules/**', ...(process.env.TESTS === 'quick' ? long : [])];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', createTableReporter()],
    projects: [
      { extends: true, test: { name: 'sharing', include: sharing, exclude: left, isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: [...left, ...sharing] } },
    ],
  },
});
