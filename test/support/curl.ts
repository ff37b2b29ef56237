import { runProgram } from './run-cli.js';

export interface CurlReply {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Every value of a header. */
  all(name: string): string[];
}

/** The true curl. */
export async function curl(...args: string[]): Promise<CurlReply> {
  const { code, stdout, stderr } = await runProgram('curl', ['-s', '-S', '-i', '--noproxy', '*', ...args]);
  if (code !== 0) throw new Error(`curl ended with ${code}: ${stderr}`);
  const end = stdout.indexOf('\r\n\r\n');
  const [first = '', ...lines] = stdout.slice(0, end).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(first.split(' ')[1]),
    headers,
    body: stdout.slice(end + 4),
    all: (name) => headers.filter(([own]) => own === name.toLowerCase()).map(([, value]) => value),
  };
}
