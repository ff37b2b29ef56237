import { isAbsolute, resolve } from 'node:path';
import { crc64 } from './model/crc64.js';
import { FcError } from './model/errors.js';
import type { FunctionCode } from './model/function.js';
import type { CodeFolders } from './runtime/code-folders.js';
import type { CodeInput } from './schema/function-body.js';

/** Where the code of a new revision will be. */
export interface CodeSource {
  readonly directory: string;
  /** Undefined: the folder is the user's own. */
  readonly code?: FunctionCode;
  /** Makes the folder. Absent where it is the user's own. */
  readonly unpack?: (signal: AbortSignal) => Promise<void>;
}

interface CodeRequest {
  readonly functionName: string;
  readonly code: CodeInput | undefined;
  /** The folder that the body names. */
  readonly directory: string | undefined;
}

interface FunctionCodesOptions {
  /** By the name of the function: they go before everything else. */
  readonly codeDirectories: Readonly<Record<string, string>>;
  readonly folders: () => Promise<CodeFolders>;
}

/** Finds the code of functions: in the user's own folders, or in archives that are uploaded. */
export class FunctionCodes {
  readonly #options: FunctionCodesOptions;

  constructor(options: FunctionCodesOptions) {
    this.#options = options;
  }

  /**
   * @returns undefined when the request names no code
   * @throws InvalidArgument for code in OSS, an archive that is not one, or that is not safe to unpack
   */
  async find({ functionName, code, directory }: CodeRequest): Promise<CodeSource | undefined> {
    const { codeDirectories } = this.#options;
    const named = Object.hasOwn(codeDirectories, functionName) ? codeDirectories[functionName] : undefined;
    if (named !== undefined) return localSource(resolve(named));
    if (directory !== undefined) {
      if (isAbsolute(directory)) return localSource(directory);
      throw new FcError(
        'InvalidArgument',
        `codeDirectory must be an absolute path, got ${JSON.stringify(directory)}`,
      );
    }
    if (code?.zipFile !== undefined) return this.#archiveSource(code.zipFile);
    if (code?.ossBucketName === undefined && code?.ossObjectName === undefined) return undefined;
    throw new FcError(
      'InvalidArgument',
      `the code of function '${functionName}' is in OSS, which the emulator does not read: start it with --code-dir ${functionName}=<folder>`,
      { fix: `serve with --code-dir ${functionName}=<folder>, or send code.zipFile` },
    );
  }

  /** The code of a function that has none: an empty folder, in which a command from elsewhere runs. */
  async empty(): Promise<CodeSource> {
    const folders = await this.#options.folders();
    const folder = folders.reserve();
    folders.make(folder);
    return localSource(folder.directory);
  }

  async #archiveSource(base64: string): Promise<CodeSource> {
    const bytes = Buffer.from(base64, 'base64');
    const [{ readArchive }, folders] = await Promise.all([
      import('./runtime/read-archive.js'),
      this.#options.folders(),
    ]);
    const entries = await readArchive(bytes);
    const folder = folders.reserve();
    return {
      directory: folder.directory,
      code: { checksum: crc64(bytes), size: bytes.length, path: folder.archive },
      unpack: (signal) => folders.fill(folder, { bytes, entries }, signal),
    };
  }
}

function localSource(directory: string): CodeSource {
  return { directory };
}
