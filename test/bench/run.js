import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { p1 } from './measures/p1-sticky-request.js';
import { p2 } from './measures/p2-first-request.js';
import { p3 } from './measures/p3-many-sessions.js';
import { p4 } from './measures/p4-memory.js';
import { p5 } from './measures/p5-choosing.js';
import { p6 } from './measures/p6-instance-ready.js';
import { p7 } from './measures/p7-commands.js';
import { p8 } from './measures/p8-serve.js';
import { p9 } from './measures/p9-streams.js';
import { absoluteLines, resultTable, surroundings } from './report.js';

// Speed as ratios, measured side by side in one run. Never fails for being slow: it tells. Only a measure that cannot run is an error.
//
//   npm run bench -- [--smoke] [--only P1,P2] [--rounds 7] [--sessions 100000] [--json FILE]

const MEASURES = [p1, p2, p3, p4, p5, p6, p7, p8, p9];

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    sessions: { type: 'string', default: '100000' },
    json: { type: 'string' },
  },
});
const wanted = values.only?.toUpperCase().split(',');
const chosen = MEASURES.filter(({ id }) => wanted === undefined || wanted.includes(id));
if (chosen.length === 0) throw new Error(`no measure is named ${values.only}`);

const judging = !values.smoke;
const context = {
  judging,
  rounds: judging ? natural('--rounds', values.rounds) : 1,
  sessions: natural('--sessions', values.sessions),
  /** How much work a judged run needs; a smoke run only shows that it can be done. */
  scaled: (count) => (judging ? Math.ceil(count) : Math.ceil(count / 100)),
};
const report = { ...surroundings(), smoke: values.smoke, rounds: context.rounds, results: [], failures: [] };
const busy = loadavg()[0] / report.processors;
console.log(`Node ${report.node}, ${report.processors} processors, load average ${loadavg()[0].toFixed(2)}`);
if (judging && busy > 0.5) console.log('The machine is busy: expect noise.');

for (const { id, title, run } of chosen) {
  console.log(`\n${id}: ${title}`);
  try {
    const rows = await run(context);
    report.results.push(...rows);
    console.log(resultTable(rows));
    console.log(absoluteLines(rows));
  } catch (error) {
    report.failures.push({ id, message: String(error?.message ?? error) });
    console.log(`${id} could not run: ${error?.stack ?? error}`);
  }
}

report.loadAverageAtEnd = loadavg();
if (chosen.length > 1 && report.results.length > 0) console.log(`\n${resultTable(report.results)}`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
process.exitCode = report.failures.length > 0 ? 1 : 0;

function natural(name, text) {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${name} must be a natural number, got ${text}`);
}
