import type { SessionAffinity } from '../model/affinity.js';
import { FcError } from '../model/errors.js';
import type { FunctionConfig, SessionAffinityType } from '../model/function.js';
import { generatedCookie } from './generated-cookie.js';
import { headerField } from './header-field.js';
import { none } from './none.js';

/** One row for each value of `sessionAffinity`. */
const STRATEGIES: Readonly<Record<SessionAffinityType, (config: FunctionConfig) => SessionAffinity>> = {
  NONE: () => none,
  GENERATED_COOKIE: () => generatedCookie,
  HEADER_FIELD: ({ sessionAffinityConfig }) =>
    headerField(sessionAffinityConfig.affinityHeaderFieldName ?? ''),
  MCP_SSE: notThereYet,
  MCP_STREAMABLE: notThereYet,
};

/** @throws InvalidArgument for an affinity that is not emulated yet */
export function strategyOf(config: FunctionConfig): SessionAffinity {
  return STRATEGIES[config.sessionAffinity](config);
}

function notThereYet({ sessionAffinity }: FunctionConfig): never {
  throw new FcError('InvalidArgument', `sessionAffinity ${sessionAffinity} is not emulated yet`);
}
