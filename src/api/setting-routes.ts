import { LATEST } from '../model/function.js';
import { pageByName } from '../model/page-by-name.js';
import type { ControlPlane, FunctionRef, FunctionSettings } from '../model/services.js';
import { type Call, json, type OperationTable } from './operation.js';
import { functionArn } from './wire-function.js';

const API = '/2023-03-30';
const FUNCTION = `${API}/functions/:functionName`;

/** What is set beside the configuration of a function: its ceiling and minimum of instances, and whether it may be invoked. */
export function settingRoutes(
  settings: FunctionSettings,
  { functions }: Pick<ControlPlane, 'functions'>,
): OperationTable {
  const concurrency = async (functionName: string) => {
    const reservedConcurrency = await settings.concurrency(functionName);
    return { functionArn: functionArn(functionName), reservedConcurrency };
  };
  const scaling = async (ref: FunctionRef) => {
    const unset = { minInstances: 0, currentInstances: 0, targetInstances: 0 };
    const status = (await settings.scaling(ref)) ?? unset;
    const { functionName, qualifier = LATEST } = ref;
    return { ...status, functionArn: `${functionArn(functionName)}/${qualifier}` };
  };
  /** One page of the functions for which something is set. */
  const page = async <T>(call: Call, of: (functionName: string) => Promise<T>) => {
    const { checkQuery, LIST_SETTINGS_QUERY } = await schemas();
    const { functionName, ...query } = checkQuery(LIST_SETTINGS_QUERY, call.query);
    const names = (await functions.list())
      .map(({ config }) => config.functionName)
      .filter((name) => functionName === undefined || name === functionName);
    const found = pageByName(names, (name) => name, query);
    return { ...found, page: await Promise.all(found.page.map(of)) };
  };
  return {
    [`${FUNCTION}/concurrency`]: {
      GET: async (call) => json(await concurrency(call.param('functionName'))),
      async PUT(call) {
        const { CONCURRENCY_BODY, checkBody } = await schemas();
        const { reservedConcurrency } = checkBody(CONCURRENCY_BODY, call.body ?? {});
        const functionName = call.param('functionName');
        await settings.setConcurrency(functionName, reservedConcurrency);
        return json(await concurrency(functionName));
      },
      async DELETE(call) {
        await settings.setConcurrency(call.param('functionName'), undefined);
        return { kind: 'empty' };
      },
    },
    [`${API}/concurrency-configs`]: {
      async GET(call) {
        const { page: all, ...next } = await page(call, concurrency);
        return json({ configs: all.filter((one) => one.reservedConcurrency !== undefined), ...next });
      },
    },
    [`${FUNCTION}/scaling-config`]: {
      GET: async (call) => json(await scaling(await refOf(call))),
      async PUT(call) {
        const { SCALING_BODY, checkBody } = await schemas();
        const { minInstances = 0, ...rest } = checkBody(SCALING_BODY, call.body ?? {});
        const ref = await refOf(call);
        await settings.setScaling(ref, { ...rest, minInstances });
        return json(await scaling(ref));
      },
      async DELETE(call) {
        await settings.setScaling(await refOf(call), undefined);
        return { kind: 'empty' };
      },
    },
    [`${API}/scaling-configs`]: {
      async GET(call) {
        const { page: all, ...next } = await page(call, async (functionName) =>
          (await settings.scaling({ functionName })) === undefined ? [] : [await scaling({ functionName })],
        );
        return json({ scalingConfigs: all.flat(), ...next });
      },
    },
    [`${FUNCTION}/invoke/disable`]: {
      async POST(call) {
        const { DISABLE_BODY, checkBody } = await schemas();
        const { reason = '', abortOngoingRequest = false } = checkBody(DISABLE_BODY, call.body ?? {});
        await settings.disable(call.param('functionName'), { reason, abortOngoingRequest });
        return json({ success: true });
      },
    },
    [`${FUNCTION}/invoke/enable`]: {
      async POST(call) {
        await settings.enable(call.param('functionName'));
        return json({ success: true });
      },
    },
  };
}

async function refOf(call: Call): Promise<FunctionRef> {
  const { checkQuery, QUALIFIER_QUERY } = await schemas();
  const { qualifier } = checkQuery(QUALIFIER_QUERY, call.query);
  return { functionName: call.param('functionName'), qualifier };
}

function schemas() {
  return import('../schema/index.js');
}
