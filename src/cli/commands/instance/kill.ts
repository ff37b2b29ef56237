import { sanitize } from '../../../model/sanitize.js';
import { command } from '../../command.js';
import { CONNECTION, withControl } from '../../connect.js';
import { OUTPUT, outputForm, printResult } from '../../output/print-result.js';
import { fullInstanceId } from '../../resolve-id.js';

export const kill = command({
  operands: '<id>',
  options: { ...OUTPUT, ...CONNECTION },
  async run({ values, operands: [id = ''] }, context) {
    await withControl({ values }, context, async (control) => {
      const instanceId = await fullInstanceId(control, id);
      await control.instances.kill(instanceId);
      await printResult(context, outputForm(values), {
        json: { killed: [instanceId] },
        names: [instanceId],
        table: () => `killed ${sanitize(instanceId)}\n`,
      });
    });
  },
});
