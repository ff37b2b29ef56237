import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, runCli, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

const WARNING = '      sessionAffinity: GENERATED_COOKIE\n      sessionAffinityConfig: cookie\n';

function project(props: string): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'code'));
  writeFileSync(join(folder, 'code/app.js'), '');
  writeFileSync(
    join(folder, 's.yaml'),
    `edition: 3.0.0\nname: app\nresources:\n  fn:\n    component: fc3\n    props:\n      functionName: fn\n      region: cn-hangzhou\n      runtime: custom.debian12\n      code: ./code\n      customRuntimeConfig: { command: [node, app.js] }\n${props}`,
  );
  return folder;
}

describe('lint', () => {
  it('0 without problems: the nearest s.yaml', async () => {
    const result = await runCli(['lint'], { directory: join(FIXTURES, 'node-http/code') });
    expect(result).toEqual({ code: 0, signal: null, stderr: '', stdout: '../s.yaml: no problems\n' });
  });

  it('1 with an error: the place, the rule, the mend, the document', async () => {
    const result = await runCli(['lint', 's.yaml'], { directory: project('      timeout: 0\n') });
    expect(result.code).toBe(1);
    expect(result.stdout).toBe(
      's.yaml:12:16: error: timeout must be an integer from 1 to 86400, got "0" [value-range]\n\n' +
        'value-range: https://help.aliyun.com/zh/functioncompute/fc/developer-reference/api-fc-2023-03-30-createfunction\n\n' +
        's.yaml: 1 error, 0 warnings\n',
    );
  });

  it('0 with warnings alone; -o json has every field', async () => {
    const result = await runCli(['lint', '-o', 'json'], { directory: project(WARNING) });
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual({
      problems: [
        {
          rule: 'affinity-config-text',
          level: 'warning',
          message: expect.stringContaining('the affinity becomes NONE'),
          file: 's.yaml',
          line: 13,
          column: 30,
          fix: expect.any(String),
          source: expect.stringMatching(/^https:/),
        },
      ],
    });
  });

  it('serve tells the same, after the ready line, and serves as the cloud does', async () => {
    const served = await serve([], { directory: project(WARNING) });
    const notice = await served.event(({ event }) => event === 'notice');
    expect(notice.text).toMatch(/^s\.yaml:13:30: .*the affinity becomes NONE/);
    const got = JSON.parse((await served.cli('function', 'get', 'fn', '-o', 'json')).stdout);
    expect(got.sessionAffinity).toBe('NONE');
  });

  it('--reporter github annotates the line', async () => {
    const folder = project('      timeout: 0\n');
    const { code, stdout } = await runCli(['lint', '--reporter', 'github'], { directory: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error file=s\.yaml,line=12,col=16,title=value-range::timeout must be /);
    expect(stdout).toMatch(/\n::notice title=fc-affinity lint::s\.yaml: 1 error, 0 warnings\n$/);
  });

  it('4 without a file', async () => {
    const directory = temporaryFolder();
    expect(await runCli(['lint'], { directory })).toMatchObject({ code: 4, stdout: '' });
    expect(await runCli(['lint', 'nope.yaml'], { directory })).toMatchObject({ code: 4, stdout: '' });
  });
});
