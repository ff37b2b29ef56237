import { ago } from '../../model/human-time.js';
import type { Alias } from '../../model/version.js';
import { type Connected, emulatorNow } from '../connect.js';
import type { Context } from '../context.js';
import { type OutputForm, printResult } from './print-result.js';
import { formatDetails } from './table.js';

/** Prints the alias that an operation returned. */
export async function printAlias(
  alias: Alias,
  control: Connected,
  { form, context }: { readonly form: OutputForm; readonly context: Context },
): Promise<void> {
  const { aliasName, versionId, description, lastModifiedTime } = alias;
  const modified = `${lastModifiedTime} (${ago(lastModifiedTime, emulatorNow(control, context))})`;
  await printResult(context, form, {
    json: alias,
    names: [aliasName],
    table: () =>
      formatDetails(
        [
          ['alias', aliasName],
          ['version', versionId],
          ['description', description || '-'],
          ['modified', modified],
        ],
        context.stdout.style,
      ),
  });
}
