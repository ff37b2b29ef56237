import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

export default defineConfig({
  root,
  test: { include: ['test/mcp/*.mcp.ts'], testTimeout: 300_000, hookTimeout: 60_000, reporters: ['default'] },
});
