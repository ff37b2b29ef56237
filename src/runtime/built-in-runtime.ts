import { fileURLToPath } from 'node:url';
import { FcError } from '../model/errors.js';
import type { FunctionConfig } from '../model/function.js';

/** The folder is beside this module, and beside the bundled program. */
const INSIDE = new URL('../runtime/inside/', import.meta.url);

/** What starts the server of each kind of built-in runtime; the server calls the handler. */
const SERVERS: readonly { readonly runtime: RegExp; readonly argv: () => readonly [string, string] }[] = [
  { runtime: /^nodejs/, argv: () => [process.execPath, fileURLToPath(new URL('event-node.cjs', INSIDE))] },
  { runtime: /^python3/, argv: () => ['python3', fileURLToPath(new URL('event-python.py', INSIDE))] },
];

/**
 * The command line that runs a handler function as its built-in runtime does: with Node.js of the emulator, or `python3` of PATH.
 * @throws CAFileNotFound, with a fix, for a runtime that is not emulated
 */
export function builtInArgv({
  runtime,
  handler,
  instanceLifecycleConfig: { initializer, preStop } = {},
  timeout,
}: FunctionConfig): readonly [string, ...string[]] {
  const server = SERVERS.find((one) => one.runtime.test(runtime));
  if (server === undefined) {
    throw new FcError(
      'CAFileNotFound',
      `The function cannot be started. the runtime ${runtime} is not emulated`,
      {
        fix: 'use nodejs*, python3* or a custom runtime, or give a command that serves HTTP at $FC_SERVER_PORT: POST /invoke is an event',
      },
    );
  }
  const wanted = { handler, initializer: initializer?.handler, preStop: preStop?.handler, timeout };
  return [...server.argv(), JSON.stringify(wanted)];
}
