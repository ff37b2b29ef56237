import { basename } from 'node:path';

/**
 * @param folder an absolute path
 * @returns the folder's name turned into a function name: other characters become `-`, and it begins with a letter or `_`
 */
export function functionNameOf(folder: string): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  if (name === '') return 'function';
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}
