/** Changes of the files below a folder. */
export interface FolderWatch {
  /** Resolves when every change from now on will be reported. Rejects when the folder cannot be watched. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

interface WatchOptions {
  /** @param path absolute */
  readonly isIgnored: (path: string) => boolean;
  /** Told of each file that is added, changed or removed. */
  readonly onChange: (path: string) => void;
  readonly onError: (error: Error) => void;
}

/** Watches a folder with all below it. The library is loaded only then. */
export function watchFolder(folder: string, { isIgnored, onChange, onError }: WatchOptions): FolderWatch {
  const begun = import('chokidar').then(({ watch }) => {
    const watcher = watch(folder, { ignored: isIgnored, ignoreInitial: true });
    const ready = new Promise<void>((resolve, reject) => {
      watcher.on('ready', resolve);
      watcher.on('error', reject);
    });
    watcher.on('error', (error) => onError(error instanceof Error ? error : new Error(String(error))));
    for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, onChange);
    return { watcher, ready };
  });
  const ready = begun.then((one) => one.ready);
  // The caller may not wait for it; onError reports it too.
  ready.catch(() => {});
  return {
    ready,
    async close() {
      const { watcher } = await begun;
      await watcher.close();
    },
  };
}
