import { messageOf } from '../../model/errors.js';
import { UsageError } from '../errors.js';

/**
 * @returns the JSON object in the text of an option, or in the file that `@` names
 * @param readFile reads a file as text
 * @throws UsageError
 */
export function jsonOption(
  flag: string,
  text: string,
  readFile: (file: string) => string,
): Readonly<Record<string, unknown>> {
  const value = parse(flag, text.startsWith('@') ? read(flag, text.slice(1), readFile) : text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  throw new UsageError(`${flag} must be a JSON object or @file, got ${JSON.stringify(shown)}`);
}

function parse(flag: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new UsageError(`${flag} must be a JSON object or @file: ${messageOf(cause)}`, { cause });
  }
}

function read(flag: string, file: string, readFile: (file: string) => string): string {
  try {
    return readFile(file);
  } catch (cause) {
    throw new UsageError(`${flag}: ${messageOf(cause)}`, { cause });
  }
}
