import type { DoctorReport, Finding } from '../model/doctor-report.js';
import type { RequestRecord } from '../model/request-record.js';
import type { Draft, FunctionFacts, Rule, Traffic } from './finding.js';
import { cookieForFolder } from './rules/cookie-for-folder.js';
import { cookieNotReturned } from './rules/cookie-not-returned.js';
import {
  idleBeforeUse,
  jarSharedByPorts,
  malformedId,
  sessionsPileUp,
  twoSessionCookies,
  upgradeWithoutId,
} from './rules/cookie-rules.js';
import { mcpWithoutId, oneIdForAll } from './rules/id-rules.js';

export const RULES: readonly Rule[] = [
  cookieNotReturned,
  cookieForFolder,
  twoSessionCookies,
  jarSharedByPorts,
  oneIdForAll,
  malformedId,
  upgradeWithoutId,
  idleBeforeUse,
  mcpWithoutId,
  sessionsPileUp,
];

/** @returns the findings, the number of requests that were read, and the rules that were applied */
export function doctorReport(
  records: readonly RequestRecord[],
  functions: readonly FunctionFacts[],
): DoctorReport {
  return {
    findings: diagnose(records, functions),
    lookedAt: { requests: records.length, rules: RULES.map(({ id }) => id) },
  };
}

/** @returns one finding for each mistake in the requests, in the order of the rules */
export function diagnose(records: readonly RequestRecord[], functions: readonly FunctionFacts[]): Finding[] {
  const names = [...new Set(records.map(({ functionName }) => functionName))];
  const traffics = names.map(
    (functionName): Traffic => ({
      functionName,
      records: records.filter((one) => one.functionName === functionName),
      facts: functions.find((one) => one.functionName === functionName),
      all: records,
    }),
  );
  const found = RULES.flatMap((rule) =>
    traffics.flatMap((traffic) =>
      rule.look(traffic).map((draft): Found => ({ rule, functionName: traffic.functionName, draft })),
    ),
  );
  return found
    .filter((one) => !isResult(one, found))
    .map(({ rule, functionName, draft: { message, evidence, fix } }) => ({
      rule: rule.id,
      functionName,
      message,
      evidence,
      fix,
    }));
}

interface Found {
  readonly rule: Rule;
  readonly functionName: string;
  readonly draft: Draft;
}

/** Whether another finding is the cause of this one. */
function isResult(
  { rule: { resultOf = [] }, functionName, draft: { client } }: Found,
  found: readonly Found[],
): boolean {
  return found.some(
    (other) =>
      other.functionName === functionName &&
      resultOf.includes(other.rule.id) &&
      (client === undefined || other.draft.client === undefined || other.draft.client === client),
  );
}
