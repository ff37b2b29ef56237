import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { strategyOf } from '../../src/affinity/strategy-of.js';
import { createRoute } from '../../src/gateway/create-route.js';
import { createGateway } from '../../src/gateway/gateway.js';
import type { Listener } from '../../src/gateway/listener.js';
import type { Admission } from '../../src/model/admission.js';
import type { SessionAffinity } from '../../src/model/affinity.js';
import { MovableClock } from '../../src/model/clock.js';
import { HTTP_METHODS } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { createHostRule } from '../../src/model/host-rule.js';
import { createIds } from '../../src/model/ids.js';
import type { Address } from '../../src/model/instance.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import { type SingleInstanceAdmission, singleInstanceAdmission } from './single-instance-admission.js';

export interface GatewayFixture {
  readonly gateway: Listener;
  readonly port: number;
  readonly url: string;
  readonly records: readonly RequestRecord[];
  readonly admission: SingleInstanceAdmission;
  readonly clock: MovableClock;
  /** Resolves when that many records are there. */
  recorded(count: number): Promise<readonly RequestRecord[]>;
}

interface FixtureOptions extends Partial<Omit<FunctionInput, 'functionName' | 'command'>> {
  readonly admission?: (own: SingleInstanceAdmission) => Admission;
  readonly maxBodyBytes?: number;
  readonly customDomain?: boolean;
  readonly allowedHosts?: readonly string[];
  readonly affinity?: SessionAffinity;
  readonly clock?: MovableClock;
}

/** A gateway that listens, before instances at one address; closed when the test is finished. */
export async function startGateway(
  upstream: Address | (() => Address | Promise<Address>),
  {
    admission,
    maxBodyBytes,
    customDomain = false,
    allowedHosts = [],
    affinity,
    clock = new MovableClock(),
    ...input
  }: FixtureOptions = {},
): Promise<GatewayFixture> {
  const config = completeFunction({
    functionName: 'hello',
    command: ['node'],
    sessionAffinity: 'GENERATED_COOKIE',
    timeout: 60,
    ...input,
  });
  const records: RequestRecord[] = [];
  const waiting = new Set<() => void>();
  const own = singleInstanceAdmission(typeof upstream === 'function' ? upstream : () => upstream);
  const { createListener, close } = createGateway({
    clock,
    sessionClock: clock,
    ids: createIds(clock),
    hostVerdict: createHostRule(['hello.localhost', ...allowedHosts]),
    onRecord(record) {
      records.push(record);
      for (const look of waiting) look();
    },
  });
  const route = createRoute({
    trigger: { functionName: 'hello', qualifier: 'LATEST', methods: HTTP_METHODS, customDomain },
    config,
    admission: admission?.(own) ?? own,
    affinity: affinity ?? strategyOf(config),
    maxBodyBytes,
  });
  const gateway = createListener(() => route);
  const port = await listen(gateway.server);
  onTestFinished(() => {
    gateway.closeNow();
    close();
  });
  return {
    gateway,
    port,
    url: `http://127.0.0.1:${port}`,
    records,
    admission: own,
    clock,
    recorded: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (records.length < count) return;
          waiting.delete(look);
          resolve(records);
        };
        waiting.add(look);
        look();
      }),
  };
}

export interface Upstream extends Address {
  readonly server: Server;
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** Ends it as `kill -9` would. */
  crash(): Promise<void>;
}

/** A handler's server, closed when the test is finished. */
export async function startUpstream(listener: RequestListener): Promise<Upstream> {
  const server = createServer({ keepAliveTimeout: 0 }, listener);
  const sockets = track(server);
  const port = await listen(server);
  const crash = async (): Promise<void> => {
    for (const socket of sockets) socket.resetAndDestroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(crash);
  return { server, host: '127.0.0.1', port, sockets, crash };
}

export function track(server: NetServer): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

export async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
