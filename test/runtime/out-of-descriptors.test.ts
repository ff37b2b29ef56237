import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { carriersOf, node } from './local-instances.js';

const SCRIPT = fileURLToPath(new URL('./out-of-descriptors.js', import.meta.url));

test('without file descriptors a start is refused with 503, nothing is uncaught, and later starts work (F-15)', async () => {
  const nonce = randomUUID();
  const parent = [process.execPath, SCRIPT, nonce, ...node('hello/app.js')];
  const { stdout, stderr } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -n 200; exec "$@"',
    'sh',
    ...parent,
  ]);
  expect(stderr).toBe('');
  const seen: string[] = JSON.parse(stdout);
  expect(seen[0]).toBe('ServiceUnavailable');
  expect(seen.filter((code) => code !== 'ready' && code !== 'ServiceUnavailable')).toEqual([]);
  expect(carriersOf(nonce)).toEqual([]);
});
