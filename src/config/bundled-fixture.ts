import { fileURLToPath } from 'node:url';
import type { SessionAffinityType } from '../model/function.js';

/** A handler that ships in the package. */
interface BundledFixture {
  readonly functionName: string;
  readonly codeDirectory: string;
  readonly command: readonly string[];
}

/** @returns the handler to serve without a command: an MCP server for the MCP affinities, or else `hello` */
export function bundledFixture(affinity: SessionAffinityType): BundledFixture {
  const isMcp = affinity === 'MCP_SSE' || affinity === 'MCP_STREAMABLE';
  const functionName = isMcp ? 'mcp' : 'hello';
  return {
    functionName,
    codeDirectory: fileURLToPath(new URL(`../../fixtures/${functionName}`, import.meta.url)),
    command: [process.execPath, isMcp ? 'server.js' : 'app.js'],
  };
}
