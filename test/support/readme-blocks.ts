/** A block of the README that is run, or compared with what the program printed. */
export interface ReadmeBlock {
  readonly language: 'sh' | 'js' | 'ts' | 'py' | 'yaml' | 'text';
  readonly text: string;
  /** Of its opening fence. */
  readonly line: number;
  /** The file that its first line names in a comment: the block is saved there. */
  readonly file: string | undefined;
  /** Whether it is what `serve` prints, and not what the block before it prints. */
  readonly isLog: boolean;
}

/** @returns the blocks that are marked sh, js, ts, py, yaml or text, in their order; ```` ```text log ```` is the terminal of `serve` */
export function readmeBlocks(readme: string): readonly ReadmeBlock[] {
  const blocks: ReadmeBlock[] = [];
  for (const match of readme.matchAll(/^```(sh|js|ts|py|yaml|text)( log)?\n([\s\S]*?)^```$/gm)) {
    const [, language, log, text = ''] = match;
    blocks.push({
      language: language as ReadmeBlock['language'],
      text,
      line: readme.slice(0, match.index).split('\n').length,
      file: /^(?:\/\/|#) (\S+\.(?:js|mjs|cjs|py|sh|ya?ml))\n/.exec(text)?.[1],
      isLog: log !== undefined,
    });
  }
  return blocks;
}

/** What differs from run to run, with what stands for it. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/ +← .*$/gm, ''],
  [/\x1b\[[0-9;]*m/g, ''],
  [/\b1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}\b/g, 'ID'],
  [/\bc-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}\b/g, 'ID'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'ID'],
  [/…?\b[0-9a-f]{8}\b…?/g, 'ID'],
  [/\b\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\b/g, 'TIME'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, 'TIME'],
  [/\b\d\d:\d\d:\d\d\b/g, 'TIME'],
  [/\b\d+(\.\d+)? m?s\b/g, 'DURATION'],
  [/\b\d+[smhd]( \d+[smh])?\b/g, 'DURATION'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/\bpid \d+/g, 'pid PID'],
  [/(fc-affinity) \d+\.\d+\.\d+/g, '$1 VERSION'],
  [/[ \t]+/g, ' '],
];

/** @returns the lines without what differs from run to run, and without empty ones */
export function comparable(text: string): string[] {
  return MASKS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
