import type { FcError } from '../model/errors.js';
import { humanDuration } from '../model/human-time.js';
import { nearest } from '../model/nearest.js';
import type { ControlPlane } from '../model/services.js';
import { ExplainedError } from './errors.js';
import type { GivenTexts } from './options/options.js';

interface Asked {
  readonly control: ControlPlane;
  readonly given: GivenTexts;
}

/** The command line option of each API field. */
const FIELDS = [
  { field: 'sessionTTLInSeconds', key: 'ttl', flag: '--ttl', isDuration: true },
  { field: 'sessionIdleTimeoutInSeconds', key: 'idle', flag: '--idle', isDuration: true },
  {
    field: 'sessionConcurrencyPerInstance',
    key: 'sessionsPerInstance',
    flag: '--sessions-per-instance',
    isDuration: false,
  },
  { field: 'affinityHeaderFieldName', key: 'headerName', flag: '--header-name', isDuration: false },
  {
    field: 'instanceConcurrency',
    key: 'instanceConcurrency',
    flag: '--instance-concurrency',
    isDuration: false,
  },
  { field: 'minInstances', key: 'minInstances', flag: '--min-instances', isDuration: false },
  { field: 'maxInstances', key: 'maxInstances', flag: '--max-instances', isDuration: false },
  { field: 'sessionId', key: 'sessionId', flag: '--session-id', isDuration: false },
  { field: 'limit', key: 'limit', flag: '--limit', isDuration: false },
  { field: 'nextToken', key: 'nextToken', flag: '--next-token', isDuration: false },
  { field: 'nasConfig', key: 'nasConfig', flag: '--nas-config', isDuration: false },
  { field: 'ossMountConfig', key: 'ossMountConfig', flag: '--oss-mount-config', isDuration: false },
  { field: 'polarFsConfig', key: 'polarFsConfig', flag: '--polar-fs-config', isDuration: false },
  { field: 'juiceFsConfig', key: 'juiceFsConfig', flag: '--juice-fs-config', isDuration: false },
] as const;

/** @returns the refusal for people: with options in place of API fields, known names, and a fix */
export async function explained(error: FcError, { control, given }: Asked): Promise<Error> {
  switch (error.code) {
    case 'FunctionNotFound':
      return withServed(error, control);
    case 'FunctionAlreadyExists':
      return new ExplainedError(error, { fix: 'fc-affinity function update changes it' });
    case 'TriggerNotFound':
      return new ExplainedError(error, { fix: 'fc-affinity trigger list shows the triggers' });
    case 'InstanceNotFound':
      return new ExplainedError(error, {
        fix: 'fc-affinity instance list --all shows running and recently ended instances',
      });
    case 'VersionNotFound':
      return new ExplainedError(error, { fix: 'fc-affinity version list <function> shows the versions' });
    case 'AliasNotFound':
      return new ExplainedError(error, { fix: 'fc-affinity alias list <function> shows the aliases' });
    case 'ResourceExhausted':
      return new ExplainedError(error, {
        fix: 'end a session with fc-affinity session delete <id>, or serve with a greater --max-instances or --sessions-per-instance',
      });
    case 'InvalidArgument':
      return new ExplainedError(error, { message: inWordsOfTheLine(error.message, given) });
    case 'MissingRequiredHeader':
    case 'InvalidAccessKeyID':
    case 'SignatureNotMatch':
      return new ExplainedError(error, { ...(isUnsigned(error) && { message: UNSIGNED }), fix: KEYS });
    default:
      return error;
  }
}

const UNSIGNED = 'the emulator accepts signed requests only';
const KEYS = 'set FC_AFFINITY_ACCESS_KEY_ID and FC_AFFINITY_ACCESS_KEY_SECRET to those of the emulator';

function isUnsigned({ message }: FcError): boolean {
  return message === 'required HTTP header Authorization was not specified';
}

async function withServed(error: FcError, control: ControlPlane): Promise<Error> {
  try {
    const names = (await control.functions.list()).map(({ config }) => config.functionName);
    if (names.length === 0) return error;
    const [, wanted = ''] = /'(.*)'/.exec(error.message) ?? [];
    const meant = nearest(wanted, names);
    return new ExplainedError(error, {
      details: `served: ${names.join(', ')}`,
      fix: meant === undefined ? undefined : `did you mean ${meant}?`,
    });
  } catch {
    return error;
  }
}

/** Replaces API fields by options, and seconds by the given durations. */
function inWordsOfTheLine(message: string, given: GivenTexts): string {
  // With `--input` the user wrote API fields, so the error keeps them.
  if (given.input !== undefined) return message;
  let words = message;
  for (const { field, key, flag, isDuration } of FIELDS) {
    const givenText = given[key];
    if (givenText !== undefined && words.startsWith(`${field} must`)) {
      words = words.replace(/got "[^"]*"$/, `got ${JSON.stringify(givenText.text)}`);
      if (isDuration)
        words = words.replace(
          /an integer from (\d+) to (\d+)/,
          (_, least, most) => `${least} to ${most} s (${humanDuration(least)} to ${humanDuration(most)})`,
        );
    }
    words = words.replaceAll(new RegExp(`\\b${field}\\b(?: \\((\\d+)\\))?`, 'g'), (_, seconds) =>
      seconds === undefined ? (givenText?.name ?? flag) : `${givenText?.name ?? flag} (${seconds} s)`,
    );
  }
  return words;
}
