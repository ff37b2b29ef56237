import { type Context, processContext } from './context.js';
import { failureOf } from './failure.js';
import { printFailure } from './output/print-failure.js';
import { run } from './run.js';

const PATIENCE_MS = 500;

/** The program: runs the words of the command line and ends the process with their exit code. */
export async function main(): Promise<void> {
  const context = await processContext();
  process.on('uncaughtException', (error) => {
    // A defect. The instances are ended by the guard as soon as this process is gone.
    printFailure(failureOf(error), { form: 'text', screen: context.stderr, stack: error });
    void told(context).then(() => process.exit(1));
  });
  const exitCode = await run(process.argv.slice(2), context);
  await told(context);
  process.exit(exitCode);
}

/** Results are handed over to the end; for the log a reader who does not read is not waited for. */
async function told(context: Context): Promise<void> {
  const { stdout, stderr } = context;
  await stdout.flush();
  if (stderr.isFlushed) return;
  const { clock } = context;
  const patience = new Promise<void>((resolve) => {
    clock.wakeAt(clock.now() + PATIENCE_MS, resolve);
  });
  await Promise.race([stderr.flush(), patience]);
}
