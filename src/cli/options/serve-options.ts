import { AFFINITY_WORDS, FUNCTION_DEFAULTS, ISOLATION_WORDS } from '../../config/function-words.js';
import type { InstanceIsolationMode, SessionAffinityType } from '../../model/function.js';
import { LIMITS } from '../../model/limits.js';
import { choice, duration, flag, integer, list, secret, text } from './option-kinds.js';
import { grouped } from './options.js';
import { TRIGGER_AUTH } from './trigger-options.js';

const UNBOUNDED = Number.MAX_SAFE_INTEGER;
export const PORTS = [0, 65535] as const;

/** The affinity of `serve`, and of `verify`, whose suites have their own defaults. */
export const AFFINITY = {
  orCookie: choice<SessionAffinityType, 'GENERATED_COOKIE'>(
    '--affinity <type>',
    'cookie, header, mcp-streamable, mcp-sse or none (default: cookie)',
    { words: AFFINITY_WORDS, byDefault: FUNCTION_DEFAULTS.affinity },
  ),
  orUnsaid: choice<SessionAffinityType, undefined>(
    '--affinity <type>',
    'cookie, header, mcp-streamable, mcp-sse or none (default: the affinity of the suite)',
    { words: AFFINITY_WORDS, byDefault: undefined },
  ),
};

/** The options of a function, for `serve` and `verify`. */
export const FUNCTION_OPTIONS = {
  ...grouped('Function and affinity:', {
    function: text(
      '--function <name>',
      "the function's name (default: the folder's); with a configuration: serve this function only",
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
    ttl: duration('--ttl <duration>', 'the life of a session, for example 21600, 6h, 30m (default: 6h)', {
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
      'the limit of --ttl and --idle (default: 6h, as on FC)',
      {
        range: [1, UNBOUNDED],
        byDefault: FUNCTION_DEFAULTS.maxSessionTtl,
      },
    ),
  }),
  ...grouped('Instances and requests (seconds, or 90s, 30m, 6h):', {
    maxInstances: integer('--max-instances <n>', 'the most instances; then requests get 429 (default: 20)', {
      range: LIMITS.maxInstances,
      byDefault: FUNCTION_DEFAULTS.maxInstances,
    }),
    minInstances: integer('--min-instances <n>', 'the instances to keep ready (default: 0)', {
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
    startTimeout: duration(
      '--start-timeout <duration>',
      'how long an instance may take to listen (default: 120 s)',
      {
        range: [1, 86_400],
        byDefault: FUNCTION_DEFAULTS.startTimeout,
      },
    ),
    drainTimeout: duration(
      '--drain-timeout <duration>',
      'how long requests in flight may take at the end (default: 10 s)',
      {
        range: [0, 86_400],
        byDefault: FUNCTION_DEFAULTS.drainTimeout,
      },
    ),
  }),
  ...grouped('Environment of the handler:', {
    env: list('--env <name=value>', 'a variable for the handler; may be repeated'),
    envFile: list('--env-file <file>', 'a file of NAME=value lines; may be repeated'),
    envPass: list('--env-pass <name>', 'give the handler a variable of this shell; may be repeated'),
    envName: text('--env-name <name>', 'an environment of s.yaml, from its env.yaml (default: none)'),
    codeDir: list('--code-dir <function=folder>', 'the local folder of code that is in OSS; may be repeated'),
    noPortShift: flag('--no-port-shift', 'do not move a listen on port 9000 of FC to $FC_SERVER_PORT'),
  }),
};

/** The addresses, the state and the log of `serve`. */
export const LISTEN_OPTIONS = {
  ...grouped('Where it listens:', {
    port: integer('--port <n>', 'the port of the first function; 0: any free (default: 9000)', {
      range: PORTS,
      byDefault: 9000,
    }),
    apiPort: integer('--api-port <n>', 'the port of the control API; 0: any free (default: 9001)', {
      range: PORTS,
      byDefault: 9001,
    }),
    host: text('--host <address>', 'other than loopback needs an access key (default: 127.0.0.1)'),
    allowedHost: list('--allowed-host <name>', 'a host name to accept besides loopback; may be repeated'),
    accessKeyId: secret('--access-key-id <id>', 'the control API accepts signed requests only; or @file'),
    accessKeySecret: secret(
      '--access-key-secret <secret>',
      'the secret of the key; better as a variable, or @file',
    ),
    triggerAuth: TRIGGER_AUTH,
    https: flag('--https', 'triggers answer TLS too, with a self-signed certificate'),
    noFunction: flag(
      '--no-function',
      'start without a function: create functions by the API or function create',
    ),
    customDomain: flag('--custom-domain', 'as with a custom domain: browsers show a page and do not save it'),
  }),
  ...grouped('Development:', {
    watch: flag('--watch', 'after a change of the code, new sessions get a new revision'),
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
    verbose: flag('-v, --verbose', "also show the platform's lines of every instance"),
  }),
};
