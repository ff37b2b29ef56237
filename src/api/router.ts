import { addRoute, createRouter as createPaths, findRoute } from 'rou3';
import { FcError } from '../model/errors.js';
import type { Handler, Method, OperationTable, RawHandler } from './operation.js';

/** The handler for a method and target, or the refusal. */
export type Found =
  | { readonly allow?: undefined; readonly refusal: FcError }
  | { readonly allow: string; readonly refusal: FcError }
  | {
      readonly allow?: undefined;
      readonly refusal?: undefined;
      readonly handler: Handler | RawHandler;
      /** Whether the method only reads, so that its body is ignored. */
      readonly reads: boolean;
      /** The longest body; undefined: as of every control request. */
      readonly maxBodyBytes: number | undefined;
      readonly query: URLSearchParams;
      readonly param: (name: string) => string;
    };

export interface Router {
  find(method: string, target: string): Found;
}

export function createRouter(table: OperationTable): Router {
  const paths = createPaths<OperationTable[string]>();
  for (const [path, methods] of Object.entries(table)) addRoute(paths, '', path, methods);

  return {
    find(method, target) {
      const [path = '', query = ''] = splitOnce(target, '?');
      const match = path !== '/' && path.endsWith('/') ? undefined : findRoute(paths, '', path);
      if (method === 'TRACE') return { refusal: notAllowed(method, path) };
      if (match === undefined) return { refusal: notSupported(method, path) };
      // HEAD has the reply of GET without its body.
      const wanted = method === 'HEAD' ? 'GET' : method;
      const handler = isMethod(wanted) ? match.data[wanted] : undefined;
      if (handler === undefined)
        return { allow: allowed(match.data), refusal: notAllowed(method, path, allowed(match.data)) };
      const params = new Map(
        Object.entries(match.params ?? {}).map(([name, value]) => [name, decoded(name, value)]),
      );
      const broken = [...params.values()].find((value) => value instanceof FcError);
      if (broken instanceof FcError) return { refusal: broken };
      return {
        handler,
        reads: wanted === 'GET',
        maxBodyBytes: match.data.maxBodyBytes,
        query: new URLSearchParams(query),
        param(name) {
          const value = params.get(name);
          if (typeof value !== 'string') throw new Error(`the route has no parameter "${name}"`);
          return value;
        },
      };
    },
  };
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function isMethod(method: string): method is Method {
  return method === 'GET' || method === 'POST' || method === 'PUT' || method === 'DELETE';
}

function allowed(methods: OperationTable[string]): string {
  return Object.keys(methods).filter(isMethod).join(', ');
}

function decoded(name: string, value: string): string | FcError {
  try {
    return decodeURIComponent(value);
  } catch {
    return new FcError('InvalidArgument', `${name} is not percent-encoded correctly, got ${quoted(value)}`);
  }
}

function notSupported(method: string, path: string): FcError {
  return new FcError('PathNotSupported', `'${cut(path)}' against '${method}' is not supported`);
}

function notAllowed(method: string, path: string, allow?: string): FcError {
  const expected = allow === undefined ? '' : `, expected ${allow}`;
  return new FcError('MethodNotAllowed', `method "${method}" is not allowed for ${quoted(path)}${expected}`);
}

function quoted(text: string): string {
  return JSON.stringify(cut(text));
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
