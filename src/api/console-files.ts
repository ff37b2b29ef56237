import type { IncomingMessage } from 'node:http';
import { FcError } from '../model/errors.js';
import type { PageFile } from '../model/page-file.js';
import type { Reply } from './operation.js';

/** Gives the files of the console's page. Called by the first request for one. */
export type LoadPageFiles = () => Promise<readonly PageFile[]>;

/** Serves the console's page: a request's target is looked up as it is, in a map in memory. */
export class ConsoleFiles {
  readonly #load: LoadPageFiles;
  #files: ReadonlyMap<string, PageFile> | undefined;

  constructor(load: LoadPageFiles) {
    this.#load = load;
  }

  /**
   * @returns undefined for a request that is not for the page. The page contains no state of the emulator, so that no signature is needed.
   * @throws PageNotFound for another path below `/console/`
   */
  async find({ method, url = '', headers }: IncomingMessage): Promise<Reply | undefined> {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const [path = ''] = url.split('?', 1);
    if (path === '/console') return { kind: 'moved', to: './' };
    if (path === '/console/') return { kind: 'moved', to: '../' };
    if (path !== '/' && !path.startsWith('/console/')) return undefined;
    if (path === '/' && !accepts(headers.accept, 'text/html')) return undefined;
    this.#files ??= new Map((await this.#load()).map((file) => [file.path, file]));
    const file = this.#files.get(path);
    if (file !== undefined) return { kind: 'file', file, isKnown: headers['if-none-match'] === file.etag };
    if (path === '/') return undefined;
    throw new FcError('PageNotFound', 'the console has no such file');
  }
}

/** Whether a browser asks: other clients accept everything, or name no type. */
function accepts(accept: string | undefined, type: string): boolean {
  return (accept ?? '').split(',').some((one) => one.split(';', 1)[0]?.trim().toLowerCase() === type);
}
