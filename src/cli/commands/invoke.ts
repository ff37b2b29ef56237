import { readFileSync } from 'node:fs';
import type { FunctionConfig } from '../../model/function.js';
import { sanitize } from '../../model/sanitize.js';
import type { FunctionRef, InvocationReply } from '../../model/services.js';
import { SESSION_COOKIE } from '../../model/session.js';
import { command } from '../command.js';
import { CONNECTION, type Connected, withControl } from '../connect.js';
import type { Context } from '../context.js';
import { CommandError, UsageError } from '../errors.js';
import { flag, text } from '../options/option-kinds.js';
import { fullSessionId } from '../resolve-id.js';

const STDIN = 0;

export const invoke = command({
  operands: '<function>',
  options: {
    session: text('--session <id>', 'the session ID, sent by the cookie or header of the affinity', {
      flagOnly: true,
    }),
    data: text('--data <text|@file>', 'the body; @- is stdin (default: none)', { flagOnly: true }),
    include: flag('-i, --include', 'also print the status and headers of the reply', { flagOnly: true }),
    qualifier: text('--qualifier <name>', 'a version or alias (default: LATEST)'),
    async: flag('--async', 'do not wait, and print the task ID', { flagOnly: true }),
    tail: flag('--tail', 'print the log of the instance to stderr', { flagOnly: true }),
    ...CONNECTION,
  },
  examples: [
    `  fc-affinity invoke hello --data '{"name":"Ada"}'`,
    '  fc-affinity invoke hello --session alice --data @photo.jpg > result.jpg',
  ].join('\n'),
  notes: [
    'Prints the body of the reply. The instance receives POST /invoke. When it',
    'answers with an error, or its handler fails, the exit code is 1.',
  ].join('\n'),
  run: ({ values, given, operands: [functionName = ''] }, context) => {
    const meant = { values: { ...values, function: functionName }, given: { sessionId: given.session } };
    return withControl(meant, context, async (control) => {
      const { qualifier } = values;
      const ref = { functionName, qualifier };
      const { config } = await control.functions.get(ref);
      const reply = await control.invoke(ref, {
        body: values.data === undefined ? undefined : bodyOf(values.data),
        headers: {
          ...(values.session !== undefined &&
            (await sessionHeader(control, ref, { config, id: values.session }))),
          ...(values.async && { 'x-fc-invocation-type': 'Async' }),
          ...(values.tail && { 'x-fc-log-type': 'Tail' }),
        },
        signal: context.stdout.closed,
      });
      if (values.include) context.stdout.write(headOf(reply));
      await printBody(reply, context);
      if (values.async) context.stdout.write(`${sanitize(reply.header('x-fc-async-task-id') ?? '')}\n`);
      if (values.tail) context.stderr.write(logOf(reply));
      if (values.session === undefined) tellSession(reply, config, context);
      throwFailure(reply);
    });
  },
});

/** @throws UsageError */
function bodyOf(data: string): Buffer {
  if (!data.startsWith('@')) return Buffer.from(data);
  const file = data.slice(1);
  try {
    return readFileSync(file === '-' ? STDIN : file);
  } catch (cause) {
    throw new UsageError(`--data: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** @returns the header of a session, by the affinity of the function */
async function sessionHeader(
  control: Connected,
  ref: FunctionRef,
  { config, id }: { readonly config: FunctionConfig; readonly id: string },
): Promise<Readonly<Record<string, string>>> {
  const { sessionAffinity, sessionAffinityConfig } = config;
  switch (sessionAffinity) {
    case 'HEADER_FIELD':
      return { [sessionAffinityConfig.affinityHeaderFieldName ?? '']: headerValue(id) };
    case 'GENERATED_COOKIE':
      return { cookie: `${SESSION_COOKIE}=${headerValue(await fullSessionId(control, ref, id))}` };
    case 'NONE':
      throw new UsageError(`function "${sanitize(ref.functionName)}" has no session affinity`, {
        fix: 'leave --session out, or serve it with --affinity cookie or header',
      });
    case 'MCP_SSE':
    case 'MCP_STREAMABLE':
      // The emulator refuses the invocation with the reason.
      return {};
  }
}

function headerValue(id: string): string {
  if (/^[\x20-\x7e]+$/.test(id)) return id;
  throw new UsageError(`--session must be visible ASCII, got ${JSON.stringify(id)}`);
}

function headOf({ status, reason, lines }: InvocationReply): string {
  const head = [`HTTP/1.1 ${status} ${reason}`];
  for (let at = 0; at < lines.length; at += 2) head.push(`${lines[at]}: ${lines[at + 1]}`);
  return `${head.map(sanitize).join('\n')}\n\n`;
}

/** Writes the unchanged bytes; on a terminal, text without control characters, with a line end. */
async function printBody({ body }: InvocationReply, { stdout }: Context): Promise<void> {
  const decoder = new TextDecoder();
  let last = '\n';
  for await (const bytes of body) {
    if (!stdout.isTTY) {
      stdout.write(bytes);
      continue;
    }
    const shown = decoder.decode(bytes, { stream: true }).split('\n').map(sanitize).join('\n');
    last = shown.at(-1) ?? last;
    stdout.write(shown);
  }
  if (stdout.isTTY && last !== '\n') stdout.write('\n');
}

function logOf(reply: InvocationReply): string {
  const log = Buffer.from(reply.header('x-fc-log-result') ?? '', 'base64').toString();
  return log.split('\n').map(sanitize).join('\n');
}

/** Shows the ID of a session that the reply has opened, because without `-i` the headers are not shown. */
function tellSession(reply: InvocationReply, config: FunctionConfig, { stderr }: Context): void {
  const name = config.sessionAffinityConfig.affinityHeaderFieldName;
  const [, inCookie] = new RegExp(`^${SESSION_COOKIE}=([^;]+)`).exec(reply.header('set-cookie') ?? '') ?? [];
  const sessionId = name === undefined ? inCookie : reply.header(name);
  if (sessionId === undefined) return;
  stderr.write(
    `${stderr.style.note('note:')} opened the session ${sanitize(sessionId)}: --session uses it again\n`,
  );
}

/** @throws CommandError when the function has failed */
function throwFailure(reply: InvocationReply): void {
  const code = reply.header('x-fc-error-type');
  if (code === undefined) return;
  const status = reply.header('x-fc-affinity-handler-status');
  throw new CommandError(
    status === undefined
      ? `the function failed: ${sanitize(code)}`
      : `the handler answered ${sanitize(status)} to POST /invoke`,
    { code },
  );
}
