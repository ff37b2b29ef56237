import type { TriggerAuthType } from '../../model/function.js';
import { choice, list, text, toggle } from './option-kinds.js';

const AUTH_WORDS = { anonymous: 'anonymous', function: 'function' } as const;

/** An option for functions that are made from flags. */
export const TRIGGER_AUTH = choice<TriggerAuthType, 'anonymous'>(
  '--trigger-auth <type>',
  'anonymous, or function: requests must be signed (default: anonymous)',
  { words: AUTH_WORDS, byDefault: 'anonymous' },
);

/** The options of both `trigger create` and `trigger update`. */
export const TRIGGER_OPTIONS = {
  auth: choice<TriggerAuthType, undefined>(
    '--auth <type>',
    'anonymous, or function: requests must be signed',
    {
      words: AUTH_WORDS,
      byDefault: undefined,
      flagOnly: true,
    },
  ),
  methods: list('--methods <names>', 'for example GET,POST; may be repeated (default: all)', {
    flagOnly: true,
  }),
  internet: toggle('--internet', 'the address accepts requests', 'the address refuses requests with 403'),
  qualifier: text('--qualifier <name>', 'a version or alias (default: LATEST)', { flagOnly: true }),
  description: text('--description <text>', 'what the trigger is for', { flagOnly: true }),
};

interface TriggerValues {
  readonly auth: TriggerAuthType | undefined;
  readonly methods: readonly string[];
  readonly internet: boolean | undefined;
}

/** @returns the keys of a `triggerConfig` from the given options. The server checks the methods. */
export function triggerConfigOf({
  auth,
  methods,
  internet,
}: TriggerValues): Readonly<Record<string, unknown>> {
  const names = methods.flatMap((text) => text.toUpperCase().split(/[\s,]+/)).filter((name) => name !== '');
  return {
    ...(auth !== undefined && { authType: auth }),
    ...(methods.length > 0 && { methods: names }),
    ...(internet !== undefined && { disableURLInternet: !internet }),
  };
}
