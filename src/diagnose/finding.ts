import type { Finding } from '../model/doctor-report.js';
import type { SessionAffinityType } from '../model/function.js';
import type { RequestRecord } from '../model/request-record.js';

/** A finding without the names of its rule and its function, which `diagnose` adds. */
export interface Draft extends Omit<Finding, 'rule' | 'functionName'> {
  /** The client that made the mistake, if only one client made it. */
  readonly client?: string;
}

/** The part of a function's configuration that the rules use. */
export interface FunctionFacts {
  readonly functionName: string;
  readonly sessionAffinity: SessionAffinityType;
  readonly affinityHeaderFieldName?: string | undefined;
  readonly sessionIdleTimeoutInSeconds: number;
}

/** The input of a rule: the requests of one function, oldest first. */
export interface Traffic {
  readonly functionName: string;
  readonly records: readonly RequestRecord[];
  /** Undefined when the requests come from a log that does not name the function. */
  readonly facts: FunctionFacts | undefined;
  /** The requests of all functions. */
  readonly all: readonly RequestRecord[];
}

export interface Rule {
  readonly id: string;
  look(traffic: Traffic): readonly Draft[];
  /** The rules that find the cause of this mistake. If one of them finds something for the same client, this finding is left out. */
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

/** Groups the requests by client. Two clients with the same User-Agent and Origin count as one. */
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
