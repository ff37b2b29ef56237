import type { LogLine } from '../../../model/instance.js';
import { sanitize } from '../../../model/sanitize.js';
import { command } from '../../command.js';
import { CONNECTION, connect } from '../../connect.js';
import { flag } from '../../options/option-kinds.js';
import { timeOfDay } from '../../output/human-time.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { safeJson } from '../../output/safe-json.js';
import type { Style } from '../../output/style.js';
import { fullInstanceId } from '../../resolve-id.js';

export const logs = command({
  operands: '<id>',
  options: {
    follow: flag('-f, --follow', 'stay, and show what comes', { here: true }),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, operands: [id = ''] }, context) {
    const { stdout } = context;
    const form = outputForm(values);
    const control = await connect(values, context);
    const instanceId = await fullInstanceId(control, id);
    const lines = await control.instances.logs(instanceId);
    const write = (line: LogLine): void =>
      stdout.write(form === 'json' ? `${safeJson(line)}\n` : pretty(line, stdout.style));
    if (!values.follow) {
      if (form === 'json') return stdout.write(`${safeJson({ lines }, 2)}\n`);
      for (const line of lines) write(line);
      return;
    }
    for await (const line of control.instances.followLogs(instanceId, stdout.closed)) write(line);
  },
});

function pretty({ at, source, text }: LogLine, { dim }: Style): string {
  const line = sanitize(text);
  return `${dim(timeOfDay(at))}  ${source === 'platform' ? dim(line) : line}\n`;
}
