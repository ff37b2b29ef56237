import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Page, Response } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator.js';
import type { Emulator } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import { DEFAULT_TRIGGER } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import { type Handler, inProcessDriver } from '../support/in-process-driver.js';

/** A page that wants no icon, so that the browser asks for nothing by itself. */
export function pageOf(text: string): string {
  return `<!doctype html><link rel="icon" href="data:,"><title>site</title><p>${text}</p>`;
}

/** A page that says which instance made it. */
export const sitePage: Handler = (request, response, instanceId) => {
  request.resume();
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(pageOf(instanceId));
};

export interface Site {
  readonly emulator: Emulator;
  /** Of the first function, as `http://127.0.0.1:9000`. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly records: readonly RequestRecord[];
  /** The record of the request that was given this answer, once it has ended. */
  recordOf(reply: Response | Fetched | null): Promise<RequestRecord>;
  /** Resolves with the first record, past or to come, that fits. */
  record(fits: (record: RequestRecord) => boolean): Promise<RequestRecord>;
  sessions(): Promise<number>;
}

interface SiteOptions {
  readonly handler?: Handler;
  readonly functions?: readonly string[];
  readonly sessionsPerInstance?: number;
  /** Takes the upgrades of an instance. */
  readonly onUpgrade?: (instanceId: string, request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Functions behind a custom domain, with cookie affinity and instances in this process. The session clock stands still. */
export async function startSite({
  handler = sitePage,
  functions = ['shop'],
  sessionsPerInstance = 20,
  onUpgrade,
}: SiteOptions = {}): Promise<Site> {
  const records: RequestRecord[] = [];
  const waiting = new Set<(record: RequestRecord) => void>();
  const driver = inProcessDriver(handler);
  const emulator = await startEmulator({
    functions: functions.map((functionName) => ({
      config: completeFunction({
        functionName,
        command: ['in-process'],
        sessionAffinity: 'GENERATED_COOKIE',
        sessionAffinityConfig: { sessionConcurrencyPerInstance: sessionsPerInstance },
        timeout: 60,
      }),
      triggers: [{ triggerName: DEFAULT_TRIGGER, customDomain: true }],
    })),
    clock: new MovableClock({ frozen: true }),
    driver: {
      start(spec, signal) {
        const instance = driver.start(spec, signal);
        if (onUpgrade !== undefined) {
          driver.started
            .at(-1)
            ?.server.on('upgrade', (request, socket, head) =>
              onUpgrade(spec.instanceId, request, socket, head),
            );
        }
        return instance;
      },
    },
    onRecord(record) {
      records.push(record);
      for (const tell of waiting) tell(record);
    },
  });
  onTestFinished(() => emulator.stopNow());

  const record = (fits: (record: RequestRecord) => boolean): Promise<RequestRecord> =>
    new Promise((resolve) => {
      const known = records.find(fits);
      if (known !== undefined) resolve(known);
      waiting.add((one) => {
        if (fits(one)) resolve(one);
      });
    });
  const urls = emulator.functions.map(({ url }) => url);
  return {
    emulator,
    url: urls[0] ?? '',
    urls,
    records,
    record,
    async recordOf(reply) {
      const id = await requestIdOf(reply);
      return record(({ requestId }) => requestId === id);
    },
    sessions: async () => (await emulator.control.sessions.list({ functionName: 'shop' })).sessions.length,
  };
}

/** What a page learns of a fetch. */
export interface Fetched {
  readonly status: number;
  readonly requestId: string | null;
  readonly text: string;
}

/** Lets the page fetch. @param init as JSON */
export function fetchFrom(page: Page, url: string, init: object = {}): Promise<Fetched> {
  return page.evaluate<Fetched>(`(async () => {
    const reply = await fetch(${JSON.stringify(url)}, ${JSON.stringify(init)});
    return { status: reply.status, requestId: reply.headers.get('x-fc-request-id'), text: await reply.text() };
  })()`);
}

/** What the page shows. */
export function textOf(page: Page): Promise<string | null> {
  return page.locator('p').textContent();
}

async function requestIdOf(reply: Response | Fetched | null): Promise<string> {
  if (reply === null) throw new Error('there is no answer');
  const id = 'requestId' in reply ? reply.requestId : await reply.headerValue('x-fc-request-id');
  if (id === null) throw new Error('the answer has no request ID');
  return id;
}
