import type { Catalogue } from './command.js';

/** Every command by its name, in the order of the help. */
export const CATALOGUE: Catalogue = {
  serve: {
    summary: 'run a function behind session affinity',
    load: async () => (await import('./commands/serve.js')).serve,
  },
  verify: {
    summary: 'replay the documented four requests, and more',
    load: async () => (await import('./commands/verify.js')).verify,
  },
  lint: {
    summary: 'what the cloud rejects in an s.yaml, or ignores silently',
    load: async () => (await import('./commands/lint.js')).lint,
  },
  exec: {
    summary: 'run a command, as your tests, beside an emulator of its own',
    load: async () => (await import('./commands/exec.js')).exec,
  },
  invoke: {
    summary: 'run a function once, by InvokeFunction',
    load: async () => (await import('./commands/invoke.js')).invoke,
  },
  session: {
    summary: 'create, look at and end sessions',
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
        summary: 'end sessions and forget them',
        aliases: ['rm', 'terminate'],
        load: async () => (await import('./commands/session/delete.js')).remove,
      },
      pause: {
        summary: 'give back the instance and keep the session',
        load: async () => (await import('./commands/session/pause.js')).pause,
      },
      resume: {
        summary: 'give a paused session an instance again',
        load: async () => (await import('./commands/session/resume.js')).resume,
      },
    },
  },
  instance: {
    summary: 'look at instances, their logs, end them',
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
        summary: 'show what an instance printed',
        load: async () => (await import('./commands/instance/logs.js')).logs,
      },
    },
  },
  ps: {
    summary: 'list instances, as instance list does',
    load: async () => (await import('./commands/instance/list.js')).list,
  },
  function: {
    summary: 'create, look at, change and delete functions',
    commands: {
      create: {
        summary: 'make a function of a command, or of a body of the API',
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
        summary: 'keep the function as it is now under a version number',
        load: async () => (await import('./commands/function/publish.js')).publish,
      },
    },
  },
  version: {
    summary: 'look at published versions, delete them',
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
    summary: 'names for versions, which may move',
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
    summary: 'the HTTP triggers of functions: where they answer, to whom',
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
    summary: 'why a request went to its instance',
    load: async () => (await import('./commands/explain.js')).explain,
  },
  doctor: {
    summary: 'name mistakes with affinity in recent requests',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  clock: {
    summary: "the emulator's clock: look, advance, freeze",
    byDefault: 'show',
    commands: {
      show: {
        summary: 'show the time of the emulator',
        load: async () => (await import('./commands/clock.js')).show,
      },
      advance: {
        summary: 'let time pass, as 6h or 90s',
        load: async () => (await import('./commands/clock.js')).advance,
      },
      freeze: {
        summary: 'stop the clock',
        load: async () => (await import('./commands/clock.js')).freeze,
      },
      resume: {
        summary: 'let a frozen clock run again',
        load: async () => (await import('./commands/clock.js')).resume,
      },
    },
  },
  completion: {
    summary: 'print what completes words in bash, zsh or fish',
    load: async () => (await import('./commands/completion.js')).completionOf(CATALOGUE),
  },
  help: {
    summary: 'help [command], or a topic: exit-codes, environment, decisions',
    load: async () => (await import('./commands/help.js')).help,
  },
};
