import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

// HAProxy and nginx with sticky sessions of their own kind, where they are installed: one process, one thread, no log.

/** @returns {string | undefined} where the program is */
export function onPath(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * @param {'haproxy' | 'nginx'} name
 * @param {number} upstream port
 * @param {import('./subjects.js').Stage} stage
 * @returns {Promise<{ pid: number, port: number } | undefined>} undefined where it is not installed
 */
export async function startRival(name, upstream, stage) {
  const program = onPath(name);
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  stage.atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const file = join(folder, `${name}.conf`);
  writeFileSync(file, CONFIGURATIONS[name]({ port, upstream, folder }));
  const child = spawn(program, ARGUMENTS[name](file, folder), { stdio: ['ignore', 'ignore', 'ignore'] });
  const exited = new Promise((resolve) => child.once('close', resolve));
  stage.atEnd(() => {
    child.kill('SIGKILL');
    return exited;
  });
  await Promise.race([
    untilListening(port),
    exited.then((code) => Promise.reject(new Error(`${name} ended with ${code}`))),
  ]);
  return { pid: child.pid ?? 0, port };
}

const ARGUMENTS = {
  haproxy: (file) => ['-db', '-q', '-f', file],
  nginx: (file, folder) => ['-c', file, '-p', folder, '-e', join(folder, 'error.log')],
};

const CONFIGURATIONS = {
  haproxy: ({ port, upstream }) => `
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend entrance
  bind 127.0.0.1:${port}
  default_backend instances
backend instances
  cookie SERVERID insert indirect nocache
  server one 127.0.0.1:${upstream} cookie one
`,
  nginx: ({ port, upstream, folder }) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 100000000;
  upstream instances {
    hash $http_cookie;
    server 127.0.0.1:${upstream};
    keepalive 128;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://instances;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
  }
}
`,
};

/** @returns {Promise<number>} a port that nobody listens on just now */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port) {
  for (let tries = 0; tries < 500; tries++) {
    if (await accepts(port)) return;
    await wait(10);
  }
  throw new Error(`nobody listens on port ${port}`);
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
