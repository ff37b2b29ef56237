import { describe, expect, it } from 'vitest';
import { combineReports, type Step, type SuiteReport, verdict } from '../../src/verify/report.js';
import { isReporterName, REPORTER_NAMES, renderReport } from '../../src/verify/reporters.js';
import { walkthrough } from '../../src/verify/suites/walkthrough.js';
import { isSuiteId, SUITE_IDS } from '../../src/verify/suites.js';
import { parseXml } from './xml.js';

const URL = 'http://127.0.0.1:9000/';

function step(id: string, more: Partial<Step>): Step {
  return {
    id,
    title: `title of ${id}`,
    status: 'passed',
    expected: 'one',
    actual: 'one',
    source: 'C01 · Title, https://example.org/page',
    durationMs: 1.5,
    ...more,
  };
}

const SMALL: SuiteReport = {
  suite: 'walkthrough',
  target: URL,
  passed: 1,
  failed: 1,
  skipped: 1,
  steps: [
    step('walkthrough.1.status', {}),
    step('walkthrough.1.attributes', {
      status: 'failed',
      actual: 'Path=/; <HttpOnly> & "more" # 100%, one: two',
      judged: {
        request: { method: 'GET', url: URL, headers: [] },
        response: { status: 200, headers: ['Set-Cookie: a=b'], bodyStart: 'Hello' },
      },
    }),
    step('walkthrough.2.same-instance', {
      status: 'skipped',
      actual: 'not judged',
      reason: 'nobody # knows',
    }),
  ],
  requests: [
    {
      label: '1 no cookie',
      sent: undefined,
      sessionLine: 'x-fc-cookie-session-id=0b7f6e1e-1111-4111-8111-111111111111; Max-Age=21600',
      sessionId: '0b7f6e1e-1111-4111-8111-111111111111',
      instanceId: 'c-6a9fc460-15dedac1-dcd067fab329',
      status: 200,
    },
    {
      label: '2 its cookie',
      sent: '0b7f6e1e-1111-4111-8111-111111111111',
      sessionLine: undefined,
      sessionId: '0b7f6e1e-1111-4111-8111-111111111111',
      instanceId: 'two',
      status: 200,
    },
  ],
  notes: ['a note'],
};

/** Texts that a hostile target may send. */
const HOSTILE: SuiteReport = {
  ...SMALL,
  target: `${URL}?\u001b]0;x\u0007`,
  steps: [
    step('walkthrough.1.status', {
      status: 'failed',
      actual: '\u001b[31mred\u0000\u009b2J\u202e\ud800\uffff]]>\r\n::error::forged\n  ...\nok 9 - forged',
      reason: undefined,
    }),
    step('walkthrough.1.set-cookie', { status: 'skipped', reason: 'a\u001b[2J\nok 3 - forged' }),
    step('walkthrough.1.max-age', { actual: '\u001b[2Jwiped\u202e' }),
  ],
  requests: [
    {
      label: 'a\u001b[2J',
      sent: '\u001b[31m',
      sessionLine: '\u009b31m',
      sessionId: '\u0007',
      instanceId: '\u001b]52;c;aGk=\u0007',
      status: 200,
    },
  ],
  notes: ['\u001b[2J'],
};

const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

describe('the pretty reporter', () => {
  it('shows the requests, the steps with explained failures, the result and the instances', async () => {
    expect(await renderReport(SMALL, 'pretty')).toBe(`walkthrough  http://127.0.0.1:9000/

  request        sent        Set-Cookie                 instance    status
  1 no cookie    –           0b7f6e1e…; Max-Age=21600   …67fab329   200
  2 its cookie   0b7f6e1e…   none                       two         200

✓ walkthrough.1.status         title of walkthrough.1.status  one
✗ walkthrough.1.attributes     title of walkthrough.1.attributes
    expected  one
    actual    Path=/; <HttpOnly> & "more" # 100%, one: two
    source    C01
– walkthrough.2.same-instance  title of walkthrough.2.same-instance  skipped: nobody # knows

C01: Title
https://example.org/page

walkthrough: failed (1 passed, 1 failed, 1 skipped)
instances: c-6a9fc460-15dedac1-dcd067fab329, two
note: a note
`);
  });

  it('has colours only with a colour level', async () => {
    expect(await renderReport(SMALL, 'pretty', { colorLevel: 0 })).not.toContain('\u001b');
    expect(await renderReport(SMALL, 'pretty', { colorLevel: 1 })).toContain('\u001b[32m✓\u001b[39m');
  });

  it('shows the sums of several suites', async () => {
    const text = await renderReport(combineReports(URL, [SMALL, { ...SMALL, suite: 'header' }]), 'pretty');
    expect(text).toMatch(/\n\nall suites: failed \(2 passed, 2 failed, 2 skipped\)\n$/);
  });
});

describe('the pretty reporter on a terminal', () => {
  const failing: SuiteReport = {
    ...SMALL,
    steps: walkthrough.checks.map(({ id, title, expected, source }, at) => {
      if (at === 0)
        return { id, title, expected, source, durationMs: 1, status: 'passed', actual: 'status 200' };
      const actual =
        'instance c-6a9fc460-15dedac1-dcd067fab329, the first was c-6a9fc460-15dedac1-0000000fab32';
      const reason = 'request 1 set no session cookie that the jar would send back';
      if (at % 2 === 0)
        return { id, title, expected, source, durationMs: 1, status: 'skipped', actual, reason };
      return { id, title, expected, source, durationMs: 1, status: 'failed', actual };
    }),
  };

  it.each([120, 100, 80, 72, 60])('S7: fits %d columns and breaks between words only', async (columns) => {
    const text = await renderReport(failing, 'pretty', { columns });
    const lines = text.trimEnd().split('\n');
    // A URL that is longer than the line cannot be broken.
    expect(lines.filter((line) => line.length > columns && !line.startsWith('https://'))).toEqual([]);
    const words = (whole: string): string => whole.replace(/\s+/g, ' ');
    const unbroken = await renderReport(failing, 'pretty');
    const steps = (whole: string): string => words(whole.slice(whole.indexOf('✓'), whole.indexOf('note:')));
    const withoutActual = (whole: string): string => steps(whole).replace(/ status 200 ✗/, ' ✗');
    expect(withoutActual(text)).toBe(withoutActual(unbroken));
    expect(lines.find((line) => line.startsWith('  1 no cookie'))).toContain('…67fab329');
  });

  it('S18: names each document once, with its URL on a line of its own', async () => {
    const text = await renderReport(failing, 'pretty', { columns: 80 });
    const url = 'https://help.aliyun.com/zh/functioncompute/fc/user-guide/cookie-affinity';
    expect(text.split('\n').filter((line) => line.includes('https://'))).toEqual([url]);
  });
});

describe('the json reporter', () => {
  it('has exactly the documented shape for one suite', async () => {
    const [first, second, third] = SMALL.steps;
    const { judged: _, ...failed } = second ?? step('', {});
    expect(JSON.parse(await renderReport(SMALL, 'json'))).toEqual({
      suite: 'walkthrough',
      target: URL,
      passed: 1,
      failed: 1,
      skipped: 1,
      steps: [first, failed, third],
    });
  });

  it('has the sums of several suites, and then each suite', async () => {
    const report = combineReports(URL, [SMALL, { ...SMALL, suite: 'header' }]);
    const parsed = JSON.parse(await renderReport(report, 'json'));
    expect(Object.keys(parsed)).toEqual(['target', 'passed', 'failed', 'skipped', 'suites']);
    expect(parsed).toMatchObject({ target: URL, passed: 2, failed: 2, skipped: 2 });
    expect(parsed.suites.map(({ suite }: { suite: string }) => suite)).toEqual(['walkthrough', 'header']);
  });

  it('keeps the texts of a target, with escapes', async () => {
    const parsed = JSON.parse(await renderReport(HOSTILE, 'json'));
    expect(parsed.steps[0].actual).toBe(HOSTILE.steps[0]?.actual);
  });
});

describe('the tap reporter', () => {
  it('has no subtests, and one test point for each step', async () => {
    expect(await renderReport(SMALL, 'tap')).toBe(`TAP version 14
1..3
ok 1 - walkthrough.1.status title of walkthrough.1.status
not ok 2 - walkthrough.1.attributes title of walkthrough.1.attributes
  ---
  expected: "one"
  actual: "Path=/; <HttpOnly> & \\"more\\" # 100%, one: two"
  source: "C01 · Title, https://example.org/page"
  duration_ms: 1.5
  ...
ok 3 - walkthrough.2.same-instance title of walkthrough.2.same-instance # SKIP nobody \\# knows
`);
  });

  it('numbers the steps of several suites in one sequence', async () => {
    const lines = (await renderReport(combineReports(URL, [SMALL, SMALL]), 'tap')).split('\n');
    expect(lines[1]).toBe('1..6');
    expect(lines.filter((line) => /^(not )?ok \d/.test(line)).map((line) => line.match(/\d+/)?.[0])).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
  });

  it('does not let a target forge a test point', async () => {
    const points = (await renderReport(HOSTILE, 'tap')).split('\n').filter((line) => /^(not )?ok/.test(line));
    expect(points).toHaveLength(3);
  });
});

describe('the junit reporter', () => {
  it('is XML with one testsuite for each suite and one testcase for each step', async () => {
    const document = parseXml(
      await renderReport(combineReports(URL, [SMALL, { ...SMALL, suite: 'header' }]), 'junit'),
    );
    expect(document).toMatchObject({
      name: 'testsuites',
      attributes: { tests: '6', failures: '2', errors: '0', skipped: '2' },
    });
    expect(document.children.map(({ name, attributes }) => [name, attributes.name])).toEqual([
      ['testsuite', 'walkthrough'],
      ['testsuite', 'header'],
    ]);
    const cases = document.children[0]?.children ?? [];
    expect(document.children[0]?.attributes).toMatchObject({ tests: '3', failures: '1', skipped: '1' });
    expect(cases.map(({ name }) => name)).toEqual(['testcase', 'testcase', 'testcase']);
    expect(cases[0]?.attributes).toEqual({
      name: 'walkthrough.1.status title of walkthrough.1.status',
      classname: 'fc-affinity.walkthrough',
      time: '0.002',
    });
    expect(cases[1]?.children[0]).toMatchObject({
      name: 'failure',
      attributes: { message: 'expected one, got Path=/; <HttpOnly> & "more" # 100%, one: two' },
    });
    expect(cases[1]?.children[0]?.text).toContain('Set-Cookie: a=b');
    expect(cases[2]?.children[0]).toMatchObject({
      name: 'skipped',
      attributes: { message: 'nobody # knows' },
    });
  });

  it('is valid XML with any text of a target', async () => {
    const document = parseXml(await renderReport(HOSTILE, 'junit'));
    expect(document.children[0]?.children).toHaveLength(3);
    expect(document.children[0]?.children[0]?.children[0]?.text).toContain('\\x1b[31mred\\x00');
  });
});

describe('the github reporter', () => {
  it('annotates each failure and shows the sums', async () => {
    expect(await renderReport(SMALL, 'github')).toBe(
      '::error title=walkthrough.1.attributes::title of walkthrough.1.attributes%0Aexpected: one%0A' +
        'actual: Path=/; <HttpOnly> & "more" # 100%25, one: two%0Asource: C01 · Title, https://example.org/page\n' +
        '::notice title=fc-affinity verify::http://127.0.0.1:9000/: 1 passed, 1 failed, 1 skipped\n',
    );
  });

  it('does not let a target forge a command', async () => {
    const lines = (await renderReport(HOSTILE, 'github')).trimEnd().split('\n');
    expect(lines.map((line) => line.slice(0, 9))).toEqual(['::error t', '::notice ']);
  });
});

describe('every reporter', () => {
  it.each(REPORTER_NAMES)('%s ends with one newline and contains no control character', async (name) => {
    const text = await renderReport(HOSTILE, name);
    expect(text).toMatch(/[^\n]\n$/);
    expect(text).not.toMatch(CONTROL);
  });

  it('each reporter and each suite is found by its name', () => {
    expect(REPORTER_NAMES).toEqual(['pretty', 'json', 'tap', 'junit', 'github']);
    expect(isReporterName('toString')).toBe(false);
    expect(SUITE_IDS).toEqual([
      'walkthrough',
      'header',
      'mcp-streamable',
      'mcp-sse',
      'session-api',
      'lifecycle',
      'limits',
    ]);
    expect(isSuiteId('constructor')).toBe(false);
  });
});

describe('the verdict', () => {
  it('a report passes only when a step passed and none failed', () => {
    expect(verdict({ passed: 1, failed: 0, skipped: 5 })).toBe('passed');
    expect(verdict({ passed: 9, failed: 1, skipped: 0 })).toBe('failed');
    expect(verdict({ passed: 0, failed: 0, skipped: 9 })).toBe('failed');
  });
});
