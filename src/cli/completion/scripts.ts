import type { Completions, FlagCompletion, Shell } from './completions.js';

type Script = (all: readonly Completions[]) => string;

/**
 * Each script finds the command in the words before the cursor, and offers the words and flags of that command. The shell completes the
 * user's command after `--` as any other command.
 */
export const SCRIPTS: Readonly<Record<Shell, Script>> = {
  bash: (all) => `# fc-affinity: completion for bash. Load it with: eval "$(fc-affinity completion bash)"
_fc_affinity() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at= word i found=
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -- ]]; then
      compopt -o bashdefault -o default
      if ((i == COMP_CWORD - 1)); then COMPREPLY=($(compgen -c -- "$cur")); fi
      return
    fi
    case "$at/$word" in
      ${steps(all).join(' | ')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $prev" in
${valueCases(all, { words: (words) => `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$cur"))`, path: 'compopt -o default', free: ':' })}
  esac
  if [[ $cur == -* ]]; then
    case "$at" in
${all.map(({ path, flags }) => `      ${quoted(path)}) found=${quoted(flags.map(({ text }) => text).join(' '))} ;;`).join('\n')}
    esac
  else
    case "$at" in
${all
  .filter(({ words }) => words.length > 0)
  .map(
    ({ path, words }) => `      ${quoted(path)}) found=${quoted(words.map(({ text }) => text).join(' '))} ;;`,
  )
  .join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$found" -- "$cur"))
}
complete -F _fc_affinity fc-affinity
`,

  zsh: (all) => `#compdef fc-affinity
# fc-affinity: completion for zsh. Load it with: eval "$(fc-affinity completion zsh)", after compinit
_fc_affinity() {
  local at= word i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ $word == -- ]]; then
      shift $i words
      (( CURRENT -= i ))
      _normal
      return
    fi
    case "$at/$word" in
      ${steps(all).join(' | ')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${valueCases(all, { words: (words) => `compadd -- ${words.join(' ')}`, path: '_files', free: '_message value' })}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    case "$at" in
${all.map(({ path, flags }) => `      ${quoted(path)}) found=(${flags.map(zshItem).join(' ')}) ;;`).join('\n')}
    esac
    _describe -o option found
  else
    case "$at" in
${all
  .filter(({ words }) => words.length > 0)
  .map(({ path, words }) => `      ${quoted(path)}) found=(${words.map(zshItem).join(' ')}) ;;`)
  .join('\n')}
    esac
    _describe command found
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _fc_affinity "$@"
else
  compdef _fc_affinity fc-affinity
fi
`,

  fish: (all) => `# fc-affinity: completion for fish. Load it with: fc-affinity completion fish | source
function __fc_affinity_at
    set -l at
    for word in (commandline -opc)[2..-1]
        if test "$word" = --
            set at --
            break
        end
        switch "$at/$word"
            case ${steps(all).join(' ')}
                set at "$at $word"
        end
        set at (string trim -- "$at")
    end
    test "$at" = "$argv"
end
complete -c fc-affinity -f
complete -c fc-affinity -n '__fc_affinity_at --' -F -a '(__fish_complete_command)'
${all.flatMap(fishLines).join('\n')}
`,
};

/** The path from a command to a subcommand: `'/session'`, `'session/create'`. */
function steps(all: readonly Completions[]): string[] {
  return all
    .filter(({ path }) => path !== '')
    .map(({ path }) => (path.includes(' ') ? quoted(path.replace(' ', '/')) : quoted(`/${path}`)));
}

function valueCases(
  all: readonly Completions[],
  say: { readonly words: (words: readonly string[]) => string; readonly path: string; readonly free: string },
): string {
  const lines = all.flatMap(({ path, flags }) =>
    flags.flatMap(({ text, value }) => {
      if (value === 'none') return [];
      const line = typeof value === 'string' ? say[value] : say.words(value);
      return [`    ${quoted(`${path} ${text}`)}) ${line}; return ;;`];
    }),
  );
  return lines.join('\n');
}

function zshItem({ text, about }: { readonly text: string; readonly about: string }): string {
  return quoted(`${text}:${about}`);
}

function fishLines({ path, words, flags }: Completions): string[] {
  const condition = `complete -c fc-affinity -n ${fishQuoted(`__fc_affinity_at ${path}`.trim())}`;
  return [
    ...words.map(({ text, about }) => `${condition} -a ${text} -d ${fishQuoted(about)}`),
    ...flags.map(
      (flag) => `${condition} -l ${flag.text.slice(2)}${fishValue(flag)} -d ${fishQuoted(flag.about)}`,
    ),
  ];
}

function fishValue({ value }: FlagCompletion): string {
  if (value === 'none') return '';
  if (value === 'path') return ' -r -F';
  return value === 'free' ? ' -x' : ` -x -a ${fishQuoted(value.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
