import type { Placement } from '../model/admission.js';

const DECISIONS: Readonly<Record<Placement, string>> = {
  bound: 'the instance of its session',
  'first-fit': 'the oldest instance with a free slot',
  'scaled-out': 'a new instance: no instance had a free slot',
  overflow: 'a new instance: the others had 200 requests in flight',
  'rebound-after-crash': 'another instance: the instance of its session crashed',
  'round-robin': 'the next instance with capacity; there is no session',
};

/** The text of `help <topic>`, at most 80 columns wide. */
export const HELP_TOPICS: Readonly<Record<string, string>> = {
  'exit-codes': `Exit codes:
    0  done; serve: drained after a signal
    1  a check or an operation failed; the emulator refused it
    2  misused: an unknown word, or a value whose form is wrong
    3  the emulator, or the target, does not answer
    4  not found
  130  interrupted by Ctrl-C
  143  ended by SIGTERM; serve: requests were cut off

exec returns the exit code of its command: 128 and the number of the signal
when a signal ended it, 127 when there is no such command.
`,
  environment: `Every option is also a variable: --sessions-per-instance is
FC_AFFINITY_SESSIONS_PER_INSTANCE. The command line wins. An option that may be
repeated takes one value a line; a switch takes true or false. What belongs to
one operation, as session create --ttl, has no variable.

Read by commands that ask an emulator:
  FC_AFFINITY_ENDPOINT    its control API, as http://127.0.0.1:9001
  FC_AFFINITY_ACCESS_KEY_ID, …_SECRET   what signs, or @file; else
  ALIBABA_CLOUD_ACCESS_KEY_ID, …_SECRET, ALIBABA_CLOUD_SECURITY_TOKEN
  XDG_RUNTIME_DIR         where a running emulator leaves its address
  NO_COLOR                no colour, even at a terminal

Set by exec for its command:
  FC_AFFINITY_URL              where the first function answers
  FC_AFFINITY_URL_<FUNCTION>   where each function answers; MY_CART for my-cart
  FC_AFFINITY_API, FC_AFFINITY_ENDPOINT   the control API

Set for the handler, and nothing else of this shell:
  PATH, HOME, LANG, TZ, TMPDIR, NODE_ENV   as they are here
  FC_SERVER_PORT, PORT    where it must listen
  FC_INSTANCE_ID, FC_FUNCTION_NAME, FC_QUALIFIER, …   as Function Compute does
  ALIBABA_CLOUD_ACCESS_KEY_ID, …   placeholders
  PYTHONUNBUFFERED        1, so that Python's output appears at once
  NODE_OPTIONS, PYTHONPATH   also load what gives a hard-coded port 9000 its
                          own; not with --no-port-shift
--env, --env-file and --env-pass add to them.
`,
  decisions: `The last word of a line in the log of serve tells where the request went:
${Object.entries(DECISIONS)
  .map(([name, what]) => `  ${name.padEnd(19)}  ${what}`)
  .join('\n')}

A + before the session: this request opened it.
After the decision:
  refused        the emulator answered; the lines below say why
  client-closed  the client left before the answer
  stopped        the emulator ended before the answer was complete
  broken         the answer began and could not be finished
  2 tries        the first instance died before it answered
`,
};
