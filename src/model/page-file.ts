/** A file of the console's page. */
export interface PageFile {
  /** Begins with `/`; the page itself is `/`. */
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  readonly text: string;
}
