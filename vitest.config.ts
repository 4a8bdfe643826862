import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/synthesise.ts', 'test/support/check-grants.ts'],
    // A worker and the functions of its embedded cloud wait for each other: one worker more than cores keeps all of them busy.
    maxWorkers: availableParallelism() + 1,
    // No file changes a module or a global for the next one, and to load the SDKs and the CDK anew for each costs a minute of CPU.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
