import { AFFINITY_WORDS, FUNCTION_DEFAULTS, ISOLATION_WORDS } from '../../config/function-words.js';
import type { InstanceIsolationMode, SessionAffinityType } from '../../model/function.js';
import { LIMITS } from '../../model/limits.js';
import { choice, duration, flag, integer, list, secret, text } from './option-kinds.js';
import { grouped } from './options.js';
import { TRIGGER_AUTH } from './trigger-options.js';

const UNBOUNDED = Number.MAX_SAFE_INTEGER;
export const PORTS = [0, 65535] as const;

/** For `serve`, and for `verify`, whose suites each need their own. */
export const AFFINITY = {
  orCookie: choice<SessionAffinityType, 'GENERATED_COOKIE'>(
    '--affinity <type>',
    'cookie, header, mcp-streamable, mcp-sse or none (default: cookie)',
    { words: AFFINITY_WORDS, byDefault: FUNCTION_DEFAULTS.affinity },
  ),
  orUnsaid: choice<SessionAffinityType, undefined>(
    '--affinity <type>',
    'cookie, header, mcp-streamable, mcp-sse or none (default: what the suite is about)',
    { words: AFFINITY_WORDS, byDefault: undefined },
  ),
};

/** What shapes a function; `serve` and `verify` take it. */
export const FUNCTION_OPTIONS = {
  ...grouped('Function and affinity:', {
    function: text(
      '--function <name>',
      "its name (default: the folder's); of a configuration: this one alone",
    ),
    affinity: AFFINITY.orCookie,
    headerName: text('--header-name <name>', 'the header that names the session; with --affinity header'),
    ssePath: text(
      '--sse-path <path>',
      'where the handler opens its stream; with --affinity mcp-sse (default: /sse)',
    ),
    sessionsPerInstance: integer('--sessions-per-instance <n>', '1 to 200 (default: 20)', {
      range: LIMITS.sessionConcurrencyPerInstance,
      byDefault: undefined,
    }),
    isolation: choice<InstanceIsolationMode, 'SHARE'>(
      '--isolation <mode>',
      'session: an instance for each session',
      { words: ISOLATION_WORDS, byDefault: FUNCTION_DEFAULTS.isolation },
    ),
  }),
  ...grouped('Life of a session (seconds, or 90s, 30m, 6h):', {
    ttl: duration('--ttl <duration>', 'the life of a session, as 21600, 6h, 30m (default: 6h)', {
      range: [1, UNBOUNDED],
      byDefault: undefined,
    }),
    idle: duration('--idle <duration>', 'ends a session unused for so long (default: 30m, or the TTL)', {
      range: [0, UNBOUNDED],
      byDefault: undefined,
    }),
    disableSessionIdReuse: flag('--disable-session-id-reuse', 'refuse the ID of a session that has ended'),
    maxSessionTtl: duration(
      '--max-session-ttl <duration>',
      "lifts FC's limit on --ttl and --idle (default: 6h)",
      {
        range: [1, UNBOUNDED],
        byDefault: FUNCTION_DEFAULTS.maxSessionTtl,
      },
    ),
  }),
  ...grouped('Instances and requests (seconds, or 90s, 30m, 6h):', {
    maxInstances: integer('--max-instances <n>', 'above it requests get 429 (default: 20)', {
      range: LIMITS.maxInstances,
      byDefault: FUNCTION_DEFAULTS.maxInstances,
    }),
    minInstances: integer('--min-instances <n>', 'instances kept ready (default: 0)', {
      range: [0, LIMITS.maxInstances[1]],
      byDefault: FUNCTION_DEFAULTS.minInstances,
    }),
    instanceConcurrency: integer('--instance-concurrency <n>', 'with --affinity none (default: 1)', {
      range: LIMITS.instanceConcurrency,
      byDefault: undefined,
    }),
    timeout: duration('--timeout <duration>', 'how long a request may last (default: 60 s)', {
      range: LIMITS.timeout,
      byDefault: FUNCTION_DEFAULTS.timeout,
    }),
    startTimeout: duration('--start-timeout <duration>', 'until an instance must listen (default: 120 s)', {
      range: [1, 86_400],
      byDefault: FUNCTION_DEFAULTS.startTimeout,
    }),
    drainTimeout: duration(
      '--drain-timeout <duration>',
      'for requests in flight at the end (default: 10 s)',
      {
        range: [0, 86_400],
        byDefault: FUNCTION_DEFAULTS.drainTimeout,
      },
    ),
  }),
  ...grouped('Environment of the handler:', {
    env: list('--env <name=value>', 'a variable for the handler; may be repeated'),
    envFile: list('--env-file <file>', 'a file of such lines; may be repeated'),
    envPass: list('--env-pass <name>', 'hand over a variable of this shell; may be repeated'),
    envName: text('--env-name <name>', 'an environment of s.yaml, from its env.yaml (default: none)'),
    codeDir: list('--code-dir <function=folder>', 'where code lies that is in OSS; may be repeated'),
    noPortShift: flag('--no-port-shift', 'leave a listen on the port of FC (9000) where it is'),
  }),
};

/** Where `serve` listens and how it talks. */
export const LISTEN_OPTIONS = {
  ...grouped('Where it listens:', {
    port: integer('--port <n>', 'of the first function; 0: any free (default: 9000)', {
      range: PORTS,
      byDefault: 9000,
    }),
    apiPort: integer('--api-port <n>', 'of the control API; 0: any free (default: 9001)', {
      range: PORTS,
      byDefault: 9001,
    }),
    host: text('--host <address>', 'beyond loopback it needs an access key (default: 127.0.0.1)'),
    allowedHost: list('--allowed-host <name>', 'a host name to accept besides loopback; may be repeated'),
    accessKeyId: secret('--access-key-id <id>', 'the control API takes signed requests only; or @file'),
    accessKeySecret: secret('--access-key-secret <secret>', 'its secret; better as a variable, or @file'),
    triggerAuth: TRIGGER_AUTH,
    https: flag('--https', 'triggers answer TLS too, with a self-signed certificate'),
    noFunction: flag('--no-function', 'serves none: make functions by the API or function create'),
    customDomain: flag('--custom-domain', 'as behind a custom domain: browsers show the page, not save it'),
  }),
  ...grouped('Development:', {
    watch: flag('--watch', 'a change of the code makes a new revision: new sessions get it'),
    inspect: flag('--inspect', 'an inspector port for each Node.js instance, from 9229 on'),
  }),
  ...grouped('State and time:', {
    stateDir: text('--state-dir <dir>', 'a folder in which sessions survive a restart'),
    countSleep: flag('--count-sleep', 'sessions age while this machine sleeps'),
  }),
  ...grouped('Log:', {
    logFormat: choice<'pretty' | 'json', 'pretty'>(
      '--log-format <form>',
      'pretty or json (default: pretty)',
      {
        words: { pretty: 'pretty', json: 'json' },
        byDefault: 'pretty',
      },
    ),
    quiet: flag('-q, --quiet', 'only errors'),
    verbose: flag('-v, --verbose', "also the platform's own lines of every instance"),
  }),
};
