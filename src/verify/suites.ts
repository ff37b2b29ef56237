import type { Suite } from './suite.js';

/** In the order in which `all` runs them. */
export const SUITE_IDS = [
  'walkthrough',
  'header',
  'mcp-streamable',
  'mcp-sse',
  'session-api',
  'lifecycle',
  'limits',
] as const;

export type SuiteId = (typeof SUITE_IDS)[number];

/** Every suite, loaded when it is asked for. A new one is a file, its row here and its ID above. */
const SUITES: Readonly<Record<SuiteId, () => Promise<Suite<unknown>>>> = {
  walkthrough: async () => (await import('./suites/walkthrough.js')).walkthrough,
  header: async () => (await import('./suites/header.js')).header,
  'mcp-streamable': async () => (await import('./suites/mcp-streamable.js')).mcpStreamable,
  'mcp-sse': async () => (await import('./suites/mcp-sse.js')).mcpSse,
  'session-api': async () => (await import('./suites/session-api.js')).sessionApi,
  lifecycle: async () => (await import('./suites/lifecycle.js')).lifecycle,
  limits: async () => (await import('./suites/limits.js')).limits,
};

export function isSuiteId(text: string): text is SuiteId {
  return Object.hasOwn(SUITES, text);
}

export function loadSuite(id: SuiteId): Promise<Suite<unknown>> {
  return SUITES[id]();
}
