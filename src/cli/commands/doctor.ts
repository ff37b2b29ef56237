import { doctorReport, RULES } from '../../diagnose/doctor.js';
import type { FunctionFacts } from '../../diagnose/finding.js';
import { factsOf } from '../../diagnose/function-facts.js';
import type { Finding } from '../../model/doctor-report.js';
import { timeOfDay } from '../../model/human-time.js';
import type { RequestRecord } from '../../model/request-record.js';
import { command, type Invocation } from '../command.js';
import { CONNECTION, withControl } from '../connect.js';
import type { Context } from '../context.js';
import { readLog } from '../doctor/read-log.js';
import { UsageError } from '../errors.js';
import { EXIT } from '../failure.js';
import { text } from '../options/option-kinds.js';
import { partsText } from '../output/parts.js';
import { OUTPUT, outputForm, printResult } from '../output/print-result.js';

const OPTIONS = {
  from: text('--from <log.jsonl>', 'read the JSON log of serve, not the requests of an emulator', {
    flagOnly: true,
  }),
  target: text('--target <url>', 'check this function: Set-Cookie, the session, its configuration', {
    flagOnly: true,
  }),
  api: text('--api <url>', "with --target: the target's control API (default: that of the local emulator)"),
  function: text('--function <name>', 'look at this function only'),
  ...OUTPUT,
  ...CONNECTION,
};

type Values = Invocation<typeof OPTIONS>['values'];

/** The requests that were read. */
interface Seen {
  readonly records: readonly RequestRecord[];
  readonly functions: readonly FunctionFacts[];
}

export const doctor = command({
  options: OPTIONS,
  examples: [
    '  fc-affinity doctor',
    '  fc-affinity doctor --from log.jsonl',
    '  fc-affinity doctor --target http://127.0.0.1:9000',
  ].join('\n'),
  notes: [
    'Finds mistakes with affinity in the last 10,000 requests, and shows their',
    'evidence and fix. Exit code: 0 nothing found, 1 mistakes found.',
  ].join('\n'),
  async run({ values }, context) {
    if (values.target !== undefined) {
      if (values.from !== undefined) throw new UsageError('--target and --from exclude each other');
      const { checkTarget } = await import('../doctor/check-target.js');
      return checkTarget(values, values.target, context);
    }
    const seen = values.from === undefined ? await recent(values, context) : await readLog(values.from);
    const records = seen.records.filter(
      (one) => values.function === undefined || one.functionName === values.function,
    );
    const report = doctorReport(records, seen.functions);
    const { findings } = report;
    const { style, columns } = context.stdout;
    await printResult(context, outputForm(values), {
      json: report,
      names: findings.map(({ rule }) => rule),
      table: () =>
        [
          ...findings.map((one) => partsText(partsOf(one), { style, columns })),
          `${summary(findings, records)}\n`,
          ...(findings.length === 0 && records.length > 0
            ? [partsText([LOOKED_FOR], { style, columns })]
            : []),
        ].join(findings.length > 0 ? '\n' : ''),
    });
    return findings.length === 0 ? EXIT.done : EXIT.failed;
  },
});

const LOOKED_FOR = { label: 'looked for', lines: [RULES.map(({ id }) => id).join(', ')] };

function recent(values: Values, context: Context): Promise<Seen> {
  return withControl({ values }, context, async ({ requests, functions }) => {
    const [records, served] = await Promise.all([requests.list(), functions.list()]);
    return { records, functions: served.map(({ config }) => factsOf(config)) };
  });
}

function partsOf({ rule, functionName, message, evidence, fix }: Finding) {
  return [
    { label: '✗', lines: [`${rule}, function ${functionName}`] },
    { label: '', lines: [message] },
    { label: 'seen', lines: evidence },
    { label: 'fix', lines: [fix] },
  ];
}

function summary(findings: readonly Finding[], records: readonly RequestRecord[]): string {
  const [first] = records;
  const last = records.at(-1);
  const requests = `${records.length} request${records.length === 1 ? '' : 's'}`;
  if (first === undefined || last === undefined)
    return 'there are no requests to check yet\nsend requests to the function, then run this again';
  const names = [...new Set(records.map(({ functionName }) => functionName))];
  const of = `${requests} of ${names.length === 1 ? names[0] : `${names.length} functions`}, ${timeOfDay(first.at)} to ${timeOfDay(last.at)}`;
  if (findings.length > 0)
    return `${findings.length} mistake${findings.length === 1 ? '' : 's'} found in ${of}`;
  return `no mistake found in ${of}`;
}
