import type { LogLine } from '../model/instance.js';
import type { ControlPlane, FunctionRef } from '../model/services.js';
import { type Call, json, type OperationTable } from './operation.js';
import { toServedFunctionJson } from './wire-function.js';

const OWN = '/_emulator/v1';

/**
 * The emulator's own API. Replies are the model's records as JSON; lists are wrapped (`{"instances":[…]}`).
 * `logs?follow=true` is newline-delimited JSON, one LogLine a line.
 * `functions` and `instances` take `functionName` and `qualifier` as filters; `instances?ended=true` also lists recently ended ones.
 */
export function emulatorRoutes(control: ControlPlane): OperationTable {
  const { functions, instances, requests, clock } = control;
  return {
    [`${OWN}/health`]: {
      async GET() {
        const health = await control.health();
        return { kind: 'json', status: health.status === 'ok' ? 200 : 503, body: health };
      },
    },
    [`${OWN}/functions`]: {
      async GET(call) {
        const ref = await functionRef(call);
        const served = ref === undefined ? await functions.list() : [await functions.get(ref)];
        return json({ functions: served.map(toServedFunctionJson) });
      },
    },
    [`${OWN}/instances`]: {
      async GET(call) {
        const { checkQuery, INSTANCES_QUERY } = await import('../schema/index.js');
        const { functionName, qualifier, ended } = checkQuery(INSTANCES_QUERY, call.query);
        const ref = functionName === undefined ? undefined : { functionName, qualifier };
        return json({ instances: await instances.list(ref, { ended: ended === 'true' }) });
      },
    },
    [`${OWN}/instances/:instanceId`]: {
      async DELETE(call) {
        await instances.kill(call.param('instanceId'));
        return { kind: 'empty' };
      },
    },
    [`${OWN}/instances/:instanceId/logs`]: {
      async GET(call) {
        const { checkQuery, LOGS_QUERY } = await import('../schema/index.js');
        const { follow } = checkQuery(LOGS_QUERY, call.query);
        const instanceId = call.param('instanceId');
        // Asked before following too, so that an unknown instance is a 404 and not a stream that breaks.
        const lines = await instances.logs(instanceId);
        if (follow !== 'true') return json({ lines });
        const followed = instances.followLogs(instanceId, call.signal);
        return { kind: 'stream', contentType: 'application/x-ndjson', chunks: asLines(followed) };
      },
    },
    [`${OWN}/requests`]: {
      async GET(call) {
        const { checkQuery, REQUESTS_QUERY } = await import('../schema/index.js');
        return json({ requests: await requests.list(checkQuery(REQUESTS_QUERY, call.query)) });
      },
    },
    [`${OWN}/requests/:requestId`]: {
      GET: async (call) => json(await requests.get(call.param('requestId'))),
    },
    [`${OWN}/clock`]: {
      GET: async () => json(await clock.show()),
    },
    [`${OWN}/clock/advance`]: {
      async POST(call) {
        const { ADVANCE_BODY, checkBody } = await import('../schema/index.js');
        const { milliseconds } = checkBody(ADVANCE_BODY, call.body ?? {});
        return json(await clock.advance(milliseconds));
      },
    },
    [`${OWN}/clock/freeze`]: {
      POST: async () => json(await clock.freeze()),
    },
    [`${OWN}/clock/resume`]: {
      POST: async () => json(await clock.resume()),
    },
  };
}

async function functionRef(call: Call): Promise<FunctionRef | undefined> {
  const { checkQuery, FUNCTION_QUERY } = await import('../schema/index.js');
  const { functionName, qualifier } = checkQuery(FUNCTION_QUERY, call.query);
  return functionName === undefined ? undefined : { functionName, qualifier };
}

async function* asLines(records: AsyncIterable<LogLine>): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}
