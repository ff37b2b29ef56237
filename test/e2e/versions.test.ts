import { describe, expect, it } from 'vitest';
import { serve } from '../support/serve.js';

describe('version and alias', () => {
  it('publish, name, move and delete versions, with each form of -o', async () => {
    const { cli } = await serve();
    const done = async (...words: string[]) => {
      const { code, stdout, stderr } = await cli(...words);
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' });
      return stdout;
    };
    expect(await done('function', 'publish', 'hello', '-o', 'name')).toBe('1\n');
    const published = await done('function', 'publish', 'hello', '--description', 'second', '-o', 'json');
    expect(JSON.parse(published)).toEqual({
      versionId: '2',
      description: 'second',
      createdTime: expect.stringMatching(/Z$/),
      lastModifiedTime: expect.stringMatching(/Z$/),
    });
    expect(await done('version', 'list', 'hello', '-o', 'name')).toBe('2\n1\n');
    expect(await done('version', 'ls', 'hello', '--direction', 'FORWARD', '-o', 'name')).toBe('1\n2\n');
    expect(await done('version', 'list', 'hello')).toMatch(
      /^VERSION {2}AGE {2}DESCRIPTION\n2 .*second\n1 .*-\n$/,
    );

    expect(await done('alias', 'create', 'hello', 'prod', '--version-id', '1')).toMatch(
      /^alias +prod\nversion +1\n/,
    );
    const moved = JSON.parse(await done('alias', 'update', 'hello', 'prod', '--version-id', '2', '--json'));
    expect(moved).toMatchObject({ aliasName: 'prod', versionId: '2' });
    expect(JSON.parse(await done('alias', 'get', 'hello', 'prod', '-o', 'json'))).toEqual(moved);
    expect(JSON.parse(await done('alias', 'list', 'hello', '-o', 'json'))).toEqual({ aliases: [moved] });
    expect(await done('alias', 'list', 'hello', '-o', 'wide')).toMatch(/^ALIAS .*MODIFIED\nprod +2 /);

    const session = JSON.parse(await done('session', 'create', '--qualifier', 'prod', '--json'));
    expect(session.qualifier).toBe('prod');
    expect(await done('session', 'list', '--qualifier', 'prod', '-o', 'name')).toBe(`${session.sessionId}\n`);
    expect(await done('session', 'list', '-o', 'name')).toBe('');
    const { instances } = JSON.parse(await done('instance', 'list', '-o', 'json'));
    expect(instances).toMatchObject([{ versionId: '2', qualifier: 'prod' }]);
    const listed = async (qualifier: string) =>
      JSON.parse(await done('instance', 'list', '--qualifier', qualifier, '-o', 'json')).instances.length;
    expect([await listed('prod'), await listed('LATEST')]).toEqual([1, 0]);

    expect(await done('alias', 'delete', 'hello', 'prod')).toBe('deleted prod\n');
    expect(await done('version', 'delete', 'hello', '1', '-o', 'json')).toBe(
      '{\n  "deleted": [\n    "1"\n  ]\n}\n',
    );
  });

  it('delete --ignore-not-found: an unknown name gives exit code 0', async () => {
    const { cli } = await serve();
    expect(await cli('version', 'delete', 'hello', '7', '--ignore-not-found')).toMatchObject({
      code: 0,
      stdout: '',
    });
    const { code, stdout } = await cli('alias', 'delete', 'hello', 'prod', '--ignore-not-found', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { deleted: [] }]);
    expect((await cli('alias', 'delete', 'nobody', 'prod', '--ignore-not-found')).code).toBe(4);
  });

  it('say what does not exist and what is missing, with the exit codes of the contract', async () => {
    const { cli } = await serve();
    const refused = async (...words: string[]) => {
      const { code, stderr } = await cli(...words);
      return `${code} ${stderr}`;
    };
    expect(await refused('version', 'delete', 'hello', '3')).toMatch(
      /^4 error: version '3' does not exist\nfix: /,
    );
    expect(await refused('alias', 'get', 'hello', 'prod')).toMatch(
      /^4 error: alias 'prod' does not exist\nfix: /,
    );
    expect(await refused('function', 'publish', 'nobody')).toMatch(
      /^4 error: function 'nobody' does not exist\n/,
    );
    expect(await refused('alias', 'create', 'hello', 'prod')).toMatch(
      /^2 error: an alias needs a version\nfix: /,
    );
    expect(await refused('alias', 'update', 'hello', 'prod')).toMatch(
      /^2 error: no option to change is given\n/,
    );
    expect(await refused('version', 'list', 'hello', '--limit', '0')).toMatch(/^1 error: --limit must be /);
    await cli('function', 'publish', 'hello');
    await cli('alias', 'create', 'hello', 'prod', '--version-id', '1');
    expect(await refused('version', 'delete', 'hello', '1')).toMatch(/^1 error: .*alias 'prod' names it/);
    expect(await refused('alias', 'create', 'hello', 'prod', '--version-id', '1')).toMatch(
      /^1 error: alias 'prod' already exists/,
    );
  });
});
