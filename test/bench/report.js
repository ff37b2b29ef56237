import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { onPath } from './rivals.js';

/** What a figure means depends on these. */
export function surroundings() {
  const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const require = createRequire(import.meta.url);
  return {
    at: new Date().toISOString(),
    'fc-affinity': own.version,
    node: process.versions.node,
    v8: process.versions.v8,
    'http-proxy': require('http-proxy/package.json').version,
    haproxy: versionOf('haproxy'),
    nginx: versionOf('nginx'),
    system: `${process.platform} ${release()} ${process.arch}`,
    processor: cpus()[0]?.model,
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadAverage: loadavg(),
  };
}

function versionOf(program) {
  const file = onPath(program);
  if (file === undefined) return undefined;
  try {
    // nginx tells its version on stderr.
    const text = execFileSync('/bin/sh', ['-c', '"$0" -v 2>&1', file], { encoding: 'utf8' });
    return /\d+\.\d+\.\d+/.exec(text)?.[0];
  } catch {
    return undefined;
  }
}

/**
 * @param {readonly (readonly string[])[]} rows the first is the head
 * @returns {string} with as wide columns as needed
 */
export function tableOf(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @returns {string} a table of a measure's rows */
export function resultTable(rows) {
  return tableOf([
    ['', 'measure', 'goal', 'median [min–max]', 'the same twice', 'verdict'],
    ...rows.map(({ id, what, goal, unit, measured, control, verdict }) => [
      id,
      what,
      goal === undefined ? '–' : `≤ ${goal} ${unit}`,
      spread(measured, unit),
      control === undefined ? '–' : spread(control, '×'),
      verdict,
    ]),
  ]);
}

/** @returns {string} what the ratios were made of */
export function absoluteLines(rows) {
  const lines = new Set();
  for (const { id, absolute } of rows)
    for (const [name, figures] of Object.entries(absolute))
      lines.add(`    ${id}  ${name}: ${spread(figures, figures.unit)}`);
  return [...lines].join('\n');
}

function spread({ median, least, most }, unit) {
  return `${short(median)} [${short(least)}–${short(most)}] ${unit}`;
}

function short(number) {
  const size = Math.abs(number);
  return number.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
