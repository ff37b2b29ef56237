import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { servedFunction } from '../../src/functions/served-function.js';
import { FcError } from '../../src/model/errors.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { InstanceInfo } from '../../src/model/instance.js';
import {
  checkRange,
  checkSessionId,
  EXPIRED_RETENTION_MS,
  LIMITS,
  MAX_HEADER_BYTES,
  MAX_TARGET_BYTES,
  REQUESTS_PER_INSTANCE,
} from '../../src/model/limits.js';
import type { ControlPlane, SessionService } from '../../src/model/services.js';
import { apiTime, type Session } from '../../src/model/session.js';
import { fixedFunctions } from '../support/fixed-functions.js';
import { noVersions } from '../support/no-versions.js';

const COOKIE = 'x-fc-cookie-session-id';
const HEADER = 'mySessionId';

/** The faults of a server. Each function gets the correct answer and returns a wrong one. */
export interface Flaws {
  /** @returns the Set-Cookie lines of a response that opened a session */
  readonly setCookie?: (sessionId: string, ttl: number) => string[];
  /** @returns the number of the instance for a request, from 0 */
  readonly instanceOf?: (own: number, request: number) => number;
  /** Whether the server ignores the session ID of a request. */
  readonly deaf?: boolean;
  /** The applied limit of sessions for one instance. */
  readonly realLimit?: number;
  readonly requestId?: string | undefined;
  readonly status?: (request: number) => number;
  /** With header affinity: the response repeats the ID of the request. */
  readonly echoes?: boolean;
  /** With header affinity: accepts IDs of any form. */
  readonly takesAnyId?: boolean;
  /** @returns a session as the control API shows it */
  readonly tellSession?: (session: Session) => Session;
  /** The refusals of the control API. */
  readonly refuse?: Partial<SessionService>;
  /** The start of a session's TTL. */
  readonly ttlFrom?: 'creation' | 'use' | 'update' | 'never';
  /** The start of a session's idle time. */
  readonly idleFrom?: 'use' | 'creation' | 'never';
  /** The effect of a request with the ID of an expired session. */
  readonly again?: 'reopens' | 'reopens untold' | 'revives' | 'opens another';
  /** How long disableSessionIdReuse refuses an ID, in milliseconds. */
  readonly banMs?: number;
  /** The ended sessions that still occupy their slots. */
  readonly keepsSlotOf?: 'expired' | 'deleted';
  /** A shorter TTL does not end a session at once. */
  readonly shortensLater?: boolean;
  /** A request with its ID makes a deleted session Active again. */
  readonly undeletes?: boolean;
  /** The applied limit of requests in flight for one instance. */
  readonly realLoad?: number;
  /** A new session goes to an instance with a free slot even when the instance has 200 requests in flight. */
  readonly overloads?: boolean;
  /** The applied limit of instances. */
  readonly realCeiling?: number;
  /** The number of bytes that a head may have above the documented limit. */
  readonly headSlack?: number;
  /** A refusal sets a session cookie. */
  readonly setsCookieOnRefusal?: boolean;
  /** The handler is called before a request is refused. */
  readonly asksBeforeRefusing?: boolean;
}

export interface AffinityServerOptions extends Flaws {
  readonly type?: 'GENERATED_COOKIE' | 'HEADER_FIELD' | 'NONE';
  readonly limit?: number;
  readonly ttl?: number;
  /** Whether the handler names its instance in X-Instance. */
  readonly namesItself?: boolean;
  readonly maxInstances?: number;
}

export interface AffinityServer {
  readonly url: string;
  readonly control: ControlPlane;
  /** The current sessions. */
  readonly sessions: readonly Session[];
  /** The number of requests. */
  readonly requests: readonly IncomingMessage[];
  /** Opens a session of another client. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Times of the server's clock. */
interface Times {
  readonly created: number;
  used: number;
  updated: number;
  ended: number;
  /** The times of CreateSession, in seconds. */
  readonly idle: number;
}

/** A small server with one function, its session affinity and its control API. It is correct unless a fault is given. */
export async function startAffinityServer(options: AffinityServerOptions = {}): Promise<AffinityServer> {
  const { type = 'GENERATED_COOKIE', limit = 2, ttl = 21600, namesItself = true } = options;
  const config = completeFunction({
    functionName: 'hello',
    command: ['node'],
    sessionAffinity: type,
    maxInstances: options.maxInstances,
    sessionAffinityConfig: {
      sessionConcurrencyPerInstance: limit,
      sessionTTLInSeconds: ttl,
      ...(type === 'HEADER_FIELD' && { affinityHeaderFieldName: HEADER }),
    },
  });
  const requests: IncomingMessage[] = [];
  const records: Session[] = [];
  const times = new WeakMap<Session, Times>();
  const deleted: Session[] = [];
  const load = new Map<string, number>();
  const names: string[] = [];
  let now = Date.parse('2026-11-21T10:00:00Z');

  const live = (): Session[] => records.filter((session) => session.sessionStatus === 'Active');
  const seated = (): Session[] => {
    if (options.keepsSlotOf === 'expired') return records;
    return options.keepsSlotOf === 'deleted' ? [...live(), ...deleted] : live();
  };
  const on = (name: string): number => seated().filter((session) => session.containerId === name).length;
  const loadOf = (name: string): number => load.get(name) ?? 0;
  const instanceAt = (number: number): string => {
    while (names.length <= number) names.push(`c-0000000${names.length}-instance`);
    return names[number] ?? '';
  };
  const withRoom = (): string => {
    const found = names.find(
      (name) =>
        on(name) < (options.realLimit ?? limit) &&
        (options.overloads === true || loadOf(name) < REQUESTS_PER_INSTANCE),
    );
    if (found !== undefined) return found;
    if (names.length < (options.realCeiling ?? config.maxInstances)) return instanceAt(names.length);
    throw new FcError('ResourceExhausted', 'all instances are full');
  };
  const open = (sessionId: string = crypto.randomUUID(), input: Partial<Session> = {}): Session => {
    const session: Session = {
      sessionId,
      functionName: 'hello',
      qualifier: 'LATEST',
      sessionAffinityType: type,
      sessionTTLInSeconds: ttl,
      disableSessionIdReuse: false,
      createdTime: apiTime(now),
      lastModifiedTime: apiTime(now),
      sessionStatus: 'Active',
      ...input,
      sessionIdleTimeoutInSeconds: Math.min(
        input.sessionIdleTimeoutInSeconds ?? 1800,
        input.sessionTTLInSeconds ?? ttl,
      ),
      containerId: withRoom(),
    };
    records.push(session);
    const idle = input.sessionIdleTimeoutInSeconds ?? 1800;
    times.set(session, { created: now, used: now, updated: now, ended: 0, idle });
    return session;
  };
  const timesOf = (session: Session): Times => {
    const found = times.get(session);
    if (found === undefined) throw new Error('a session without times');
    return found;
  };
  const replace = (old: Session, session: Session): Session => {
    records[records.indexOf(old)] = session;
    times.set(session, timesOf(old));
    return session;
  };
  const endOf = (session: Session): number => {
    const { created, used, updated, idle } = timesOf(session);
    const ttlStart = { creation: created, use: used, update: updated, never: Number.POSITIVE_INFINITY };
    const idleStart = { use: used, creation: created, never: Number.POSITIVE_INFINITY };
    const seconds = session.sessionTTLInSeconds;
    return Math.min(
      ttlStart[options.ttlFrom ?? 'creation'] + seconds * 1000,
      idleStart[options.idleFrom ?? 'use'] + Math.min(idle, seconds) * 1000,
    );
  };
  const banMs = options.banMs ?? EXPIRED_RETENTION_MS;
  const sweep = (): void => {
    for (const session of live()) {
      const end = endOf(session);
      if (end > now) continue;
      timesOf(session).ended = end;
      replace(session, { ...session, sessionStatus: 'Expired' });
    }
    const isOnRecord = (session: Session): boolean => {
      const keptMs = session.disableSessionIdReuse
        ? Math.max(banMs, EXPIRED_RETENTION_MS)
        : EXPIRED_RETENTION_MS;
      return session.sessionStatus === 'Active' || timesOf(session).ended + keptMs > now;
    };
    records.splice(0, records.length, ...records.filter(isOnRecord));
  };
  /** @returns the session of a request, and whether the request opened it */
  const enter = (sent: string | undefined): { session: Session | undefined; opened: boolean } => {
    const lost = deleted.find(({ sessionId }) => sessionId === sent);
    if (options.undeletes && lost !== undefined) records.push(...deleted.splice(deleted.indexOf(lost), 1));
    const known = live().find(({ sessionId }) => sessionId === sent);
    if (known !== undefined) {
      if (loadOf(known.containerId) >= (options.realLoad ?? REQUESTS_PER_INSTANCE)) {
        throw new FcError('ResourceExhausted', 'the instance has 200 requests in flight');
      }
      timesOf(known).used = now;
      return { session: known, opened: false };
    }
    if (type === 'NONE') return { session: undefined, opened: false };
    const expired = records.findLast(({ sessionId }) => sessionId === sent);
    if (expired === undefined)
      return { session: type === 'HEADER_FIELD' ? open(sent) : open(), opened: true };
    if (expired.disableSessionIdReuse && timesOf(expired).ended + banMs > now) {
      throw new FcError('SessionExpired', `session '${sent}' has expired`);
    }
    switch (options.again ?? 'reopens') {
      case 'reopens':
        return { session: open(sent), opened: true };
      case 'reopens untold':
        return { session: open(sent), opened: false };
      case 'opens another':
        return { session: open(), opened: true };
      case 'revives':
        timesOf(expired).used = now;
        return { session: replace(expired, { ...expired, sessionStatus: 'Active' }), opened: true };
    }
  };
  const refuse = (response: ServerResponse, error: FcError): void => {
    if (options.asksBeforeRefusing) response.setHeader('X-Instance', instanceAt(0));
    if (options.setsCookieOnRefusal) response.setHeader('Set-Cookie', `${COOKIE}=${crypto.randomUUID()}`);
    response.writeHead(error.status).end(JSON.stringify(error.toBody('1')));
  };
  const takeLoad = (name: string, request: IncomingMessage): void => {
    let isOver = false;
    const leave = (): void => {
      if (!isOver) load.set(name, loadOf(name) - 1);
      isOver = true;
    };
    load.set(name, loadOf(name) + 1);
    request.resume();
    request.once('end', leave);
    request.socket.once('close', leave);
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(request);
    const sent = options.deaf
      ? undefined
      : type === 'HEADER_FIELD'
        ? request.headers[HEADER.toLowerCase()]?.toString()
        : new RegExp(`${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
    if ('requestId' in options === false) response.setHeader('X-Fc-Request-Id', requestId());
    else if (options.requestId !== undefined) response.setHeader('X-Fc-Request-Id', options.requestId);
    if (type === 'HEADER_FIELD' && sent !== undefined && !options.takesAnyId) {
      try {
        checkSessionId(sent);
      } catch {
        response.writeHead(400).end('{"Code":"InvalidArgument","Message":"sessionId"}');
        return;
      }
    }
    let entered: ReturnType<typeof enter>;
    try {
      checkHead(request, options.headSlack ?? 0);
      entered = enter(sent);
    } catch (error) {
      if (!(error instanceof FcError)) throw error;
      refuse(response, error);
      return;
    }
    const { session, opened } = entered;
    const plants = type === 'GENERATED_COOKIE' || options.setCookie !== undefined;
    if (session !== undefined && opened && plants) {
      const lines = options.setCookie ?? ((id, seconds) => [`${COOKIE}=${id}; Max-Age=${seconds}`]);
      response.setHeader('Set-Cookie', lines(session.sessionId, session.sessionTTLInSeconds));
    }
    if (session !== undefined && type === 'HEADER_FIELD' && (sent === undefined || options.echoes)) {
      response.setHeader(HEADER, session.sessionId);
    }
    if (session !== undefined) takeLoad(session.containerId, request);
    const own = names.indexOf(session?.containerId ?? instanceAt(0));
    const served = options.instanceOf?.(own, requests.length) ?? own;
    if (namesItself) response.setHeader('X-Instance', instanceAt(served));
    response.statusCode = options.status?.(requests.length) ?? 200;
    response.end('Hello, World!');
  };

  const find = (sessionId: string): Session => {
    const session = live().find((one) => one.sessionId === sessionId);
    if (session !== undefined) return session;
    throw new FcError('SessionNotFound', `session '${sessionId}' does not exist`);
  };
  const checkFunction = (functionName: string): void => {
    if (functionName === 'hello') return;
    throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
  };
  const checkTimes = (input: Partial<Session>): void => {
    if (input.sessionTTLInSeconds !== undefined) {
      checkRange('sessionTTLInSeconds', input.sessionTTLInSeconds, LIMITS.sessionTTLInSeconds);
    }
    if (input.sessionIdleTimeoutInSeconds !== undefined) {
      const range = LIMITS.sessionIdleTimeoutInSeconds;
      checkRange('sessionIdleTimeoutInSeconds', input.sessionIdleTimeoutInSeconds, range);
    }
  };
  const tell = (session: Session): Session => options.tellSession?.(session) ?? session;
  const sessions: SessionService = {
    create: async (ref, { sessionId, ...input }) => {
      checkFunction(ref.functionName);
      checkTimes(input);
      return tell(open(sessionId, input));
    },
    get: async (ref) => {
      checkFunction(ref.functionName);
      return tell(find(ref.sessionId));
    },
    list: async ({ limit: size = 20, nextToken = '0', sessionId, sessionStatus }) => {
      const matching = records.filter(
        (session) =>
          (sessionId === undefined || session.sessionId === sessionId) &&
          (sessionStatus === undefined || session.sessionStatus === sessionStatus),
      );
      const end = Number(nextToken) + size;
      const page = matching.slice(Number(nextToken), end).map(tell);
      return end < matching.length ? { sessions: page, nextToken: String(end) } : { sessions: page };
    },
    update: async (ref, input) => {
      checkTimes(input);
      const session = find(ref.sessionId);
      const changed = replace(session, { ...session, ...input, lastModifiedTime: apiTime(now) });
      timesOf(changed).updated = now;
      if (!options.shortensLater) sweep();
      return tell(changed);
    },
    delete: async ({ sessionId }) => {
      const kept = records.filter((session) => session.sessionId !== sessionId);
      if (kept.length === records.length) find(sessionId);
      deleted.push(...live().filter((session) => session.sessionId === sessionId));
      records.splice(0, records.length, ...kept);
    },
    pause: unsupported,
    resume: unsupported,
    ...options.refuse,
  };
  const advance = (milliseconds: number): void => {
    now += milliseconds;
    sweep();
  };

  const server = createServer(answer);
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const served = servedFunction(config, { functionId: 'f', url, createdAt: 0 });
  const clockState = async () => ({ now: new Date(now).toISOString(), offsetMs: 0, frozen: true });
  const control: ControlPlane = {
    ...noVersions,
    sessions,
    instances: {
      list: async () =>
        names.map((name, index) => ({
          ...instanceInfo(name, index),
          sessions: on(name),
          inFlight: loadOf(name),
        })),
      kill: unsupported,
      logs: unsupported,
      followLogs: () => {
        throw new Error('not of this server');
      },
    },
    functions: fixedFunctions({
      list: async () => [served],
      get: async (ref) => {
        checkFunction(ref.functionName);
        return served;
      },
    }),
    triggers: {
      create: unsupported,
      get: unsupported,
      list: unsupported,
      update: unsupported,
      delete: unsupported,
    },
    requests: { list: unsupported, get: unsupported },
    clock: {
      show: clockState,
      advance: async (milliseconds) => {
        advance(milliseconds);
        return clockState();
      },
      freeze: clockState,
      resume: clockState,
    },
    health: async () => ({ status: 'ok', version: '0', pid: 1 }),
  };
  return {
    url,
    control,
    get sessions() {
      return live();
    },
    requests,
    open: async () => void open(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function instanceInfo(instanceId: string, index: number): Omit<InstanceInfo, 'sessions' | 'inFlight'> {
  return {
    instanceId,
    functionName: 'hello',
    versionId: '0',
    revision: 1,
    qualifier: 'LATEST',
    status: 'Running',
    createdTimeMs: index,
    resourceType: 'FC',
    pid: undefined,
    url: undefined,
    slots: 2,
  };
}

function checkHead({ url = '', rawHeaders }: IncomingMessage, slack: number): void {
  const bytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  if (url.length > MAX_TARGET_BYTES + slack) throw new FcError('InvalidArgument', 'the target is too long');
  if (bytes > MAX_HEADER_BYTES + slack) throw new FcError('InvalidArgument', 'the head is too long');
}

function requestId(): string {
  const hex = crypto.randomUUID().replaceAll('-', '');
  return `1-${hex.slice(0, 8)}-${hex.slice(8, 16)}-${hex.slice(16, 28)}`;
}

async function unsupported(): Promise<never> {
  throw new Error('not of this server');
}
