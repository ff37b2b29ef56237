import type { IncomingMessage } from 'node:http';
import type { Clock } from '../model/clock.js';
import { asFcError, FcError } from '../model/errors.js';
import type { ExchangeHead } from '../model/exchange.js';
import { HeaderLines } from '../model/headers.js';
import type { Invocations } from '../model/invocations.js';
import type { Route } from '../model/route.js';
import { discardBody } from '../system/late-body.js';
import { InvocationExchange } from './invocation-exchange.js';
import type { OperationTable, RawCall } from './operation.js';

/** InvokeFunction (spec §6): the body of the request is `POST /invoke` of an instance, whose reply is the body of the reply. */
export function invokeRoutes(invocations: Invocations, clock: Clock): OperationTable {
  return {
    '/2023-03-30/functions/:functionName/invocations': {
      POST: {
        async raw(call) {
          const { checkQuery, QUALIFIER_QUERY } = await import('../schema/index.js');
          const { qualifier } = checkQuery(QUALIFIER_QUERY, call.query);
          const route = await invocations.routeOf({ functionName: call.param('functionName'), qualifier });
          await invoke(call, route, { invocations, clock });
        },
      },
    },
  };
}

async function invoke(
  { request, response, bytes, requestId, commonLines }: RawCall,
  route: Route,
  { invocations, clock }: { readonly invocations: Invocations; readonly clock: Clock },
): Promise<void> {
  const lines = new HeaderLines(request.rawHeaders);
  const framing = framingOf(lines);
  const exchange = new InvocationExchange({
    requestId,
    request,
    response,
    head: headOf(request, lines, route),
    body: framing.length === 0 || framing[1] === '0' ? undefined : bytes,
    tail: lines.get('x-fc-log-type') === 'Tail',
    commonLines,
    clock,
  });
  const refusal = refusalOf(lines, route);
  if (refusal === undefined) await invocations.serve(exchange, route);
  else invocations.refuse(exchange, { error: refusal, route });
  discardBody(request, clock);
}

function refusalOf(lines: HeaderLines, route: Route): FcError | undefined {
  try {
    checkAffinity(route);
    oneOf(lines, 'x-fc-invocation-type', ['Sync', 'Async']);
    oneOf(lines, 'x-fc-log-type', ['None', 'Tail']);
    checkFraming(lines, route.maxBodyBytes);
    return undefined;
  } catch (error) {
    return asFcError(error);
  }
}

/** An MCP client and its server speak HTTP with each other (spec S12). */
function checkAffinity({ functionName, affinity: { type } }: Route): void {
  if (type !== 'MCP_SSE' && type !== 'MCP_STREAMABLE') return;
  throw new FcError(
    'InvalidArgument',
    `function '${functionName}' has sessionAffinity ${type}: it can be called through its HTTP trigger or a custom domain, not by InvokeFunction`,
  );
}

function oneOf(lines: HeaderLines, name: string, allowed: readonly string[]): void {
  const value = lines.get(name);
  if (value === undefined || allowed.some((one) => one.toLowerCase() === value.toLowerCase())) return;
  throw new FcError(
    'InvalidArgument',
    `${name} must be ${allowed.join(' or ')}, got ${JSON.stringify(value.slice(0, 64))}`,
  );
}

function checkFraming(lines: HeaderLines, maxBodyBytes: number): void {
  const encodings = lines.all('transfer-encoding');
  if (encodings.length > 1 || (encodings[0] ?? 'chunked').toLowerCase() !== 'chunked')
    throw new FcError('InvalidArgument', 'Transfer-Encoding must be "chunked" and be sent once');
  if (Number(lines.get('content-length') ?? 0) <= maxBodyBytes) return;
  const message = `payload size exceeds maximum allowed size (${maxBodyBytes} bytes)`;
  throw new FcError('EntityTooLarge', message);
}

/** What the instance receives: the body, and the lines that name the session. */
function headOf(request: IncomingMessage, lines: HeaderLines, { sessionHeaders }: Route): ExchangeHead {
  const framing = framingOf(lines);
  return {
    method: 'POST',
    target: '/invoke',
    lines: request.rawHeaders,
    forwardedLines: [
      ...['Host', lines.get('host') ?? ''],
      ...['Content-Type', 'application/octet-stream'],
      ...framing,
      ...[...sessionHeaders, 'cookie'].flatMap((name) => lines.all(name).flatMap((value) => [name, value])),
    ],
    isFramed: framing.length > 0,
  };
}

/** Flat: the lines that mark the end of the body. */
function framingOf(lines: HeaderLines): readonly string[] {
  if (lines.has('transfer-encoding')) return ['Transfer-Encoding', 'chunked'];
  const length = lines.get('content-length');
  return length === undefined ? [] : ['Content-Length', length];
}
