import type { Catalogue } from './command.js';

/** Every command by its name, in the order of the help. */
export const CATALOGUE: Catalogue = {
  serve: {
    summary: 'run a function behind session affinity',
    load: async () => (await import('./commands/serve.js')).serve,
  },
  verify: {
    summary: 'send the documented four requests, and more, and check the answers',
    load: async () => (await import('./commands/verify.js')).verify,
  },
  lint: {
    summary: 'check an s.yaml for mistakes that the cloud rejects or silently ignores',
    load: async () => (await import('./commands/lint.js')).lint,
  },
  exec: {
    summary: 'run a command, for example your tests, with its own emulator',
    load: async () => (await import('./commands/exec.js')).exec,
  },
  invoke: {
    summary: 'run a function once, by InvokeFunction',
    load: async () => (await import('./commands/invoke.js')).invoke,
  },
  session: {
    summary: 'create, show and end sessions',
    commands: {
      create: {
        summary: 'create a session, bound to an instance',
        load: async () => (await import('./commands/session/create.js')).create,
      },
      get: {
        summary: 'show a session',
        load: async () => (await import('./commands/session/get.js')).get,
      },
      list: {
        summary: 'list sessions',
        aliases: ['ls'],
        load: async () => (await import('./commands/session/list.js')).list,
      },
      update: {
        summary: 'change the terms of a session',
        load: async () => (await import('./commands/session/update.js')).update,
      },
      delete: {
        summary: 'end and delete sessions',
        aliases: ['rm', 'terminate'],
        load: async () => (await import('./commands/session/delete.js')).remove,
      },
      pause: {
        summary: 'end the instance of a session and keep the session',
        load: async () => (await import('./commands/session/pause.js')).pause,
      },
      resume: {
        summary: 'start an instance for a paused session',
        load: async () => (await import('./commands/session/resume.js')).resume,
      },
    },
  },
  instance: {
    summary: 'show instances and their logs, end instances',
    commands: {
      list: {
        summary: 'list instances',
        aliases: ['ls'],
        load: async () => (await import('./commands/instance/list.js')).list,
      },
      kill: {
        summary: 'end an instance as a crash would',
        load: async () => (await import('./commands/instance/kill.js')).kill,
      },
      logs: {
        summary: 'show the log of an instance',
        load: async () => (await import('./commands/instance/logs.js')).logs,
      },
    },
  },
  ps: {
    summary: 'list instances, as instance list does',
    load: async () => (await import('./commands/instance/list.js')).list,
  },
  function: {
    summary: 'create, show, change and delete functions',
    commands: {
      create: {
        summary: 'create a function from a command, or from a body of the API',
        load: async () => (await import('./commands/function/create.js')).create,
      },
      update: {
        summary: 'change a function; old sessions stay on their instances',
        load: async () => (await import('./commands/function/update.js')).update,
      },
      delete: {
        summary: 'delete a function, its versions, aliases and triggers',
        aliases: ['rm'],
        load: async () => (await import('./commands/function/delete.js')).remove,
      },
      list: {
        summary: 'list the functions',
        aliases: ['ls'],
        load: async () => (await import('./commands/function/list.js')).list,
      },
      get: {
        summary: 'show a function',
        load: async () => (await import('./commands/function/get.js')).get,
      },
      publish: {
        summary: 'publish the current function as a version',
        load: async () => (await import('./commands/function/publish.js')).publish,
      },
    },
  },
  version: {
    summary: 'show and delete published versions',
    commands: {
      list: {
        summary: 'list the versions of a function',
        aliases: ['ls'],
        load: async () => (await import('./commands/version/list.js')).list,
      },
      delete: {
        summary: 'delete a version',
        load: async () => (await import('./commands/version/delete.js')).remove,
      },
    },
  },
  alias: {
    summary: 'create, show, move and delete names of versions',
    commands: {
      create: {
        summary: 'name a version',
        load: async () => (await import('./commands/alias/create.js')).create,
      },
      update: {
        summary: 'move an alias to another version',
        load: async () => (await import('./commands/alias/update.js')).update,
      },
      get: {
        summary: 'show an alias',
        load: async () => (await import('./commands/alias/get.js')).get,
      },
      list: {
        summary: 'list the aliases of a function',
        aliases: ['ls'],
        load: async () => (await import('./commands/alias/list.js')).list,
      },
      delete: {
        summary: 'delete an alias',
        load: async () => (await import('./commands/alias/delete.js')).remove,
      },
    },
  },
  trigger: {
    summary: 'create, show, change and delete HTTP triggers of functions',
    commands: {
      create: {
        summary: 'give a function an address',
        load: async () => (await import('./commands/trigger/create.js')).create,
      },
      update: {
        summary: 'change the authentication, methods or qualifier of a trigger',
        load: async () => (await import('./commands/trigger/update.js')).update,
      },
      get: {
        summary: 'show a trigger',
        load: async () => (await import('./commands/trigger/get.js')).get,
      },
      list: {
        summary: 'list triggers',
        aliases: ['ls'],
        load: async () => (await import('./commands/trigger/list.js')).list,
      },
      delete: {
        summary: 'delete a trigger, which closes its port',
        aliases: ['rm'],
        load: async () => (await import('./commands/trigger/delete.js')).remove,
      },
    },
  },
  explain: {
    summary: 'explain why a request went to its instance',
    load: async () => (await import('./commands/explain.js')).explain,
  },
  doctor: {
    summary: 'find mistakes with affinity in recent requests',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  clock: {
    summary: "show, advance and freeze the emulator's clock",
    byDefault: 'show',
    commands: {
      show: {
        summary: 'show the time of the emulator',
        load: async () => (await import('./commands/clock.js')).show,
      },
      advance: {
        summary: 'advance the clock, for example by 6h or 90s',
        load: async () => (await import('./commands/clock.js')).advance,
      },
      freeze: {
        summary: 'stop the clock',
        load: async () => (await import('./commands/clock.js')).freeze,
      },
      resume: {
        summary: 'let a frozen clock continue',
        load: async () => (await import('./commands/clock.js')).resume,
      },
    },
  },
  completion: {
    summary: 'print the completion script for bash, zsh or fish',
    load: async () => (await import('./commands/completion.js')).completionOf(CATALOGUE),
  },
  help: {
    summary: 'help [command], or a topic: exit-codes, environment, decisions',
    load: async () => (await import('./commands/help.js')).help,
  },
};
