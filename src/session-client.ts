import type { ConnectionOptions } from './api/client/control-connection.js';
import { createApiClient } from './api/create-api-client.js';
import type { Duration } from './model/duration.js';
import { FcError } from './model/errors.js';
import type { ControlPlane, FunctionRef, ListSessionsQuery, SessionPage } from './model/services.js';
import type { CreateSessionInput, Session, SessionMounts } from './model/session.js';
import { duration, flag, object, readNamed, text } from './named-options.js';

/** Which function; it may be left out when one is served. The qualifier is LATEST by default. */
export type FunctionChoice = Partial<FunctionRef>;

/** The terms of a session; a value that is left out is the function's, or stays as it is. */
export interface TermsOptions extends SessionMounts {
  readonly ttl?: Duration;
  readonly idle?: Duration;
  readonly disableSessionIdReuse?: boolean;
}

export interface CreateSessionOptions extends TermsOptions, FunctionChoice {
  /** Only with header affinity. */
  readonly sessionId?: string;
}

export type ListSessionsOptions = Omit<ListSessionsQuery, 'functionName'> & FunctionChoice;

type Served = Pick<ControlPlane, 'sessions' | 'functions'>;

/** The Session API of one emulator: in this process (`emulator.sessions`), or elsewhere by its control API's address. */
export class SessionClient {
  readonly #control: Served;

  /** @throws InvalidArgument for an endpoint that is none */
  constructor(options: ConnectionOptions | { readonly control: Served }) {
    this.#control = 'control' in options ? options.control : createApiClient(options);
  }

  /** Starts an instance for it where none has a free slot. @throws InvalidArgument, ResourceExhausted, CAExited, … */
  async create(options: CreateSessionOptions = {}): Promise<Session> {
    const { functionName, qualifier, ...terms } = options;
    const input = termsOf(terms);
    return this.#control.sessions.create(await this.#ref({ functionName, qualifier }), input);
  }

  /** @throws SessionNotFound */
  async get(sessionId: string, of: FunctionChoice = {}): Promise<Session> {
    return this.#control.sessions.get({ ...(await this.#ref(of)), sessionId });
  }

  /** One page. */
  async list({ functionName, qualifier, ...query }: ListSessionsOptions = {}): Promise<SessionPage> {
    const ref = await this.#ref({ functionName, qualifier });
    return this.#control.sessions.list({ ...query, ...ref });
  }

  /** @throws SessionNotFound, InvalidSessionStatus unless Active */
  async update(sessionId: string, options: TermsOptions & FunctionChoice): Promise<Session> {
    const { functionName, qualifier, ...terms } = options;
    const input = termsOf(terms);
    const ref = await this.#ref({ functionName, qualifier });
    return this.#control.sessions.update({ ...ref, sessionId }, input);
  }

  /** @throws SessionNotFound */
  async delete(sessionId: string, of: FunctionChoice = {}): Promise<void> {
    await this.#control.sessions.delete({ ...(await this.#ref(of)), sessionId });
  }

  /** @throws SessionNotFound, InvalidArgument without session isolation */
  async pause(sessionId: string, of: FunctionChoice = {}): Promise<Session> {
    return this.#control.sessions.pause({ ...(await this.#ref(of)), sessionId });
  }

  /** @throws SessionNotFound, InvalidSessionStatus unless Paused */
  async resume(
    sessionId: string,
    options: FunctionChoice & { readonly fileSystemOnly?: boolean } = {},
  ): Promise<Session> {
    const { fileSystemOnly, ...of } = options;
    return this.#control.sessions.resume({ ...(await this.#ref(of)), sessionId }, { fileSystemOnly });
  }

  async #ref({ functionName, qualifier }: FunctionChoice): Promise<FunctionRef> {
    const named = qualifier === undefined ? {} : { qualifier };
    if (functionName !== undefined) return { functionName, ...named };
    const names = (await this.#control.functions.list()).map(({ config }) => config.functionName);
    const [only] = names;
    if (only === undefined) throw new FcError('FunctionNotFound', 'the emulator serves no function');
    if (names.length === 1) return { functionName: only, ...named };
    throw new FcError(
      'InvalidArgument',
      `functionName is needed: ${names.length} functions are served: ${names.join(', ')}`,
    );
  }
}

const TERMS = {
  ttl: duration,
  idle: duration,
  disableSessionIdReuse: flag,
  nasConfig: object,
  ossMountConfig: object,
  polarFsConfig: object,
  juiceFsConfig: object,
  sessionId: text,
} as const satisfies Record<Exclude<keyof CreateSessionOptions, keyof FunctionChoice>, unknown>;

const OPTION_OF = { sessionTTLInSeconds: 'ttl', sessionIdleTimeoutInSeconds: 'idle' };

/** @throws InvalidArgument for an unknown option, or a value of a wrong form */
function termsOf(options: Omit<CreateSessionOptions, keyof FunctionChoice>): CreateSessionInput {
  const read = readNamed(options, { table: TERMS, of: 'a session', synonyms: OPTION_OF });
  const { ttl, idle, ...others } = read;
  return {
    ...others,
    ...(ttl !== undefined && { sessionTTLInSeconds: ttl }),
    ...(idle !== undefined && { sessionIdleTimeoutInSeconds: idle }),
  };
}
