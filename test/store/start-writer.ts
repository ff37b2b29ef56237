import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const WRITER = fileURLToPath(new URL('./writer.js', import.meta.url));

interface WriterOptions {
  readonly first?: number;
  readonly compactFromBytes?: number;
}

/** A process that has tried to open a state directory and saves sessions in it once it is told to. */
export interface Writer {
  readonly process: ChildProcessWithoutNullStreams;
  /** What it said first: `opened`, or `refused …`. */
  readonly answer: string;
  /** Has it begin, and kills it when it has said that many lines. @returns all that it said */
  killAfter(lines: number): Promise<readonly string[]>;
  kill(): Promise<void>;
}

/** Kills for good, at the latest when the test is finished. */
export async function startWriter(
  directory: string,
  { first = 0, compactFromBytes = 1024 * 1024 }: WriterOptions = {},
): Promise<Writer> {
  const child = spawn(process.execPath, [WRITER, directory, String(first), String(compactFromBytes)]);
  child.stderr.pipe(process.stderr);
  child.stdin.on('error', () => {});
  const closed = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  onTestFinished(kill);
  const output = createInterface(child.stdout);
  const said: string[] = [];
  output.on('line', (line) => said.push(line));
  await Promise.race([once(output, 'line'), closed]);
  if (said.length === 0) throw new Error('the writer ended without a word');
  return {
    process: child,
    answer: said[0] ?? '',
    kill,
    async killAfter(lines) {
      const enough = new Promise<void>((resolve) => {
        output.on('line', () => said.length > lines && resolve());
      });
      child.stdin.write('go\n');
      await Promise.race([enough, closed]);
      await kill();
      return said.slice(1);
    },
  };
}
