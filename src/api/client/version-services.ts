import type { AliasRef, AliasService, NamedFunction, VersionService } from '../../model/services.js';
import type { Alias, AliasPage, Version, VersionPage } from '../../model/version.js';
import type { ControlConnection } from './control-connection.js';
import { query } from './query.js';

export function versionService(connection: ControlConnection): VersionService {
  const path = ({ functionName }: NamedFunction, ...rest: string[]): string[] => [
    ...['2023-03-30', 'functions', functionName, 'versions'],
    ...rest,
  ];
  return {
    publish: (ref, body = {}) =>
      connection.ask<Version>(
        { action: 'PublishFunctionVersion', method: 'POST', path: path(ref), body },
        'versionId',
      ),
    list: ({ functionName, ...filters }) =>
      connection.ask<VersionPage>(
        {
          action: 'ListFunctionVersions',
          method: 'GET',
          path: path({ functionName }),
          query: query(filters),
        },
        'versions',
      ),
    delete: (ref) =>
      connection.tell({ action: 'DeleteFunctionVersion', method: 'DELETE', path: path(ref, ref.versionId) }),
  };
}

export function aliasService(connection: ControlConnection): AliasService {
  const path = ({ functionName }: NamedFunction, ...rest: string[]): string[] => [
    ...['2023-03-30', 'functions', functionName, 'aliases'],
    ...rest,
  ];
  const one = (ref: AliasRef): string[] => path(ref, ref.aliasName);
  return {
    create: (ref, body) =>
      connection.ask<Alias>({ action: 'CreateAlias', method: 'POST', path: path(ref), body }, 'aliasName'),
    get: (ref) => connection.ask<Alias>({ action: 'GetAlias', method: 'GET', path: one(ref) }, 'aliasName'),
    update: (ref, body) =>
      connection.ask<Alias>({ action: 'UpdateAlias', method: 'PUT', path: one(ref), body }, 'aliasName'),
    delete: (ref) => connection.tell({ action: 'DeleteAlias', method: 'DELETE', path: one(ref) }),
    list: ({ functionName, ...filters }) =>
      connection.ask<AliasPage>(
        { action: 'ListAliases', method: 'GET', path: path({ functionName }), query: query(filters) },
        'aliases',
      ),
  };
}
