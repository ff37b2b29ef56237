import type {
  FunctionRef,
  ListSessionsQuery,
  SessionPage,
  SessionRef,
  SessionService,
} from '../../model/services.js';
import type { Session } from '../../model/session.js';
import type { ControlConnection, WireCall } from './control-connection.js';
import { query } from './query.js';

export function sessionService(connection: ControlConnection): SessionService {
  const all = ({ functionName }: FunctionRef): string[] => [
    '2023-03-30',
    'functions',
    functionName,
    'sessions',
  ];
  const one = (ref: SessionRef, ...rest: string[]): string[] => [...all(ref), ref.sessionId, ...rest];
  const session = (call: WireCall): Promise<Session> => connection.ask<Session>(call, 'sessionId');
  const qualified = ({ qualifier }: FunctionRef): URLSearchParams => query({ qualifier });

  return {
    create: (ref, body, { signal } = {}) =>
      session({
        signal,
        action: 'CreateSession',
        method: 'POST',
        path: all(ref),
        query: qualified(ref),
        body,
        patient: true,
      }),
    get: (ref) => session({ action: 'GetSession', method: 'GET', path: one(ref), query: qualified(ref) }),
    async list({ functionName, ...filters }: ListSessionsQuery) {
      const path = all({ functionName });
      const page = await connection.ask<SessionPage>(
        { action: 'ListSessions', method: 'GET', path, query: query(filters) },
        'sessions',
      );
      return page.nextToken ? page : { sessions: page.sessions };
    },
    update: (ref, body) =>
      session({ action: 'UpdateSession', method: 'PUT', path: one(ref), query: qualified(ref), body }),
    delete: (ref) =>
      connection.tell({
        action: 'DeleteSession',
        method: 'DELETE',
        path: one(ref),
        query: qualified(ref),
        patient: true,
      }),
    pause: (ref) =>
      session({
        action: 'PauseSession',
        method: 'PUT',
        path: one(ref, 'pause'),
        query: qualified(ref),
        patient: true,
      }),
    resume: (ref, { fileSystemOnly, signal } = {}) =>
      session({
        signal,
        action: 'ResumeSession',
        method: 'PUT',
        path: one(ref, 'resume'),
        query: query({ qualifier: ref.qualifier, fileSystemOnly: fileSystemOnly || undefined }),
        patient: true,
      }),
  };
}
