import type { InstanceInfo } from '../../../model/instance.js';
import { command } from '../../command.js';
import { CONNECTION, connect, emulatorNow } from '../../connect.js';
import type { Context } from '../../context.js';
import { text } from '../../options/option-kinds.js';
import { humanDuration } from '../../output/human-time.js';
import { OUTPUT, outputForm, type Result } from '../../output/print-result.js';
import { formatTable } from '../../output/table.js';
import { showOrWatch, WATCH } from '../../output/watch.js';

export const list = command({
  options: {
    function: text('--function <name>', 'only those of this function'),
    qualifier: text('--qualifier <name>', 'only those of this version or alias'),
    ...WATCH,
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values }, context) {
    const control = await connect(values, context);
    const { function: functionName, qualifier } = values;
    const ref = functionName === undefined ? undefined : { functionName, qualifier };
    const look = async (): Promise<Result> => {
      const instances = await control.instances.list(ref);
      return view(instances, emulatorNow(control, context), context);
    };
    await showOrWatch(look, { watch: values.watch, form: outputForm(values), none: 'no instances' }, context);
  },
});

function view(instances: readonly InstanceInfo[], now: number, { stdout }: Context): Result {
  return {
    json: { instances },
    names: instances.map(({ instanceId }) => instanceId),
    table({ wide }) {
      if (instances.length === 0) return '';
      const head = ['INSTANCE', 'STATUS', 'SESSIONS', 'IN FLIGHT', 'AGE', 'PID'];
      const more = wide ? ['FUNCTION', 'VERSION', 'QUALIFIER', 'URL'] : [];
      const rows = instances.map((instance) => [
        instance.instanceId,
        instance.status,
        instance.sessions,
        instance.inFlight,
        humanDuration((now - instance.createdTimeMs) / 1000),
        instance.pid ?? '-',
        ...(wide ? [instance.functionName, instance.versionId, instance.qualifier, instance.url ?? '-'] : []),
      ]);
      return formatTable([...head, ...more], rows, stdout.style);
    },
  };
}
