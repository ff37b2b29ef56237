import type { TriggerPage, TriggerRef, TriggerService } from '../../model/services.js';
import type { Trigger } from '../../model/trigger.js';
import type { ControlConnection, WireCall } from './control-connection.js';
import { query } from './query.js';

export function triggerService(connection: ControlConnection): TriggerService {
  const all = (functionName: string, ...rest: string[]): string[] => [
    ...['2023-03-30', 'functions', functionName, 'triggers'],
    ...rest,
  ];
  const one = ({ functionName, triggerName }: TriggerRef): string[] => all(functionName, triggerName);
  const trigger = (call: WireCall): Promise<Trigger> => connection.ask<Trigger>(call, 'triggerName');
  return {
    create: ({ functionName }, body) => trigger({ method: 'POST', path: all(functionName), body }),
    get: (ref) => trigger({ method: 'GET', path: one(ref) }),
    list: ({ functionName, ...filters }) =>
      connection.ask<TriggerPage>(
        { method: 'GET', path: all(functionName), query: query(filters) },
        'triggers',
      ),
    update: (ref, body) => trigger({ method: 'PUT', path: one(ref), body }),
    delete: (ref) => connection.tell({ method: 'DELETE', path: one(ref) }),
  };
}
