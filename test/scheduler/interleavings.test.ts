import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Assignment } from '../../src/model/admission.js';
import { MovableClock } from '../../src/model/clock.js';
import { FcError } from '../../src/model/errors.js';
import { LATEST } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { Address, Exit, Instance, InstanceDriver } from '../../src/model/instance.js';
import { BoundedLog } from '../../src/runtime/instance-log.js';
import { Scheduler } from '../../src/scheduler/scheduler.js';

/** Instances whose readiness and death come in whatever order fast-check's scheduler chooses. */
function shuffledDriver(
  s: fc.Scheduler,
  fails: readonly boolean[],
): InstanceDriver & { running: number; started: number } {
  const driver = {
    running: 0,
    started: 0,
    start({ instanceId }: { instanceId: string }): Instance {
      const willFail = fails[driver.started++ % Math.max(1, fails.length)] ?? false;
      driver.running++;
      let exit: (exit: Exit) => void = () => {};
      const exited = new Promise<Exit>((resolve) => {
        exit = (value) => {
          driver.running--;
          exit = () => {};
          resolve(value);
        };
      });
      const end = (): void => exit({ code: 1, signal: null, lastLines: [] });
      const ready = s.schedule(Promise.resolve(), `ready ${instanceId}`).then((): Address => {
        if (!willFail) return { host: '127.0.0.1', port: 1 };
        end();
        throw new FcError('CAExited', 'ended');
      });
      ready.catch(() => {});
      return {
        instanceId,
        pid: 1,
        ready,
        died: exited,
        exited,
        output: new BoundedLog({ now: () => 0 }),
        stop: async () => {
          await s.schedule(Promise.resolve(), `stop ${instanceId}`);
          end();
        },
      };
    },
  };
  return driver;
}

test('F-21 I7 I9 I11 whatever order starts, deaths, requests, creates and deletes settle in, slots and load come out even', async () => {
  const step = fc.constantFrom('new', 'a', 'b', 'create', 'create a', 'delete a', 'kill', 'retry');
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 3, maxLength: 25 }),
      fc.array(fc.boolean(), { maxLength: 4 }),
      async (s, steps, fails) => {
        const clock = new MovableClock({ frozen: true });
        const processClock = new MovableClock({ frozen: true });
        const driver = shuffledDriver(s, fails);
        let made = 0;
        const scheduler = new Scheduler({
          revision: {
            versionId: '0',
            config: completeFunction({
              functionName: 'f',
              command: ['x'],
              sessionAffinity: 'HEADER_FIELD',
              sessionAffinityConfig: {
                affinityHeaderFieldName: 'session-id',
                sessionConcurrencyPerInstance: 2,
              },
              maxInstances: 3,
            }),
          },
          driver,
          sessionClock: clock,
          processClock,
          ids: {
            sessionId: () => `s${++made}`,
            instanceId: () => `c${++made}`,
          },
          chance: () => 0,
        });
        const assignments: Assignment[] = [];
        const refusals: unknown[] = [];
        const pending: Promise<unknown>[] = [];
        const attempt = (work: Promise<unknown>): void => {
          pending.push(work.catch((error: unknown) => void refusals.push(error)));
        };
        const assignment = (sessionId?: string): void =>
          attempt(
            (async () => {
              const one = await scheduler.admit({
                requestId: `r${++made}`,
                qualifier: LATEST,
                identity:
                  sessionId === undefined
                    ? { kind: 'gateway-issued' }
                    : { kind: 'session', sessionId, whenUnknown: 'create' },
              });
              assignments.push(one);
            })(),
          );
        const ref = { functionName: 'f' };
        for (const what of steps) {
          if (what === 'new') assignment();
          else if (what === 'a' || what === 'b') assignment(what);
          else if (what === 'create') attempt(scheduler.sessions.create(ref, {}));
          else if (what === 'create a') attempt(scheduler.sessions.create(ref, { sessionId: 'a' }));
          else if (what === 'delete a') attempt(scheduler.sessions.delete({ ...ref, sessionId: 'a' }));
          else if (what === 'kill') attempt(scheduler.kill(scheduler.instances()[0]?.instanceId ?? 'none'));
          else {
            const one = assignments.pop();
            if (one !== undefined) attempt(one.retry('reset').then((again) => assignments.push(again)));
          }
          const places = scheduler.instances().filter(({ status }) => status !== 'Destroying');
          expect(Math.max(0, ...places.map(({ sessions }) => sessions))).toBeLessThanOrEqual(2);
          expect(places.length).toBeLessThanOrEqual(3);
          if (s.count() > 0) await s.waitOne();
          await processClock.advance(100);
        }
        await s.waitAll();
        await processClock.advance(100);
        await s.waitAll();
        await Promise.all(pending);
        for (const one of assignments) one.release({ answered: true });
        for (const refusal of refusals) expect(refusal).toBeInstanceOf(FcError);
        for (const { inFlight } of scheduler.instances()) expect(inFlight).toBe(0);
        const { sessions } = await scheduler.sessions.list({ ...ref, limit: 100 });
        const counted = scheduler.instances().reduce((sum, one) => sum + one.sessions, 0);
        const living = new Set(scheduler.instances().map(({ instanceId }) => instanceId));
        expect(counted).toBe(sessions.filter(({ containerId }) => living.has(containerId)).length);
        const stopped = scheduler.stop({ graceMs: 0 });
        await s.waitAll();
        await stopped;
        expect(driver.running).toBe(0);
      },
    ),
    { numRuns: 400 },
  );
});
