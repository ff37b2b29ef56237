import { fileURLToPath } from 'node:url';

/** Files that run inside the processes of an instance. The folder is beside this module, and beside the bundled program. */
const INSIDE = new URL('../runtime/inside/', import.meta.url);
const NODE = fileURLToPath(new URL('node.cjs', INSIDE));
const PYTHON = fileURLToPath(new URL('python', INSIDE));
/** What the files in `inside` print when they move a listen. */
const MOVED = /^fc-affinity: the listen on port (\d+) is moved to \d+$/;

const DEBUGGER = /^Debugger listening on ws:\/\/([^/]+)\//;

interface Wanted {
  /** The port of customRuntimeConfig, which all instances share: a listen on it is moved to the port of the instance. */
  readonly shiftedPort: number | undefined;
  /** Where Node.js is to open its inspector. */
  readonly inspectPort: number | undefined;
}

/**
 * The variables by which Node.js and Python load our file before the handler, in every process of the instance.
 * @param own the instance's other variables, whose own options and paths are kept
 */
export function preloadVariables(
  own: Readonly<Record<string, string>>,
  { shiftedPort, inspectPort }: Wanted,
): Readonly<Record<string, string>> {
  if (shiftedPort === undefined && inspectPort === undefined) return {};
  return {
    NODE_OPTIONS: joined(' ', `--require ${asNodeOption(NODE)}`, own.NODE_OPTIONS),
    ...(inspectPort !== undefined && { FC_AFFINITY_INSPECT_PORT: String(inspectPort) }),
    ...(shiftedPort !== undefined && {
      FC_AFFINITY_SHIFT_PORT: String(shiftedPort),
      PYTHONPATH: joined(':', PYTHON, own.PYTHONPATH),
    }),
  };
}

/** @returns the address of the inspector, as `127.0.0.1:9229`, if the line of Node.js says that it is open */
export function inspectorIn(line: string): string | undefined {
  return DEBUGGER.exec(line)?.[1];
}

/** @returns the port of a listen that was moved, if the line says that */
export function movedPort(line: string): number | undefined {
  const [, port] = MOVED.exec(line) ?? [];
  return port === undefined ? undefined : Number(port);
}

function joined(separator: string, ours: string, theirs = ''): string {
  return theirs === '' ? ours : `${ours}${separator}${theirs}`;
}

/** @returns a path as Node.js reads it in NODE_OPTIONS */
export function asNodeOption(path: string): string {
  return /[\s"\\]/.test(path) ? `"${path.replaceAll(/["\\]/g, '\\$&')}"` : path;
}
