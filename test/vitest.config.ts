import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

export default defineConfig({
  root,
  plugins: [
    {
      name: 'made-page',
      /** The console's page as the build has made it. */
      load: (id) =>
        id === `${root}src/console/page-files.ts`
          ? readFileSync(`${root}dist/console/page-files.js`, 'utf8')
          : undefined,
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    // Many tests wait for processes and sockets: more of them fit at once than there are cores.
    maxWorkers: 3,
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
