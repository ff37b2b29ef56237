type Paint = (text: string) => string;

/** The few colours that the command line has, by what they mean. */
export interface Style {
  readonly coloured: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly note: Paint;
  readonly link: Paint;
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
};

/** Colour on a terminal only, never with `NO_COLOR`; `FORCE_COLOR` asks for it elsewhere. chalk itself knows no `NO_COLOR`. */
export function wantsColour(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTTY && env.TERM !== 'dumb';
}

/** Without colour chalk is not even loaded. */
export async function styleFor(colour: boolean): Promise<Style> {
  if (!colour) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    coloured: true,
    bold: chalk.bold,
    dim: chalk.dim,
    good: chalk.green,
    bad: chalk.red,
    note: chalk.yellow,
    link: chalk.cyan,
  };
}
