import type { Limits, Operation, Settings, Subject, Wishes } from './episode.js';

interface Instance {
  id: number;
  name: string;
  state: 'starting' | 'ready' | 'gone';
  sessions: number;
  load: number;
  emptySince: number;
  requestsEach: number;
  /** Of an earlier revision. */
  old: boolean;
}
interface Session {
  id: string;
  ttl: number;
  idle: number;
  ban: boolean;
  created: number;
  lastUse: number;
  used: boolean;
  known: boolean;
  load: number;
  status: string;
  endedAt: number;
  on: Instance | undefined;
  container: string;
}
interface Binding {
  session: Session | undefined;
  on: Instance;
  out: boolean;
  reserves: boolean;
}

const THREE_DAYS = 259_200_000;
const FIVE_MINUTES = 300_000;

/** The specification, §4 and §10, played out the slow way: lists, scans, and time one event after the other. */
export class ReferenceModel implements Subject {
  now = 0;
  sessions: Session[] = [];
  instances: Instance[] = [];
  bindings = new Map<number, Binding>();
  made = { sessions: 0, bindings: 0, instances: 0 };
  lastTurn = 0;
  failures: number[] = [];
  wait = 100;
  until = 0;
  startAgainAt = Infinity;
  healthy: { at: number; on: Instance }[] = [];
  limits: Limits;
  constructor(readonly is: Settings) {
    this.limits = is;
    this.keepMinimum();
  }

  perform(op: Operation): string {
    try {
      return this.act(op);
    } catch (refusal) {
      if (typeof refusal === 'string') return `refused ${refusal}`;
      throw refusal;
    }
  }
  act(op: Operation): string {
    switch (op.do) {
      case 'advance':
        return this.advance(op.ms);
      case 'visit':
        return this.visit();
      case 'reserve': {
        const [on, placement] = this.chooseInstance();
        on.load++;
        return this.binding(undefined, on, placement, 'none', true);
      }
      case 'learn': {
        const binding = this.bindings.get(op.binding);
        if (binding === undefined || binding.out) return 'nothing';
        const isTaken = op.id !== undefined && ![undefined, 'Expired'].includes(this.latest(op.id)?.status);
        if (binding.reserves && op.id !== undefined && !isTaken && binding.on.state !== 'gone') {
          binding.reserves = false;
          binding.session = this.session(op.id, binding.on, this.is);
          binding.session.load = 1;
          binding.session.known = true;
        } else if (binding.reserves && !this.is.exclusive) {
          this.giveBack(binding);
        }
        return this.told(binding);
      }
      case 'end': {
        const binding = this.bindings.get(op.binding);
        if (binding === undefined || binding.out) return 'nothing';
        const { session } = binding;
        if (session !== undefined && this.isAlive(session))
          for (const one of this.sessions.filter(({ id }) => id === session.id)) this.erase(one);
        return this.told(binding);
      }
      case 'request': {
        const session = op.id === undefined ? undefined : this.latest(op.id);
        if (session === undefined)
          return this.begin(op.whenUnknown === 'create' ? op.id : undefined, 'opened');
        if (session.status === 'Expired') {
          if (session.ban) throw 'SessionExpired';
          return this.begin(op.id, 'reopened');
        }
        if (session.status !== 'Active') throw 'InvalidSessionStatus';
        const placement = this.entry(session);
        session.load++;
        return this.binding(session, session.on as Instance, placement, 'known');
      }
      case 'leave': {
        const binding = this.bindings.get(op.binding);
        if (binding === undefined || binding.out) return 'nothing';
        this.bindings.delete(op.binding);
        this.unload(binding.on);
        this.giveBack(binding);
        if (binding.session) {
          binding.session.known ||= op.answered;
          this.endUse(binding.session);
        }
        return 'left';
      }
      case 'detach': {
        const binding = this.bindings.get(op.binding);
        if (binding === undefined || binding.out) return 'nothing';
        binding.out = true;
        this.unload(binding.on);
        this.giveBack(binding);
        return 'out';
      }
      case 'rebind': {
        const binding = this.bindings.get(op.binding);
        if (binding === undefined || !binding.out || binding.session === undefined) return 'nothing';
        const { session } = binding;
        try {
          if (session.status !== 'Active') throw 'ProcessExited';
          const placement = this.entry(session);
          binding.out = false;
          binding.on = session.on as Instance;
          return `back ${binding.on.name} ${placement}`;
        } catch (refusal) {
          this.bindings.delete(op.binding);
          this.endUse(session);
          throw refusal;
        }
      }
      case 'create': {
        const wished = this.wish({ ttl: this.is.ttl, idle: this.is.idle, ban: this.is.ban }, op.wishes);
        const before = op.id === undefined ? undefined : this.latest(op.id);
        if (before !== undefined && before.status !== 'Expired') throw 'SessionAlreadyExists';
        if (before?.ban) throw 'SessionExpired';
        const [on] = this.chooseInstance();
        const session = this.session(op.id, on, wished);
        session.known = true;
        return `created ${session.id} ${on.name}`;
      }
      case 'update': {
        const session = this.latest(op.id);
        if (session === undefined) throw 'SessionNotFound';
        if (session.status !== 'Active') throw 'InvalidSessionStatus';
        Object.assign(session, this.wish(session, op.wishes));
        if (this.endOf(session) <= this.now) this.expire(session, this.now);
        return `updated ${session.status}`;
      }
      case 'get':
        return this.latest(op.id)?.status ?? 'absent';
      case 'delete': {
        const session = this.latest(op.id);
        if (session === undefined) throw 'SessionNotFound';
        if (session.status === 'Pausing' || session.status === 'Resuming') throw 'InvalidSessionStatus';
        for (const one of this.sessions.filter(({ id }) => id === op.id)) this.erase(one);
        return 'deleted';
      }
      case 'pause':
      case 'paused':
      case 'resume':
      case 'resumed':
      case 'notResumed':
        return this.hibernate(op.do, op.id);
      case 'deploy':
        return this.deploy(op.limits);
      case 'ready': {
        const one = this.running.find(({ id }) => id === op.instance);
        if (one?.state !== 'starting') return 'nothing';
        one.state = 'ready';
        if (!one.old && this.failures.length > 0) this.healthy.push({ at: this.now + 30_000, on: one });
        return 'ready';
      }
      case 'die':
      case 'retire': {
        const one = this.running.find(({ id }) => id === op.instance);
        if (one === undefined) return 'nothing';
        if (op.do === 'die' && !one.old && one.state === 'starting') this.failed();
        one.state = 'gone';
        this.keepMinimum();
        return 'gone';
      }
    }
  }
  hibernate(step: string, id: string): string {
    const session = this.latest(id);
    const from = {
      pause: 'Active',
      paused: 'Pausing',
      resume: 'Paused',
      resumed: 'Resuming',
      notResumed: 'Resuming',
    }[step];
    if (!this.is.exclusive || session === undefined || session.status !== from) return 'nothing';
    if (step === 'pause') {
      session.status = 'Pausing';
      this.vacate(session);
    }
    if (step === 'paused') session.status = 'Paused';
    if (step === 'resume') {
      const [on] = this.chooseInstance();
      session.status = 'Resuming';
      session.on = on;
    }
    if (step === 'resumed') {
      session.status = 'Active';
      session.lastUse = this.now;
      session.container = session.on?.name ?? session.container;
    }
    if (step === 'notResumed') {
      session.status = 'Paused';
      this.vacate(session);
    }
    if (this.endOf(session) <= this.now) this.expire(session, this.endOf(session));
    return session.status;
  }
  deploy(limits: Limits): string {
    this.limits = limits;
    for (const one of this.running) {
      one.old = true;
      this.note(one);
    }
    this.lastTurn = 0;
    this.failures = [];
    this.wait = 100;
    this.until = 0;
    this.startAgainAt = Infinity;
    this.healthy = [];
    this.keepMinimum();
    return 'deployed';
  }
  get running(): Instance[] {
    this.instances = this.instances.filter(({ state }) => state !== 'gone');
    return this.instances;
  }
  /** Those of the revision in force. */
  get counted(): Instance[] {
    return this.running.filter(({ old }) => !old);
  }
  latest(id: string): Session | undefined {
    return this.sessions.filter((one) => one.id === id).at(-1);
  }
  endOf(s: Session): number {
    const byTTL = s.created + s.ttl * 1000;
    if (s.load > 0 || s.status !== 'Active') return byTTL;
    const idle = Math.min(s.idle, s.ttl);
    return idle === 0 && !s.used ? byTTL : Math.min(byTTL, s.lastUse + idle * 1000);
  }
  wish(
    from: { ttl: number; idle: number; ban: boolean },
    { ttl = from.ttl, idle, ban = from.ban }: Wishes,
  ): { ttl: number; idle: number; ban: boolean } {
    if (idle !== undefined && idle > ttl) throw 'InvalidArgument';
    return { ttl, idle: idle ?? from.idle, ban };
  }
  chooseInstance(): [Instance, string] {
    const free = this.counted.find(
      (i) => i.sessions < this.limits.slotsEach && i.load < this.limits.requestsEach,
    );
    const placement = free
      ? 'first-fit'
      : this.counted.some((i) => i.sessions < this.limits.slotsEach)
        ? 'overflow'
        : 'scaled-out';
    const on = free ?? this.open();
    on.sessions++;
    return [on, placement];
  }
  open(): Instance {
    if (this.counted.length >= this.is.maxInstances) throw 'ResourceExhausted';
    if (this.now < this.until) throw 'ServiceUnavailable';
    const one: Instance = {
      id: ++this.made.instances,
      name: `i${this.made.instances}`,
      state: 'starting',
      sessions: 0,
      load: 0,
      emptySince: this.now,
      requestsEach: this.limits.requestsEach,
      old: false,
    };
    this.instances.push(one);
    return one;
  }
  begin(id: string | undefined, how: string): string {
    const [on, placement] = this.chooseInstance();
    on.load++;
    const session = this.session(id, on, this.is);
    session.load = 1;
    return this.binding(session, on, placement, how);
  }
  session(
    id: string | undefined,
    on: Instance,
    { ttl, idle, ban }: { ttl: number; idle: number; ban: boolean },
  ): Session {
    const session = {
      id: id ?? `s${++this.made.sessions}`,
      ttl,
      idle,
      ban,
      created: this.now,
      lastUse: this.now,
      used: false,
      known: false,
      load: 0,
      status: 'Active',
      endedAt: 0,
      on,
      container: on.name,
    };
    this.sessions.push(session);
    return session;
  }
  binding(
    session: Session | undefined,
    on: Instance,
    placement: string,
    how: string,
    reserves = false,
  ): string {
    this.bindings.set(++this.made.bindings, { session, on, out: false, reserves });
    return `${session?.id} ${on.name} ${placement} ${how}`;
  }
  entry(session: Session): string {
    const lost = session.on?.state === 'gone';
    let placement = 'bound';
    if (session.on === undefined || lost) [session.on, placement] = this.chooseInstance();
    if (session.on.load >= session.on.requestsEach) throw 'ResourceExhausted';
    session.on.load++;
    session.container = session.on.name;
    return lost ? 'rebound-after-crash' : placement;
  }
  visit(): string {
    const free = this.counted.filter(
      (i) => i.load < this.limits.requestsEach && (!this.is.exclusive || i.sessions < this.limits.slotsEach),
    );
    const next = free.find((i) => i.id > this.lastTurn) ?? free[0];
    const on = next ?? this.open();
    this.lastTurn = on.id;
    on.load++;
    return this.binding(undefined, on, next === undefined ? 'scaled-out' : 'round-robin', 'none');
  }
  isAlive(session: Session): boolean {
    return this.sessions.includes(session) && session.status !== 'Expired';
  }
  giveBack(binding: Binding): void {
    if (!binding.reserves) return;
    binding.reserves = false;
    this.vacateSlot(binding.on);
  }
  told({ session, reserves }: Binding): string {
    return `${session?.id} ${session && this.isAlive(session)} ${reserves}`;
  }
  unload(on: Instance): void {
    on.load--;
    this.note(on);
  }
  note(on: Instance): void {
    if (on.sessions > 0 || on.load > 0) return;
    on.emptySince = this.now;
    if (on.old) on.state = 'gone';
  }
  vacate(session: Session): void {
    const { on } = session;
    session.on = undefined;
    if (on !== undefined) this.vacateSlot(on);
  }
  vacateSlot(on: Instance): void {
    if (on.state === 'gone') return;
    on.sessions--;
    if (this.is.exclusive) {
      on.state = 'gone';
      this.keepMinimum();
    } else this.note(on);
  }
  endUse(session: Session): void {
    session.load--;
    session.used = true;
    if (session.load > 0) return;
    session.lastUse = this.now;
    if (!this.sessions.includes(session) || session.status === 'Expired') return;
    if (!session.known) this.erase(session);
    else if (this.endOf(session) <= this.now) this.expire(session, this.endOf(session));
  }
  expire(session: Session, at: number): void {
    session.endedAt = at;
    session.status = 'Expired';
    this.vacate(session);
  }
  erase(session: Session): void {
    this.sessions = this.sessions.filter((one) => one !== session);
    if (session.status !== 'Expired') session.status = 'Erased';
    this.vacate(session);
  }
  keepMinimum(): void {
    while (this.counted.length < this.is.minInstances) {
      if (this.now < this.until) {
        this.startAgainAt = this.until;
        return;
      }
      this.open();
    }
  }
  failed(): void {
    this.failures = [...this.failures, this.now].slice(-8);
    this.until = this.now + this.wait;
    this.wait = Math.min(this.wait * 2, 10_000);
    if (this.failures.length === 8) this.until = Math.max(this.until, (this.failures[0] ?? 0) + 30_000);
  }
  advance(ms: number): string {
    const target = this.now + ms;
    for (;;) {
      const ends = this.sessions.filter(({ status }) => status !== 'Expired').map((s) => this.endOf(s));
      const tooMany = this.counted.length > this.is.minInstances;
      const empty = this.counted
        .filter((i) => i.sessions === 0 && i.load === 0 && tooMany)
        .map((i) => i.emptySince + FIVE_MINUTES);
      const next = Math.min(...ends, ...empty, this.startAgainAt, ...this.healthy.map(({ at }) => at));
      if (next > target) break;
      this.now = Math.max(this.now, next);
      for (const { at, on } of this.healthy)
        if (at <= this.now && on.state === 'ready') {
          this.failures = [];
          this.wait = 100;
          this.until = 0;
        }
      this.healthy = this.healthy.filter(({ at }) => at > this.now);
      const ended = this.sessions.filter((s) => s.status !== 'Expired' && this.endOf(s) <= this.now);
      for (const session of ended) this.expire(session, this.endOf(session));
      if (ended.length > 0) continue;
      const due = this.counted.find(
        (i) => i.sessions === 0 && i.load === 0 && i.emptySince + FIVE_MINUTES <= this.now,
      );
      if (due !== undefined && this.counted.length > this.is.minInstances) {
        due.state = 'gone';
        this.keepMinimum();
        continue;
      }
      if (this.startAgainAt <= this.now) {
        this.startAgainAt = Infinity;
        this.keepMinimum();
      }
    }
    this.now = target;
    this.sessions = this.sessions.filter((s) => s.status !== 'Expired' || s.endedAt + THREE_DAYS > this.now);
    return 'later';
  }
}
