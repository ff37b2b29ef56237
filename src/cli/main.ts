import { type Context, processContext } from './context.js';
import { CommandError } from './errors.js';
import { EXIT, failureOf } from './failure.js';
import { errorForm, printFailure } from './output/print-failure.js';
import { run } from './run.js';

const PATIENCE_MS = 500;

/** The program: runs the words of the command line and ends the process with their exit code. */
export async function main(): Promise<void> {
  const context = await processContext();
  process.on('uncaughtException', (error) => {
    // A defect. The guard ends the instances as soon as this process has ended.
    printFailure(failureOf(error), { form: 'text', screen: context.stderr, stack: error });
    void flushed(context).then(() => process.exit(1));
  });
  const argv = process.argv.slice(2);
  const exitCode = await run(argv, context);
  await flushed(context);
  process.exit(await writtenOr(exitCode, argv, context));
}

/** If a result could not be written, the exit code is 1, also after a successful command. */
async function writtenOr(exitCode: number, argv: readonly string[], context: Context): Promise<number> {
  const { failure } = context.stdout;
  if (failure === undefined) return exitCode;
  const error = new CommandError(`the result could not be written: ${failure.message}`, {
    code: 'CannotWrite',
    cause: failure,
  });
  const stack = argv.includes('--debug') ? error : undefined;
  printFailure(failureOf(error), { form: errorForm(argv, context.env), screen: context.stderr, stack });
  await flushed(context);
  return exitCode === EXIT.done ? EXIT.failed : exitCode;
}

/** Waits until every result is written, and at most half a second for a log that is not read. */
async function flushed(context: Context): Promise<void> {
  const { stdout, stderr } = context;
  await stdout.flush();
  if (stderr.isFlushed) return;
  const { clock } = context;
  const patience = new Promise<void>((resolve) => {
    clock.wakeAt(clock.now() + PATIENCE_MS, resolve);
  });
  await Promise.race([stderr.flush(), patience]);
}
