import { ago } from '../../model/human-time.js';
import type { Version } from '../../model/version.js';
import { type Connected, emulatorNow } from '../connect.js';
import type { Context } from '../context.js';
import { type OutputForm, printResult } from './print-result.js';
import { formatDetails } from './table.js';

/** Prints the version that an operation returned. */
export async function printVersion(
  version: Version,
  control: Connected,
  { form, context }: { readonly form: OutputForm; readonly context: Context },
): Promise<void> {
  const { versionId, description, createdTime } = version;
  const created = `${createdTime} (${ago(createdTime, emulatorNow(control, context))})`;
  await printResult(context, form, {
    json: version,
    names: [versionId],
    table: () =>
      formatDetails(
        [
          ['version', versionId],
          ['description', description || '-'],
          ['created', created],
        ],
        context.stdout.style,
      ),
  });
}
