export type Paint = (text: string) => string;

/** The colours of the command line, by their meaning. */
export interface Style {
  readonly coloured: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly note: Paint;
  readonly link: Paint;
  /** The colour of a session or an instance. The same ID always has the same colour. */
  readonly id: (id: string) => Paint;
}

const same: Paint = (text) => text;
const PLAIN: Style = {
  coloured: false,
  bold: same,
  dim: same,
  good: same,
  bad: same,
  note: same,
  link: same,
  id: () => same,
};

/** Terminal colours that are readable on dark and light backgrounds. Red is left out, because it means an error. */
const ID_COLOURS = [33, 37, 64, 71, 97, 99, 103, 130, 133, 136, 168, 172];

/** Colours on a terminal only, never with `NO_COLOR`, and everywhere with `FORCE_COLOR`. chalk itself does not read `NO_COLOR`. */
export function wantsColour(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTTY && env.TERM !== 'dumb';
}

/** Without colours, chalk is not loaded. */
export async function styleFor(
  colour: boolean,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Style> {
  if (!colour) return PLAIN;
  const { Chalk } = await import('chalk');
  const has256 = env.COLORTERM !== undefined || /256color/.test(env.TERM ?? '');
  const chalk = new Chalk({ level: has256 ? 2 : 1 });
  return {
    coloured: true,
    bold: chalk.bold,
    dim: chalk.dim,
    good: chalk.green,
    bad: chalk.red,
    note: chalk.yellow,
    link: chalk.cyan,
    id: (id) => chalk.ansi256(ID_COLOURS[hashOf(id) % ID_COLOURS.length] ?? 33),
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
