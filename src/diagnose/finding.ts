import type { Finding } from '../model/doctor-report.js';
import type { SessionAffinityType } from '../model/function.js';
import type { RequestRecord } from '../model/request-record.js';

/** A finding as its rule makes it. */
export interface Draft extends Omit<Finding, 'rule' | 'functionName'> {
  /** Of which client, where it is one client's mistake. */
  readonly client?: string;
}

/** What the rules need to know of a function. */
export interface FunctionFacts {
  readonly functionName: string;
  readonly sessionAffinity: SessionAffinityType;
  readonly affinityHeaderFieldName?: string | undefined;
  readonly sessionIdleTimeoutInSeconds: number;
}

/** What a rule looks at: the requests of one function, oldest first. */
export interface Traffic {
  readonly functionName: string;
  readonly records: readonly RequestRecord[];
  /** Undefined where only a log is there, and it does not name the function. */
  readonly facts: FunctionFacts | undefined;
  /** Of all functions. */
  readonly all: readonly RequestRecord[];
}

export interface Rule {
  readonly id: string;
  look(traffic: Traffic): readonly Draft[];
  /** Mistakes of which this one is only a result: beside one of them, of the same client, it is left out. */
  readonly resultOf?: readonly string[];
}

/** `GET /cart (1-6a9fc460-15dedac1-dcd067fab329)` */
export function shownRequest({ method, target, requestId }: RequestRecord): string {
  return `${method} ${target.length > 40 ? `${target.slice(0, 39)}…` : target} (${requestId})`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

export function isOpening({ decision }: RequestRecord): boolean {
  return decision?.session === 'opened' || decision?.session === 'reopened';
}

/** The requests of each client, as far as headers distinguish clients. */
export function byClient(records: readonly RequestRecord[]): Map<string, RequestRecord[]> {
  const clients = new Map<string, RequestRecord[]>();
  for (const record of records) {
    const { userAgent = '', origin = '', mcp = false } = record.evidence;
    const key = `${userAgent}\n${origin}\n${mcp}`;
    const known = clients.get(key);
    if (known === undefined) clients.set(key, [record]);
    else known.push(record);
  }
  return clients;
}

/** `the client "curl/7.88.1"` */
export function clientName({ evidence: { userAgent } }: RequestRecord): string {
  if (userAgent === undefined) return 'a client without User-Agent';
  const isBrowser = userAgent.startsWith('Mozilla/');
  return isBrowser ? 'a browser' : `the client "${userAgent.slice(0, 40)}"`;
}
