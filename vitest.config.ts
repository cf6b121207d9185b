import { defineConfig } from 'vitest/config';
import { createTableReporter } from './test/conformance/table-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', createTableReporter()],
  },
});
