import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: { include: ['test/simulation/mutants/*.mutation.ts'], maxConcurrency: 2, testTimeout: 120_000 },
});
