import { type ErrorCode, FcError } from '../model/errors.js';
import { sanitize } from '../model/sanitize.js';
import type { Context } from './context.js';
import { flag } from './options/option-kinds.js';
import type { Values } from './options/options.js';
import { OUTPUT, outputForm, printResult } from './output/print-result.js';

/** The options of a command that deletes one resource by its name. */
export const DELETION = {
  ignoreNotFound: flag('--ignore-not-found', 'exit with 0 for an unknown name', { flagOnly: true }),
  ...OUTPUT,
};

interface Named {
  readonly name: string;
  /** The server's error code for an unknown name. */
  readonly notFound: ErrorCode;
  readonly values: Values<typeof DELETION>;
}

/** Deletes a resource and prints its name. */
export async function deleteOne(
  remove: () => Promise<void>,
  { name, notFound, values }: Named,
  context: Context,
): Promise<void> {
  const deleted = [name];
  try {
    await remove();
  } catch (error) {
    if (!values.ignoreNotFound || !(error instanceof FcError) || error.code !== notFound) throw error;
    deleted.pop();
  }
  await printResult(context, outputForm(values), {
    json: { deleted },
    names: deleted,
    table: () => deleted.map((one) => `deleted ${sanitize(one)}\n`).join(''),
  });
}
