import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { surroundings, tableOf } from '../bench/report.js';
import { churn } from './churn.js';
import { idleStreams } from './idle-streams.js';
import { killNine } from './kill-nine.js';
import { restarts } from './restarts.js';

// Long load on the built program with everything going wrong around it, watched from outside. Fails when an invariant is broken.
//
//   npm run test:soak -- [--minutes 20] [--users 40] [--streams 2000] [--restarts 50] [--kill-nine 500] [--json FILE]
//
// Each part is left out by 0; the last two are, unless they are asked for.

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    users: { type: 'string', default: '40' },
    streams: { type: 'string', default: '2000' },
    restarts: { type: 'string', default: '0' },
    'kill-nine': { type: 'string', default: '0' },
    json: { type: 'string' },
  },
});
const PARTS = [
  ['churn', number('minutes'), (minutes) => churn({ minutes, users: number('users') })],
  ['streams', number('streams'), idleStreams],
  ['restarts', number('restarts'), restarts],
  ['kill-nine', number('kill-nine'), killNinePart],
];

const report = { ...surroundings(), parts: {} };
for (const [name, amount, run] of PARTS) {
  if (amount === 0) continue;
  process.stderr.write(`${name}\n`);
  report.parts[name] = await run(amount);
}
report.loadAverageAtEnd = loadavg();

const rows = Object.entries(report.parts).flatMap(([part, { broken, ...figures }]) => [
  ...flat(figures).map(([name, value]) => [part, name, value]),
  ...Object.entries(broken).map(([name, { count, examples }]) => [
    part,
    `BROKEN ${name}`,
    `${count} times: ${examples.join('; ')}`,
  ]),
]);
console.log(tableOf([['part', 'figure', ''], ...rows]));
const broken = Object.values(report.parts).flatMap((part) => Object.keys(part.broken));
console.log(broken.length === 0 ? '\nno invariant was broken' : `\n${broken.length} invariants were broken`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
process.exitCode = broken.length === 0 ? 0 : 1;

async function killNinePart(times) {
  const { kills, left } = await killNine(times);
  const broken =
    left.length === 0
      ? {}
      : { 'G15: processes are left': { count: left.length, examples: left.slice(0, 5) } };
  return { kills, left: left.length, broken };
}

/** @returns {[string, string][]} nested figures with the way to them */
function flat(figures, before = '') {
  return Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? flat(value, `${before}${name}: `)
      : [[`${before}${name}`, String(value)]],
  );
}

function number(name) {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} must be a number of at least 0, got ${values[name]}`);
}
