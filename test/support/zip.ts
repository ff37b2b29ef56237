import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

/** What an archive holds: the text of a file, or what more is said of an entry. */
export type ZipContent = Readonly<
  Record<string, string | Buffer | { readonly content: string; readonly mode: number }>
>;

/** @returns a zip archive; names that end with `/` are folders */
export async function zipOf(content: ZipContent): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, value] of Object.entries(content)) {
    if (name.endsWith('/')) zip.addEmptyDirectory(name);
    else if (typeof value === 'string' || Buffer.isBuffer(value))
      zip.addBuffer(Buffer.from(value), name, { mode: 0o100644 });
    else zip.addBuffer(Buffer.from(value.content), name, { mode: value.mode });
  }
  zip.end();
  return buffer(zip.outputStream as NodeJS.ReadableStream as AsyncIterable<Buffer>);
}

export const link = (content: string) => ({ content, mode: 0o120777 });
export const executable = (content: string) => ({ content, mode: 0o100755 });

/** @returns an archive of so many empty folders, made by hand: the packer would need a minute */
export function zipOfFolders(count: number): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (let at = 0; at < count; at++) {
    const name = Buffer.from(`${at}/`);
    const head = Buffer.alloc(30);
    head.write('PK\x03\x04', 'latin1');
    head.writeUInt16LE(name.length, 26);
    local.push(head, name);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    central.push(entry, name);
    offset += head.length + name.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
