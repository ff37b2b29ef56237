import { sanitize } from '../../model/sanitize.js';
import { type JudgedRoundTrip, type Report, type Step, type SuiteReport, suitesOf } from '../report.js';

/** JUnit XML: one testsuite for each suite, one testcase for each step. */
export function junit(report: Report): string {
  const suites = suitesOf(report);
  const head = attributes({
    name: `fc-affinity verify ${report.target}`,
    tests: report.passed + report.failed + report.skipped,
    failures: report.failed,
    errors: 0,
    skipped: report.skipped,
  });
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${head}>`];
  for (const suite of suites) lines.push(...testsuite(suite));
  lines.push('</testsuites>');
  return `${lines.join('\n')}\n`;
}

function testsuite(suite: SuiteReport): string[] {
  const total = suite.steps.reduce((sum, step) => sum + step.durationMs, 0);
  const head = attributes({
    name: suite.suite,
    tests: suite.steps.length,
    failures: suite.failed,
    errors: 0,
    skipped: suite.skipped,
    time: inSeconds(total),
  });
  return [`  <testsuite${head}>`, ...suite.steps.flatMap((step) => testcase(step, suite)), '  </testsuite>'];
}

function testcase(step: Step, { suite }: SuiteReport): string[] {
  const head = attributes({
    name: `${step.id} ${step.title}`,
    classname: `fc-affinity.${suite}`,
    time: inSeconds(step.durationMs),
  });
  if (step.status === 'passed') return [`    <testcase${head}/>`];
  if (step.status === 'skipped') {
    return [
      `    <testcase${head}>`,
      `      <skipped${attributes({ message: step.reason ?? '' })}/>`,
      '    </testcase>',
    ];
  }
  const text = `expected: ${step.expected}\nactual:   ${step.actual}\nsource:   ${step.source}${exchanged(step.judged)}`;
  return [
    `    <testcase${head}>`,
    `      <failure${attributes({ message: `expected ${step.expected}, got ${step.actual}` })}>${escapeXml(text)}</failure>`,
    '    </testcase>',
  ];
}

function exchanged(judged: JudgedRoundTrip | undefined): string {
  if (judged === undefined) return '';
  const { request, response } = judged;
  const lines = [
    `${request.method} ${request.url}`,
    ...request.headers,
    '',
    `status ${response.status}`,
    ...response.headers,
    '',
    response.bodyStart,
  ];
  return `\n\n${lines.join('\n')}`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replace(/[\t\n]/g, ' ')}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Characters that XML 1.0 does not allow, even as a reference, become escapes or the replacement character. */
function escapeXml(text: string): string {
  const lines = text.split('\n').map(sanitize);
  return lines
    .join('\n')
    .replace(/[\ud800-\udfff\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function inSeconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
