import { expect, test } from 'vitest';
import { connect, functionRef } from '../../src/cli/connect.js';
import { announce } from '../../src/cli/discovery.js';
import { memoryContext } from '../support/memory-context.js';
import { temporaryFolder } from '../support/run-cli.js';

/** Nobody listens there: whoever asks fails. */
const endpoint = 'http://127.0.0.1:1';
const unnamed = { function: undefined, qualifier: undefined };

async function beside(functions: readonly string[]) {
  const context = await memoryContext({ XDG_RUNTIME_DIR: temporaryFolder() });
  announce({ endpoint, functions }, context.env);
  return context;
}

test('the name of the function is taken from what the emulator left for other commands, without asking it', async () => {
  const control = await connect({ endpoint: undefined }, await beside(['hello']));
  expect(await functionRef(control, unnamed)).toEqual({ functionName: 'hello', qualifier: 'LATEST' });
});

test('several functions are found without a question, too', async () => {
  const control = await connect({ endpoint: undefined }, await beside(['hello', 'other']));
  await expect(functionRef(control, unnamed)).rejects.toThrow('2 functions are served: hello, other');
});

test('an emulator that left no names, or was named by its endpoint, is asked', async () => {
  const found = await connect({ endpoint: undefined }, await beside([]));
  await expect(functionRef(found, unnamed)).rejects.toThrow(`nothing listens at ${endpoint}`);
  const named = await connect({ endpoint }, await beside(['hello']));
  await expect(functionRef(named, unnamed)).rejects.toThrow(`nothing listens at ${endpoint}`);
});
