import { FcError } from '../../model/errors.js';
import { explain as explainRequest } from '../../model/explain-request.js';
import { hintText } from '../../model/hint-text.js';
import { timeOfDay } from '../../model/human-time.js';
import type { RequestRecord } from '../../model/request-record.js';
import type { Session } from '../../model/session.js';
import { shortInstanceId, shortSessionId } from '../../model/short-id.js';
import { command } from '../command.js';
import { CONNECTION, type Connected, withControl } from '../connect.js';
import { findRequest } from '../find-request.js';
import { partsText } from '../output/parts.js';
import { OUTPUT, outputForm, printResult } from '../output/print-result.js';

export const explain = command({
  operands: '<request-id>',
  options: { ...OUTPUT, ...CONNECTION },
  examples: ['  fc-affinity explain 1-6a9fc460-15dedac1-dcd067fab329', '  fc-affinity explain 67fab329'].join(
    '\n',
  ),
  notes: [
    'The request ID is in the log of serve and in the header X-Fc-Request-Id.',
    'The end of the ID is enough. The last 10,000 requests are kept.',
  ].join('\n'),
  run: ({ values, operands: [requestId = ''] }, context) =>
    withControl({ values }, context, async (control) => {
      const record = await findRequest(control, requestId);
      const { style, columns } = context.stdout;
      await printResult(context, outputForm(values), {
        json: record,
        names: [record.requestId],
        table: async () => {
          const parts = explainRequest(
            { record, ...(await sessionOf(control, record)) },
            { session: shortSessionId, instance: shortInstanceId, time: timeOfDay, hint: hintText },
          );
          return `${record.requestId}\n\n${partsText(parts, { style, columns })}`;
        },
      });
    }),
});

async function sessionOf(
  control: Connected,
  { decision, functionName, qualifier }: RequestRecord,
): Promise<{ readonly sameSession: readonly RequestRecord[]; readonly session: Session | undefined }> {
  const sessionId = decision?.sessionId;
  if (sessionId === undefined) return { sameSession: [], session: undefined };
  const [sameSession, session] = await Promise.all([
    control.requests.list({ sessionId, functionName }),
    latest(control, { functionName, qualifier, sessionId }),
  ]);
  return { sameSession, session };
}

/** @returns undefined for a session that is no longer kept, or that has no API */
async function latest(
  { sessions }: Connected,
  ref: { readonly functionName: string; readonly qualifier: string; readonly sessionId: string },
): Promise<Session | undefined> {
  try {
    return await sessions.get(ref);
  } catch (error) {
    if (!(error instanceof FcError)) throw error;
  }
  try {
    return (await sessions.list({ ...ref, limit: 1 })).sessions[0];
  } catch (error) {
    if (!(error instanceof FcError)) throw error;
    return undefined;
  }
}
