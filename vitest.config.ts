import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/synthesise.ts', 'test/support/check-grants.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
