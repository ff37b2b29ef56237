import { sanitize } from '../../model/sanitize.js';
import type { Context } from '../context.js';
import { choice, flag } from '../options/option-kinds.js';
import { safeJson } from './safe-json.js';

const OUTPUT_FORMS = {
  table: 'table',
  wide: 'wide',
  json: 'json',
  yaml: 'yaml',
  name: 'name',
} as const;
export type OutputForm = keyof typeof OUTPUT_FORMS;

export const OUTPUT = {
  output: choice<OutputForm, 'table'>('-o, --output <form>', 'table, wide, json, yaml or name', {
    words: OUTPUT_FORMS,
    byDefault: 'table',
  }),
  json: flag('--json', 'the same as -o json'),
};

/** A result for all output forms. */
export interface Result {
  /** The JSON of the API. */
  readonly json: unknown;
  readonly names: readonly string[];
  /** The text for people, without control characters. */
  readonly table: (form: { readonly wide: boolean }) => Promise<string> | string;
}

export function outputForm({
  output,
  json,
}: {
  readonly output: OutputForm;
  readonly json: boolean;
}): OutputForm {
  return json ? 'json' : output;
}

/** @returns the text of a result, with its last line end */
export async function formatResult(form: OutputForm, { json, names, table }: Result): Promise<string> {
  switch (form) {
    case 'json':
      return `${safeJson(json, 2)}\n`;
    case 'yaml': {
      const { stringify } = await import('yaml');
      // JSON drops undefined fields and getters, so YAML goes through JSON and has the same fields.
      const text = stringify(JSON.parse(JSON.stringify(json)), { lineWidth: 0 });
      return `${text.trimEnd().split('\n').map(sanitize).join('\n')}\n`;
    }
    case 'name':
      return names.map((name) => `${sanitize(name)}\n`).join('');
    case 'table':
    case 'wide':
      return await table({ wide: form === 'wide' });
  }
}

export async function printResult(context: Context, form: OutputForm, result: Result): Promise<void> {
  context.stdout.write(await formatResult(form, result));
}
