import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Address, Exit, Instance, InstanceDriver, InstanceSpec } from '../../src/model/instance.js';
import { BoundedLog } from '../../src/runtime/instance-log.js';

export type Handler = (request: IncomingMessage, response: ServerResponse, instanceId: string) => void;

/** Answers with the instance's name, the way the fixtures do. */
const nameYourself: Handler = (request, response, instanceId) => {
  request.resume();
  response.setHeader('X-Instance', instanceId);
  response.end('Hello, World!');
};

export interface InProcessInstance extends Instance {
  readonly spec: InstanceSpec;
  readonly server: Server;
  /** Ends it as `kill -9` would: connections reset, no goodbye. */
  crash(): Promise<void>;
}

export interface InProcessDriver extends InstanceDriver {
  /** Every instance ever started, in order. */
  readonly started: readonly InProcessInstance[];
  readonly running: readonly InProcessInstance[];
}

/** Instances as servers of this process: real sockets, no processes. */
export function inProcessDriver(
  handler: Handler = nameYourself,
  { beforeReady = async () => {} }: { beforeReady?: (spec: InstanceSpec) => Promise<void> } = {},
): InProcessDriver {
  const started: InProcessInstance[] = [];
  const gone = new Set<InProcessInstance>();
  return {
    started,
    get running() {
      return started.filter((instance) => !gone.has(instance));
    },
    start(spec) {
      const sockets = new Set<Socket>();
      const server = createServer((request, response) => handler(request, response, spec.instanceId));
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      let exit: (exit: Exit) => void = () => {};
      const exited = new Promise<Exit>((resolve) => {
        exit = resolve;
      });
      const ready = listen(server, () => beforeReady(spec));
      ready.catch(() => exit({ code: 1, signal: null, lastLines: [] }));
      const instance: InProcessInstance = {
        spec,
        server,
        instanceId: spec.instanceId,
        pid: process.pid,
        ready,
        died: exited,
        exited,
        output: new BoundedLog({ now: () => 0 }),
        stop: () => end('SIGTERM', () => server.closeIdleConnections()),
        crash: () => end('SIGKILL', () => {}),
      };
      const end = async (signal: string, first: () => void): Promise<void> => {
        if (gone.has(instance)) return;
        gone.add(instance);
        first();
        for (const socket of sockets) socket.resetAndDestroy();
        await new Promise((resolve) => server.close(resolve));
        exit({ code: null, signal, lastLines: [] });
      };
      started.push(instance);
      return instance;
    },
  };
}

async function listen(server: Server, before: () => Promise<void>): Promise<Address> {
  await before();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}
