import type { PortInUseError } from '../../model/errors.js';
import { portOwner } from '../../system/listeners.js';
import { isFree } from '../../system/ports.js';
import type { Context } from '../context.js';
import { type RunningEmulator, runningEmulators } from '../discovery.js';
import { CommandError } from '../errors.js';
import { pasteable } from '../output/pasteable.js';

interface Asked {
  readonly values: { readonly port: number; readonly apiPort: number };
  readonly line: readonly string[];
  readonly rest: readonly string[] | undefined;
}

interface Busy {
  readonly port: number;
  readonly flag: string;
  /** The process that listens on the port; undefined when the system does not show it. */
  readonly holder: string | undefined;
}

/** @returns an error with every port in use, its process, and a working command line */
export async function portsInUse(
  cause: PortInUseError,
  asked: Asked,
  { env }: Context,
): Promise<CommandError> {
  const { values, line, rest } = asked;
  const emulators = runningEmulators(env);
  const wanted = [
    { port: values.port, flag: '--port' },
    { port: values.apiPort, flag: '--api-port' },
  ];
  const busy: Busy[] = [];
  for (const { port, flag } of wanted)
    if (port !== 0 && (port === cause.port || !(await isFree(port))))
      busy.push({ port, flag, holder: holderOf(port, emulators) });
  const fix =
    busy.length === 1
      ? `${busy[0]?.flag} 0, or end that process`
      : pasteable([
          ...['fc-affinity', ...withoutPorts(line), ...busy.flatMap(({ flag }) => [flag, '0'])],
          ...(rest === undefined ? [] : ['--', ...rest]),
        ]);
  return new CommandError(inWords(busy, cause), { code: 'PortInUse', fix, cause });
}

function inWords(busy: readonly Busy[], { message }: PortInUseError): string {
  const [first, second] = busy;
  if (first === undefined) return message;
  if (second !== undefined && first.holder === second.holder)
    return `ports ${first.port} and ${second.port} are in use${by(first)}`;
  return busy.map((one) => `port ${one.port} is in use${by(one)}`).join('\n');
}

function by({ holder }: Busy): string {
  return holder === undefined ? '' : ` by ${holder}`;
}

function holderOf(port: number, emulators: readonly RunningEmulator[]): string | undefined {
  const owner = portOwner(port);
  if (owner === undefined) return undefined;
  const emulator = emulators.find(({ pid }) => pid === owner.pid);
  if (emulator === undefined) return `pid ${owner.pid} (${owner.name})`;
  return `another fc-affinity, pid ${owner.pid}, which serves ${emulator.functions.join(', ')}`;
}

function withoutPorts(line: readonly string[]): string[] {
  return line.filter(
    (word, at) => !/^--(api-)?port(=|$)/.test(word) && !/^--(api-)?port$/.test(line[at - 1] ?? ''),
  );
}
