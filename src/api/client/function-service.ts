import type { FunctionService } from '../../model/services.js';
import { type ApiFunction, fromServedFunctionJson, type ServedFunctionJson } from '../wire-function.js';
import type { ControlConnection } from './control-connection.js';
import { query } from './query.js';

export function functionService(connection: ControlConnection): FunctionService {
  const own = ['_emulator', 'v1', 'functions'];
  const api = (...name: string[]): string[] => ['2023-03-30', 'functions', ...name];
  const get: FunctionService['get'] = async (ref) => {
    const call = { method: 'GET', path: own, query: query(ref) } as const;
    const reply = await connection.ask<{ functions: [ServedFunctionJson] }>(call, 'functions');
    return fromServedFunctionJson(reply.functions[0]);
  };
  return {
    get,
    async list() {
      const call = { method: 'GET', path: own } as const;
      const reply = await connection.ask<{ functions: ServedFunctionJson[] }>(call, 'functions');
      return reply.functions.map(fromServedFunctionJson);
    },
    async create(body) {
      const call = { method: 'POST', path: api(), body, action: 'CreateFunction', patient: true } as const;
      const { functionName } = await connection.ask<ApiFunction>(call, 'functionName');
      return get({ functionName });
    },
    async update(functionName, body) {
      const path = api(functionName);
      const call = { method: 'PUT', path, body, action: 'UpdateFunction', patient: true } as const;
      await connection.ask<ApiFunction>(call, 'functionName');
      return get({ functionName });
    },
    delete: (functionName) =>
      connection.tell({ method: 'DELETE', path: api(functionName), action: 'DeleteFunction' }),
  };
}
