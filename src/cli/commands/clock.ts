import { parseDuration } from '../../model/duration.js';
import { humanDuration } from '../../model/human-time.js';
import type { ClockService, ClockState } from '../../model/services.js';
import { type Command, command } from '../command.js';
import { CONNECTION, withControl } from '../connect.js';
import { asUsage } from '../errors.js';
import { OUTPUT, outputForm, printResult } from '../output/print-result.js';
import { formatDetails } from '../output/table.js';

const OPTIONS = { ...OUTPUT, ...CONNECTION };

export const show = clockCommand((clock) => clock.show());
export const freeze = clockCommand((clock) => clock.freeze());
export const resume = clockCommand((clock) => clock.resume());
export const advance = clockCommand((clock, milliseconds) => clock.advance(milliseconds), '<duration>');

function clockCommand(
  act: (clock: ClockService, milliseconds: number) => Promise<ClockState>,
  operands?: string,
): Command<typeof OPTIONS> {
  return command({
    operands,
    options: OPTIONS,
    async run({ values, operands: [duration] }, context) {
      const milliseconds = duration === undefined ? 0 : asUsage(() => parseDuration(duration)) * 1000;
      await withControl({ values }, context, async (control) => {
        const state = await act(control.clock, milliseconds);
        await printResult(context, outputForm(values), {
          json: state,
          names: [state.now],
          table: () =>
            formatDetails(
              [
                ['now', state.now],
                ['moved', moved(state.offsetMs)],
                ['clock', state.frozen ? 'frozen' : 'running'],
              ],
              context.stdout.style,
            ),
        });
      });
    },
  });
}

function moved(offsetMs: number): string {
  if (Math.abs(offsetMs) < 1000) return 'not at all';
  return `${humanDuration(Math.round(Math.abs(offsetMs) / 1000))} ${offsetMs > 0 ? 'ahead' : 'behind'}`;
}
