'use strict';

// The server of the built-in runtimes nodejs*: calls `handler(event, context, callback)` of the code by the contract of a custom runtime.
// The argument is JSON: { handler, initializer, preStop, timeout }; a handler is `path/of/module.function`.

const { existsSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const { env } = process;
const wanted = JSON.parse(process.argv[2]);
const ENDINGS = ['.js', '.mjs', '.cjs', ''];
const NOT_OF_THE_CLIENT = /^(x-fc-.*|connection|keep-alive)$/i;

void start();

async function start() {
  const calls = {
    '/invoke': await load('handler', wanted.handler),
    '/initialize': wanted.initializer && (await load('initializer', wanted.initializer)),
    '/pre-stop': wanted.preStop && (await load('pre-stop hook', wanted.preStop)),
  };
  const server = createServer((request, response) => {
    void serve(request, response, calls);
  });
  // Function Compute ends requests itself, and keeps connections.
  server.timeout = 0;
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  server.listen(Number(env.FC_SERVER_PORT), env.FC_AFFINITY_LISTEN_HOST || '0.0.0.0');
}

/** Ends the process when there is no such function: an instance that cannot serve must not become ready. */
async function load(what, name) {
  const dot = name.lastIndexOf('.');
  const path = join(env.FC_FUNC_CODE_PATH, name.slice(0, dot));
  const file = ENDINGS.map((ending) => path + ending).find(existsSync);
  if (dot <= 0 || file === undefined) end(`${what} "${name}": there is no ${path}.js`);
  const module = await import(pathToFileURL(file).href);
  const found = module[name.slice(dot + 1)] ?? module.default?.[name.slice(dot + 1)];
  if (typeof found !== 'function') end(`${what} "${name}": ${file} exports no function "${name.slice(dot + 1)}"`);
  return found;
}

function end(message) {
  console.error(`fc-affinity: ${message}`);
  process.exit(1);
}

async function serve(request, response, calls) {
  const body = await bodyOf(request);
  if (body === undefined) return;
  const path = request.headers['x-fc-control-path'];
  const context = contextOf(request.headers);
  if (path !== '/http-invoke') {
    const hook = calls[path];
    if (hook === undefined) return void response.writeHead(404).end();
    const args = path === '/invoke' ? [body, context] : [context];
    const { failure, value } = await run(hook, args);
    if (failure !== undefined) return answerFailure(response, failure, 500);
    return answer(response, { 'content-type': 'application/octet-stream' }, bytesOf(value));
  }
  const event = Buffer.from(JSON.stringify(httpEvent(request, body, context)));
  const { failure, value } = await run(calls['/invoke'], [event, context]);
  if (failure !== undefined) answerFailure(response, failure, 502);
  else answerHttp(response, value);
}

/** @returns undefined when the client has left */
async function bodyOf(request) {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

/** Takes the result by callback or by promise, whichever comes first. */
function run(call, args) {
  return new Promise((resolve) => {
    const callback = (error, value) =>
      resolve(error === undefined || error === null ? { value } : { failure: { error, type: 'HandledInvocationError' } });
    const fail = (error) => resolve({ failure: { error, type: 'UnhandledInvocationError' } });
    try {
      const result = call(...args, callback);
      if (typeof result?.then === 'function') result.then((value) => resolve({ value }), fail);
      // A function that takes no callback is over.
      else if (result !== undefined || call.length <= args.length) resolve({ value: result });
    } catch (error) {
      fail(error);
    }
  });
}

function contextOf(headers) {
  return {
    requestId: headers['x-fc-request-id'],
    credentials: {
      accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID,
      accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
      securityToken: env.ALIBABA_CLOUD_SECURITY_TOKEN,
    },
    function: {
      name: headers['x-fc-function-name'],
      handler: headers['x-fc-function-handler'],
      memory: Number(headers['x-fc-function-memory']),
      timeout: wanted.timeout,
    },
    service: {
      name: '',
      logProject: headers['x-fc-service-logproject'] ?? '',
      logStore: headers['x-fc-service-logstore'] ?? '',
      qualifier: headers['x-fc-qualifier'],
      versionId: headers['x-fc-version-id'],
    },
    region: headers['x-fc-region'],
    accountId: headers['x-fc-account-id'],
  };
}

/** The event of an HTTP trigger, version v1. */
function httpEvent(request, body, context) {
  const [rawPath, query = ''] = split(request.url, '?');
  const text = body.toString();
  const isText = Buffer.from(text).equals(body);
  const host = request.headers.host ?? '';
  const domainName = host.replace(/:\d+$/, '');
  const now = new Date();
  return {
    version: 'v1',
    rawPath,
    body: isText ? text : body.toString('base64'),
    isBase64Encoded: !isText,
    headers: joined(pairsOf(request.rawHeaders).filter(([name]) => !NOT_OF_THE_CLIENT.test(name))),
    queryParameters: joined([...new URLSearchParams(query)]),
    requestContext: {
      accountId: context.accountId,
      domainName,
      domainPrefix: domainName.split('.')[0],
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: context.requestId,
      time: now.toISOString().replace(/\.\d+Z$/, 'Z'),
      timeEpoch: String(now.getTime()),
    },
  };
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function pairsOf(flat) {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : []));
}

/** Values of one name are joined; a header has the spelling of its first line. */
function joined(pairs) {
  const values = new Map();
  for (const [name, value] of pairs) {
    const known = [...values.keys()].find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
    values.set(known, values.has(known) ? `${values.get(known)},${value}` : value);
  }
  return Object.fromEntries(values);
}

/** A result with `statusCode` is the response itself; any other is the body of a 200. */
function answerHttp(response, value) {
  const parsed = parsedOf(value);
  if (parsed === null || typeof parsed !== 'object' || Buffer.isBuffer(parsed) || parsed.statusCode === undefined) {
    const type = parsed === undefined ? 'text/plain; charset=utf-8' : 'application/json';
    return answer(response, { 'content-type': type }, bytesOf(value));
  }
  const { statusCode, headers = {}, body, isBase64Encoded = false } = parsed;
  const bytes = isBase64Encoded ? Buffer.from(String(body), 'base64') : bytesOf(body);
  const lines = Object.entries(headers).map(([name, one]) => [name, Array.isArray(one) ? one.map(String) : String(one)]);
  try {
    response.statusCode = Number(statusCode);
    for (const [name, one] of lines) {
      if (!/^(content-length|transfer-encoding|connection)$/i.test(name)) response.setHeader(name, one);
    }
    if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
    // Throws for a status that is no status.
    response.setHeader('content-length', bytes.length);
    response.writeHead(response.statusCode);
    response.end(bytes);
  } catch (error) {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    answerFailure(response, { error, type: 'UnhandledInvocationError' }, 502);
  }
}

/** @returns the JSON of a text, undefined for a text that is none, and any other value itself */
function parsedOf(value) {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return value ?? null;
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}

function bytesOf(value) {
  if (value === undefined) return Buffer.alloc(0);
  if (value instanceof Uint8Array) return Buffer.from(value);
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value) ?? '');
}

function answerFailure(response, { error, type }, status) {
  console.error(error);
  const isError = error instanceof Error;
  const body = {
    errorMessage: isError ? error.message : String(error),
    errorType: isError ? error.name : typeof error,
    stackTrace: isError ? String(error.stack).split('\n').map((line) => line.trim()) : [],
  };
  response.statusCode = status;
  answer(response, { 'content-type': 'application/json', 'x-fc-error-type': type }, Buffer.from(JSON.stringify(body)));
}

function answer(response, headers, bytes) {
  response.writeHead(response.statusCode, { ...headers, 'content-length': bytes.length });
  response.end(bytes);
}
