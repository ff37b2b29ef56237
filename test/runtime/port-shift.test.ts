import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InstanceSpec } from '../../src/model/instance.js';
import { asNodeOption } from '../../src/runtime/preload.js';
import { runProgram, temporaryFolder } from '../support/run-cli.js';
import { fetchText, localDriver, never, specOf } from './local-instances.js';

// The port of the function's customRuntimeConfig, which another process holds: whoever is not moved fails with EADDRINUSE.
let taken = 0;
let holder: Server;
beforeAll(async () => {
  holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, resolve));
  const address = holder.address();
  taken = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => holder.close());

interface Handler {
  /** `PORT` in it stands for the port of customRuntimeConfig. */
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly environmentVariables?: Readonly<Record<string, string>>;
}

function start({ files, command, environmentVariables = {} }: Handler, driver = localDriver()) {
  const folder = temporaryFolder();
  const withPort = (text: string): string =>
    text.replaceAll(/\bPORT\b/g, String(taken)).replaceAll('FOLDER', folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), withPort(text));
  }
  const values = Object.entries(environmentVariables).map(([name, value]) => [name, withPort(value)]);
  const spec = specOf(command.map(withPort), {
    codeDirectory: folder,
    environmentVariables: Object.fromEntries(values),
  });
  const { config } = spec.revision;
  const customRuntimeConfig = { ...config.customRuntimeConfig, port: taken };
  const whole: InstanceSpec = {
    ...spec,
    revision: { ...spec.revision, config: { ...config, customRuntimeConfig } },
  };
  return driver.start(whole, never);
}

const node = (text: string, more: Partial<Handler> = {}): Handler => ({
  files: { 'app.cjs': text },
  command: [process.execPath, 'app.cjs'],
  ...more,
});
const python = (text: string, more: Partial<Handler> = {}): Handler => ({
  files: { 'app.py': text },
  command: ['/usr/bin/python3', 'app.py'],
  ...more,
});

const SERVER =
  "const server = require('node:http').createServer((request, response) => response.end('moved'));\n";

describe('a listen on the port of customRuntimeConfig is moved to the port of the instance', () => {
  test.each<[what: string, handler: Handler]>([
    ['Node: listen(9000)', node(`${SERVER}server.listen(PORT);`)],
    ["Node: listen('9000')", node(`${SERVER}server.listen('PORT');`)],
    ["Node: listen(9000, '0.0.0.0', callback)", node(`${SERVER}server.listen(PORT, '0.0.0.0', () => {});`)],
    ['Node: listen({ port: 9000 })', node(`${SERVER}server.listen({ port: PORT, host: '0.0.0.0' });`)],
    [
      'Node: an ES module',
      {
        files: {
          'app.mjs':
            "import { createServer } from 'node:http';\ncreateServer((_, r) => r.end('moved')).listen(PORT);",
        },
        command: [process.execPath, 'app.mjs'],
      },
    ],
    [
      'Node: a child process',
      node(
        `if (process.argv[2]) { ${SERVER}server.listen(PORT); } else require('node:child_process').fork(__filename, ['child']);`,
      ),
    ],
    [
      'Node: a cluster',
      node(
        `const cluster = require('node:cluster');
         if (cluster.isPrimary) { cluster.fork(); cluster.fork(); } else { ${SERVER}server.listen(PORT); }`,
      ),
    ],
    [
      'Node: a worker thread',
      node(
        `const { Worker, isMainThread } = require('node:worker_threads');
         if (isMainThread) new Worker(__filename); else { ${SERVER}server.listen(PORT); }`,
      ),
    ],
    [
      'Node: behind a shell',
      node(`${SERVER}server.listen(PORT);`, { command: ['sh', '-c', `${process.execPath} app.cjs; exit 0`] }),
    ],
    [
      'Python: the standard library',
      python(
        `import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"moved")
http.server.ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()`,
      ),
    ],
    [
      'Python: asyncio',
      python(
        `import asyncio
async def serve(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\nmoved")
    await writer.drain()
    writer.close()
async def main():
    async with await asyncio.start_server(serve, "0.0.0.0", PORT) as server:
        await server.serve_forever()
asyncio.run(main())`,
      ),
    ],
    [
      'Python: gunicorn with workers',
      python(
        "def app(environ, start):\n    start('200 OK', [('Content-Length', '5')])\n    return [b'moved']\n",
        {
          command: ['gunicorn', '--workers', '2', '--bind', '0.0.0.0:PORT', 'app:app'],
        },
      ),
    ],
    [
      'Python: gevent',
      python(
        `from gevent import monkey
monkey.patch_all()
from gevent.pywsgi import WSGIServer
def app(environ, start):
    start('200 OK', [('Content-Length', '5')])
    return [b'moved']
WSGIServer(("0.0.0.0", PORT), app).serve_forever()`,
      ),
    ],
  ])('%s', async (_, handler) => {
    expect(await fetchText(await start(handler).ready)).toBe('moved');
  });
});

describe('nothing else is moved', () => {
  /** Prints where its second server listens. */
  const second = (listen: string): string => `${SERVER}
    const second = require('node:net').createServer();
    second.listen(${listen}, () => {
      console.log('second at ' + (second.address().port ?? second.address()));
      server.listen(PORT);
    });`;

  test.each([
    ['listen(0)', '0', (port: string) => Number(port) > 0],
    ['listen({ port: 0 })', '{ port: 0 }', (port: string) => Number(port) > 0],
    ['a path', "'FOLDER/socket'", (path: string) => path.endsWith('/socket')],
  ])('Node: %s', async (_, listen, isRight) => {
    const instance = start(node(second(listen)));
    const { port } = await instance.ready;
    const [, where = ''] =
      instance.output
        .lines()
        .map(({ text }) => /^second at (.+)$/.exec(text))
        .find((match) => match !== null) ?? [];
    expect(where).not.toBe(String(port));
    expect(isRight(where)).toBe(true);
  });

  test('another port, in Node and in Python: the error names it and FC_SERVER_PORT', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const handlers = [
      node(`${SERVER}server.listen(${port}, '127.0.0.1');`),
      python(`import socket\nsocket.socket().bind(("127.0.0.1", ${port}))`),
    ];
    for (const handler of handlers) {
      const error = await start(handler).ready.catch((reason) => reason);
      expect(error).toMatchObject({ code: 'CAExited' });
      expect(`${error.message}${error.fix}`).toMatch(/EADDRINUSE|Address already in use/);
      expect(error.fix).toContain('FC_SERVER_PORT');
    }
    const [first] = handlers;
    if (first !== undefined)
      expect((await start(first).ready.catch((reason) => reason)).fix).toContain(
        `it tried port ${port}, which`,
      );
    other.close();
  });

  test('Python: a UDP socket', async () => {
    const handler = python(
      `import os, socket, http.server
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", PORT))
print("udp at", udp.getsockname()[1], flush=True)
http.server.HTTPServer(("", int(os.environ["FC_SERVER_PORT"])), http.server.BaseHTTPRequestHandler).serve_forever()`,
    );
    const instance = start(handler);
    await instance.ready;
    expect(instance.output.lines().map(({ text }) => text)).toContain(`udp at ${taken}`);
  });

  test('with the port shift turned off', async () => {
    for (const handler of [
      node(`${SERVER}server.listen(PORT);`),
      python('import socket\nsocket.socket().bind(("", PORT))'),
    ]) {
      const error = await start(handler, localDriver({ portShift: false })).ready.catch((reason) => reason);
      expect(error.message).toMatch(/EADDRINUSE|Address already in use/);
    }
  });
});

describe("the user's own settings are kept", () => {
  test('NODE_OPTIONS', async () => {
    const handler = node(`${SERVER}console.log(globalThis.mine, process.execArgv); server.listen(PORT);`, {
      environmentVariables: { NODE_OPTIONS: '--require "FOLDER/my file.cjs" --no-warnings' },
    });
    const instance = start({
      ...handler,
      files: { ...handler.files, 'my file.cjs': 'globalThis.mine = "kept";' },
    });
    await instance.ready;
    expect(instance.output.lines().map(({ text }) => text)).toContain('kept []');
  });

  test('PYTHONPATH, and a sitecustomize in it; our folder is not in the path of the handler', async () => {
    const handler = python(
      `import mine, sys, http.server
print(mine.NAME, [entry for entry in sys.path if "inside" in entry], flush=True)
http.server.HTTPServer(("", PORT), http.server.BaseHTTPRequestHandler).serve_forever()`,
      { environmentVariables: { PYTHONPATH: 'FOLDER/lib' } },
    );
    const files = {
      ...handler.files,
      'lib/mine.py': 'NAME = "kept"\n',
      'lib/sitecustomize.py': 'print("my sitecustomize", flush=True)\n',
    };
    const instance = start({ ...handler, files });
    await instance.ready;
    const printed = instance.output.lines().map(({ text }) => text);
    expect(printed).toContain('my sitecustomize');
    expect(printed).toContain('kept []');
  });

  test('a path with spaces and quotes is understood by Node in NODE_OPTIONS', async () => {
    const file = join(temporaryFolder(), 'a "quoted" \\\\ file.cjs');
    writeFileSync(file, 'console.log("loaded");');
    const { stdout } = await runProgram(process.execPath, ['-e', '0'], {
      env: { NODE_OPTIONS: `--require ${asNodeOption(file)}` },
    });
    expect(stdout).toBe('loaded\n');
  });
});

test('the log says that a listen was moved, where everybody sees it for the first instance of a function', async () => {
  const driver = localDriver();
  const told = [];
  for (let count = 0; count < 2; count++) {
    const instance = start(node(`${SERVER}server.listen(PORT);`), driver);
    await instance.ready;
    await expect.poll(() => instance.output.lines()).toHaveLength(1);
    told.push(...instance.output.lines());
  }
  const text = `it listens on port ${taken}, and was given its own, $FC_SERVER_PORT, instead; --no-port-shift turns this off`;
  expect(told).toMatchObject([
    { source: 'platform', text, warning: true },
    { source: 'platform', text },
  ]);
  expect(told[1]).not.toHaveProperty('warning');
});
