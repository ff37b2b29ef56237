import { expect, test } from 'vitest';
import type { StoredFunction } from '../../src/model/function-store.js';
import { readEntry } from '../../src/schema/journal-entry.js';
import { Records } from '../../src/store/records.js';

const stored = (functionName: string): StoredFunction => ({
  functionName,
  functionId: 'id',
  createdAt: 1,
  lastModifiedAt: 2,
  isDeclared: false,
  said: { functionName, timeout: 5 },
  echo: { layers: ['arn'] },
  versions: [],
  lastVersionId: 0,
  aliases: [],
  triggers: [],
  scaling: {},
});

test('a snapshot of the journal holds the functions, and none that is deleted', () => {
  const records = new Records();
  records.apply({ kind: 'function', stored: stored('kept') });
  records.apply({ kind: 'function', stored: stored('gone') });
  records.apply({ kind: 'function-deleted', functionName: 'gone' });
  const again = new Records();
  for (const entry of records.snapshot()) again.apply(readEntry(JSON.stringify(entry)));
  expect(again.functions).toEqual([stored('kept')]);
});

test.each([
  '{"kind":"function","stored":{}}',
  '{"kind":"function","stored":1}',
  '{"kind":"function-deleted"}',
])('%s is no entry', (text) => {
  expect(() => readEntry(text)).toThrow();
});
