import { command } from '../command.js';
import { UsageError } from '../errors.js';
import { HELP_TOPICS } from '../help-topics.js';

/** Prints a topic. run.ts turns `help <command>` into `<command> --help`. */
export const help = command({
  operands: '[topic]',
  options: {},
  async run({ operands: [topic = ''] }, { stdout }) {
    const text = Object.hasOwn(HELP_TOPICS, topic) ? HELP_TOPICS[topic] : undefined;
    if (text === undefined) throw new UsageError(`there is no help topic ${JSON.stringify(topic)}`);
    stdout.write(text);
  },
});
