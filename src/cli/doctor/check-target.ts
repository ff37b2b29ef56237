import type { ApiClient } from '../../api/create-api-client.js';
import {
  checkCarriedOn,
  checkConfigured,
  checkFirstReply,
  type Deployed,
  givenId,
  type TargetCheck,
  type TargetReply,
} from '../../diagnose/target-checks.js';
import { FcError, UnreachableError } from '../../model/errors.js';
import { SESSION_COOKIE } from '../../model/session.js';
import type { Context } from '../context.js';
import { asUsage } from '../errors.js';
import { EXIT } from '../failure.js';
import { signerOf } from '../options/access-key.js';
import { partsText } from '../output/parts.js';
import { type OutputForm, outputForm, printResult } from '../output/print-result.js';
import { controlBeside } from '../verify/control-beside.js';

interface Values {
  readonly api: string | undefined;
  readonly function: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly accessKeySecret: string | undefined;
  readonly output: OutputForm;
  readonly json: boolean;
}

/** The time limit of a reply. */
const PATIENCE_MS = 60_000;

/**
 * Runs the three checks of the vendor's page on one function, with two requests and GetFunction, and deletes its session.
 * @returns the exit code
 * @throws UnreachableError, UsageError for a target that is not a URL
 */
export async function checkTarget(values: Values, target: string, context: Context): Promise<number> {
  const { parseTargetUrl } = await import('../../verify/target.js');
  const url = asUsage(() => parseTargetUrl(target));
  const control = await controlOf(url, values, context);
  const deployed = control === undefined ? undefined : await deployedAt(url, control, values.function);
  const headerName = deployed?.headerName;

  const first = await ask(url, {}, control);
  const given = deployed?.sessionAffinity.startsWith('MCP') ? undefined : givenId(first, headerName);
  const second =
    given === undefined ? undefined : await ask(url, carrying(given.sessionId, headerName), control);
  const checks = [
    checkFirstReply(first, deployed),
    checkCarriedOn(first, second, headerName),
    checkConfigured(deployed && { ...deployed, ...(await revisionsOf(deployed, control)) }),
  ];
  if (given !== undefined && deployed !== undefined)
    await control?.sessions
      .delete({ functionName: deployed.functionName, sessionId: given.sessionId })
      .catch(() => {});
  await print(checks, { url, values, context });
  return checks.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.done;
}

async function print(
  checks: readonly TargetCheck[],
  { url, values, context }: { readonly url: URL; readonly values: Values; readonly context: Context },
): Promise<void> {
  const { style, columns } = context.stdout;
  const findings = checks
    .filter(({ status }) => status === 'failed')
    .map(({ id, message, fix }) => ({ rule: id, message, evidence: [url.href], fix }));
  await printResult(context, outputForm(values), {
    json: { target: url.href, checks, findings },
    names: findings.map(({ rule }) => rule),
    table: () =>
      `${url.href}\n\n${partsText(
        checks.flatMap(({ status, message, fix }) => [
          { label: MARK[status], lines: [message] },
          { label: '', lines: fix === undefined ? [] : [`fix: ${fix}`] },
        ]),
        { style, columns },
      )}`,
  });
}

const MARK = { passed: '✓', failed: '✗', skipped: '–' } as const;

async function controlOf(url: URL, values: Values, { env }: Context): Promise<ApiClient | undefined> {
  const signer = signerOf(values, env);
  const { api } = values;
  if (api === undefined) return controlBeside(url, { env, signer });
  const { createApiClient } = await import('../../api/create-api-client.js');
  return asUsage(() => createApiClient({ endpoint: api, ...signer }));
}

/** @returns undefined when the API serves several functions, and none is named or has the URL */
async function deployedAt(
  url: URL,
  control: ApiClient,
  named: string | undefined,
): Promise<Deployed | undefined> {
  const functionName = named ?? (await servedAt(url, control));
  if (functionName === undefined) return undefined;
  const described = await control.describeFunction({ functionName });
  const { sessionAffinity = 'NONE', state = 'Active', lastUpdateStatus = 'Successful' } = described;
  return {
    functionName,
    sessionAffinity,
    headerName:
      sessionAffinity === 'HEADER_FIELD' ? headerNameIn(described.sessionAffinityConfig) : undefined,
    state,
    lastUpdateStatus,
    reason: described.lastUpdateStatusReason ?? '',
  };
}

/** @returns the function with the URL, or else the only function */
async function servedAt({ port }: URL, control: ApiClient): Promise<string | undefined> {
  const served = await control.functions.list().catch(() => []);
  const there = served.find((one) => one.url !== undefined && new URL(one.url).port === port);
  const [only] = served.length === 1 ? served : [];
  return (there ?? only)?.config.functionName;
}

/** @returns an empty result when the API is not an emulator's */
async function revisionsOf(
  { functionName }: Deployed,
  control: ApiClient | undefined,
): Promise<Pick<Deployed, 'revisions'>> {
  const instances = await ifEmulator(control?.instances.list({ functionName }));
  if (instances === undefined) return {};
  const byName = new Map<string, { instances: number; sessions: number }>();
  for (const instance of instances) {
    const name = String(('revision' in instance && instance.revision) || instance.versionId);
    const sum = byName.get(name) ?? { instances: 0, sessions: 0 };
    byName.set(name, { instances: sum.instances + 1, sessions: sum.sessions + instance.sessions });
  }
  return { revisions: [...byName].map(([name, sum]) => ({ name, ...sum })).reverse() };
}

function headerNameIn(config: string | undefined): string | undefined {
  try {
    const { affinityHeaderFieldName } = JSON.parse(config ?? '{}') as { affinityHeaderFieldName?: unknown };
    return typeof affinityHeaderFieldName === 'string' ? affinityHeaderFieldName : undefined;
  } catch {
    return undefined;
  }
}

function carrying(sessionId: string, headerName: string | undefined): Record<string, string> {
  return headerName === undefined
    ? { cookie: `${SESSION_COOKIE}=${sessionId}` }
    : { [headerName]: sessionId };
}

async function ask(
  url: URL,
  headers: Record<string, string>,
  control: ApiClient | undefined,
): Promise<TargetReply> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const reply = await fetch(url, { headers, redirect: 'manual', signal });
    await reply.body?.cancel();
    const lines = [...reply.headers].flat();
    const requestId = reply.headers.get('x-fc-request-id');
    return { status: reply.status, lines, instanceId: await instanceOf(requestId, control) };
  } catch (cause) {
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new UnreachableError(`${url.href} does not answer: ${reason}`, { cause });
  }
}

async function instanceOf(
  requestId: string | null,
  control: ApiClient | undefined,
): Promise<string | undefined> {
  const record = await ifEmulator(requestId === null ? undefined : control?.requests.get(requestId));
  return record?.decision?.instanceId;
}

/** @returns undefined when the API refuses, because it is not an emulator's */
async function ifEmulator<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FcError || error instanceof UnreachableError) return undefined;
    throw error;
  }
}
