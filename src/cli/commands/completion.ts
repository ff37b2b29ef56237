import { type Catalogue, type Command, command } from '../command.js';
import { allCompletions, SHELLS } from '../completion/completions.js';
import { SCRIPTS } from '../completion/scripts.js';
import { pick } from '../options/option-kinds.js';

export function completionOf(catalogue: Catalogue): Command {
  return command({
    operands: '<shell>',
    options: {},
    examples: [
      '  eval "$(fc-affinity completion bash)"        in ~/.bashrc',
      '  eval "$(fc-affinity completion zsh)"         in ~/.zshrc, after compinit',
      '  fc-affinity completion fish | source         in ~/.config/fish/config.fish',
    ].join('\n'),
    async run({ operands: [shell = ''] }, { stdout }) {
      const known = Object.fromEntries(SHELLS.map((name) => [name, name]));
      const name = pick({ text: shell, name: 'the shell' }, known);
      stdout.write(SCRIPTS[name](await allCompletions(catalogue)));
    },
  });
}
