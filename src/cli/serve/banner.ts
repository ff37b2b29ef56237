import { sanitize } from '../../model/sanitize.js';
import { startCommand } from '../../model/start-command.js';
import { version } from '../../version.js';
import { affinityInWords } from '../output/function-view.js';
import { pasteable } from '../output/pasteable.js';
import type { Style } from '../output/style.js';
import type { Ready } from './serve-log.js';

/** What a person wants to know first: where to send requests, and what will happen to them. */
export function banner({ readyMs, functions, api, bundled }: Ready, style: Style): string {
  const names = [...functions.map(({ functionName }) => functionName), 'control API'];
  const width = Math.max(...names.map((name) => name.length));
  const label = (name: string): string => `  ${style.bold(sanitize(name).padEnd(width))}  `;
  const under = ' '.repeat(width + 4);
  const lines = [
    `\n${style.bold('fc-affinity')} ${version} ${style.dim(`is ready in ${Math.round(readyMs)} ms`)}`,
    '',
  ];
  for (const { functionName, url, config } of functions) {
    const command = pasteable(startCommand(config));
    lines.push(
      `${label(functionName)}${style.link(url)}`,
      `${under}${style.dim('affinity')}  ${affinityInWords(config)}`,
      `${under}${style.dim('command')}   ${bundled ? 'the bundled example (no command was given)' : sanitize(command)}`,
      '',
    );
  }
  lines.push(`${label('control API')}${style.link(api)}`, '');
  if (bundled) lines.push(`  ${style.dim('your own handler:')} add -- node app.js`, '');
  return lines.join('\n');
}
