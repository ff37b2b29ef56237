import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crc64 } from '../../src/model/crc64.js';
import { readArchive } from '../../src/runtime/read-archive.js';
import { unpackArchive } from '../../src/runtime/unpack-archive.js';
import { temporaryFolder } from '../support/run-cli.js';
import { executable, link, type ZipContent, zipOf, zipOfFolders } from '../support/zip.js';

async function unpacked(zip: Buffer): Promise<string> {
  const folder = join(temporaryFolder(), 'code');
  await unpackArchive(await readArchive(zip), folder, new AbortController().signal);
  return folder;
}

/** Puts another name of the same length into an archive: the packer refuses names that leave the folder. */
function renamed(zip: Buffer, from: string, to: string): Buffer {
  expect(from.length).toBe(to.length);
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}

describe('a zip archive is unpacked', () => {
  test('with folders, permissions, and links that stay inside, as node_modules/.bin has them', async () => {
    const folder = await unpacked(
      await zipOf({
        bootstrap: executable('#!/bin/sh\n'),
        'empty/': '',
        'node_modules/tool/cli.js': executable('hi'),
        'node_modules/.bin/tool': link('../tool/cli.js'),
        'data/now': link('.'),
        'a.txt': 'text',
      }),
    );
    expect(lstatSync(join(folder, 'bootstrap')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(folder, 'a.txt')).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(folder, 'empty'))).toEqual([]);
    expect(readlinkSync(join(folder, 'node_modules/.bin/tool'))).toBe('../tool/cli.js');
    expect(readFileSync(join(folder, 'node_modules/.bin/tool'), 'utf8')).toBe('hi');
  });

  test('of another system: every file may be run, and the owner can read it', async () => {
    const zip = await zipOf({ bootstrap: 'x', closed: { content: 'y', mode: 0o100000 } });
    // The system that made the entry, in the central directory: 0 is DOS.
    const at = zip.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    zip[at + 5] = 0;
    const folder = await unpacked(zip);
    expect(lstatSync(join(folder, 'bootstrap')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(folder, 'closed'), 'utf8')).toBe('y');
  });

  test('within 500 MiB and 50,000 entries', async () => {
    expect(await readArchive(zipOfFolders(50_000))).toHaveLength(50_000);
  });
});

describe('a zip archive is refused', () => {
  const named = (from: string, to: string) => async () => renamed(await zipOf({ [from]: 'x' }), from, to);
  const with_ = (content: ZipContent) => () => zipOf(content);
  test.each<[string, () => Promise<Buffer>, string]>([
    ['that is none', async () => Buffer.from('no archive'), 'End of central directory'],
    ['that is cut', async () => (await zipOf({ a: 'x' })).subarray(0, 40), 'End of central directory'],
    ['whose entry leaves the folder', named('xx/evil', '../evil'), '../evil'],
    ['whose entry leaves the folder later', named('a/xx/xx/b', 'a/../../b'), '../'],
    ['whose entry is absolute', named('xetc/passwd', '/etc/passwd'), 'absolute path'],
    ['whose entry has backslashes', named('xxxevil', '..\\evil'), 'invalid characters'],
    ['whose entry has a NUL', named('evilx', 'evil\0'), 'is no name of a file'],
    ['with an absolute link', with_({ a: link('/etc/passwd') }), 'leaves the folder'],
    ['with a link that leaves the folder', with_({ 'a/b': link('../../x') }), 'leaves the folder'],
    ['with a link to the folder above', with_({ a: link('..') }), 'leaves the folder'],
    [
      'with a link through another link',
      with_({ 'p/q/r': link('../..'), y: link('p/q/r/../z') }),
      'must not have ".." behind a name',
    ],
    ['with an entry inside a link', with_({ a: link('.'), 'a/b': 'x' }), 'inside the link'],
    ['with an entry inside a file', with_({ a: 'x', 'a/b': 'x' }), 'inside the file'],
    [
      'with an entry twice',
      async () => renamed(await zipOf({ aa: 'x', ab: 'y' }), 'ab', 'aa'),
      'there twice',
    ],
    ['with a device', with_({ a: { content: '', mode: 0o020644 } }), 'neither file, folder nor link'],
    ['with 50,001 entries', async () => zipOfFolders(50_001), 'it has 50001 entries, and 50000 are the most'],
  ])('%s', async (_, make, message) => {
    await expect(readArchive(await make())).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringContaining(message),
    });
  });

  test('that declares fewer entries than it has', async () => {
    const zip = zipOfFolders(50_001);
    const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    zip.writeUInt16LE(10, end + 8);
    zip.writeUInt16LE(10, end + 10);
    expect((await readArchive(zip)).length).toBeLessThanOrEqual(50_000);
  });

  test('that is larger than 500 MiB when unpacked, by what it declares', async () => {
    const zip = await zipOf({ a: 'x', b: 'y' });
    for (
      let at = zip.indexOf('PK\x01\x02', 0, 'latin1');
      at >= 0;
      at = zip.indexOf('PK\x01\x02', at + 4, 'latin1')
    )
      zip.writeUInt32LE(300 * 1024 * 1024, at + 24);
    await expect(readArchive(zip)).rejects.toThrow('larger than 500 MiB');
  });

  test('that is larger than it declares, when it is unpacked', async () => {
    const zip = await zipOf({ a: 'x'.repeat(100_000) });
    const at = zip.indexOf('PK\x01\x02', 0, 'latin1');
    zip.writeUInt32LE(10, at + 24);
    await expect(unpacked(zip)).rejects.toThrow('too many bytes');
  });

  test('when the unpacking is given up', async () => {
    const entries = await readArchive(await zipOf({ a: 'x' }));
    const unpack = unpackArchive(entries, join(temporaryFolder(), 'code'), AbortSignal.abort());
    await expect(unpack).rejects.toThrow('abort');
  });
});

test('the checksum is the CRC-64 of ECMA-182 as a decimal number', () => {
  expect(crc64(Buffer.from('123456789'))).toBe(String(0x995dc9bbdf1939fan));
  expect(crc64(Buffer.alloc(0))).toBe('0');
});
