import { fileURLToPath } from 'node:url';

/** Files that run inside the processes of an instance. The folder stands beside this module, and beside the bundled program. */
const INSIDE = new URL('../runtime/inside/', import.meta.url);
const NODE = fileURLToPath(new URL('node.cjs', INSIDE));
const PYTHON = fileURLToPath(new URL('python', INSIDE));
/** What the files in `inside` print when they move a listen. */
const MOVED = /^fc-affinity: the listen on port (\d+) is moved to \d+$/;

/**
 * The variables by which Node.js and Python load our file before the handler, in every process of the instance. It moves a listen on
 * the port of customRuntimeConfig, which all instances share, to the port of this instance.
 * @param own the instance's other variables, whose own options and paths are kept
 * @param port of customRuntimeConfig
 */
export function preloadVariables(
  own: Readonly<Record<string, string>>,
  port: number,
): Readonly<Record<string, string>> {
  return {
    NODE_OPTIONS: joined(' ', `--require ${asNodeOption(NODE)}`, own.NODE_OPTIONS),
    PYTHONPATH: joined(':', PYTHON, own.PYTHONPATH),
    FC_AFFINITY_SHIFT_PORT: String(port),
  };
}

/** @returns the port of a listen that was moved, if the line tells that */
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
