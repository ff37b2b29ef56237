import { sanitize } from '../../model/sanitize.js';
import { startCommand } from '../../model/start-command.js';
import { version } from '../../version.js';
import { type Column, fitColumns } from '../output/fit-columns.js';
import { affinityInWords } from '../output/function-view.js';
import { pasteable } from '../output/pasteable.js';
import type { Screen } from '../output/screen.js';
import type { Paint } from '../output/style.js';
import type { Ready } from './serve-log.js';

type ReadyFunction = Ready['functions'][number];

const COLUMNS: readonly Column[] = [
  { head: 'FUNCTION' },
  { head: 'ADDRESS' },
  { head: 'IN A BROWSER', dropped: 1 },
  { head: 'AUTH', dropped: 2 },
];
const INDENT = '  ';
/** Hosts for which `<function>.localhost` reaches the same listener. */
const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):/;

/** The first lines for people: the addresses of the functions, and their affinity. */
export function banner(ready: Ready, { style, columns }: Pick<Screen, 'style' | 'columns'>): string {
  const { readyMs, functions, api, isSecure, bundled } = ready;
  return [
    `\n${style.bold('fc-affinity')} ${version} ${style.dim(`is ready in ${Math.round(readyMs)} ms`)}`,
    '',
    ...addresses(ready, { style, columns }),
    '',
    `${INDENT}${style.dim('the console, in a browser:')} ${style.link(ready.console)}`,
    '',
    ...details(functions, bundled).map((line) => `${INDENT}${style.dim(line)}`),
    ...(functions.length === 0 ? [] : ['']),
    ...(isSecure ? [`${INDENT}${style.dim('https:// works too, with a self-signed certificate')}`, ''] : []),
    ...(functions.length === 0
      ? [`${INDENT}${style.dim('no function is served: create one at')} ${api}`, '']
      : []),
    ...(bundled ? [`${INDENT}${style.dim('your own handler:')} add -- node app.js`, ''] : []),
  ].join('\n');
}

/** A row for each trigger, and a row for the control API. */
function addresses(
  { functions, api }: Ready,
  { style, columns }: Pick<Screen, 'style' | 'columns'>,
): string[] {
  const rows = [...functions.flatMap(rowsOf), ['control API', api, '', '']];
  const isAsked = rows.some(([, , , auth]) => auth === 'function');
  const shown = rows.map((cells) => (isAsked ? cells : cells.slice(0, 3)));
  const fitted = fitColumns(
    COLUMNS.slice(0, isAsked ? 4 : 3),
    shown,
    columns === undefined ? undefined : columns - INDENT.length,
  );
  const heads = fitted.columns.map(({ head }) => head);
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...fitted.rows.map((cells) => cells[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[], paints: readonly Paint[]): string => {
    const last = cells.findLastIndex((text) => text !== '');
    const texts = cells
      .slice(0, last + 1)
      .map((text, at) => (paints[at] ?? plain)(at === last ? text : text.padEnd(widths[at] ?? 0)));
    return `${INDENT}${texts.join('  ')}`;
  };
  return [
    line(
      heads,
      heads.map(() => style.dim),
    ),
    ...fitted.rows.map((cells) => line(cells, [style.bold, style.link, style.link])),
  ];
}

function rowsOf({ functionName, triggers }: ReadyFunction): string[][] {
  const name = sanitize(functionName);
  if (triggers.length === 0) return [[name, 'no trigger', '', '']];
  return triggers.map(({ qualifier, url, authType }) => [
    qualifier === 'LATEST' ? name : `${name}:${sanitize(qualifier)}`,
    url,
    LOCAL.test(url) ? url.replace(LOCAL, `http://${name.toLowerCase()}.localhost:`) : '',
    authType,
  ]);
}

function plain(text: string): string {
  return text;
}

function details(functions: readonly ReadyFunction[], bundled: boolean): string[] {
  const width = Math.max(...functions.map(({ functionName }) => sanitize(functionName).length));
  return functions.flatMap(({ functionName, config }, at) => {
    // The functions after it come from an earlier run.
    const isBundled = bundled && at === 0;
    const command = isBundled
      ? 'the bundled example (no command was given)'
      : pasteable(startCommand(config));
    return [
      `${sanitize(functionName).padEnd(width)}  ${affinityInWords(config)}`,
      `${' '.repeat(width)}  ${sanitize(command)}`,
    ];
  });
}
