import { readSmallFile } from '../system/read-small-file.js';
import type { Located } from './located.js';
import type { Tell } from './problem.js';
import { readYaml } from './read-yaml.js';

/** The files of a configuration, each read once. */
export class ConfigFiles {
  readonly #tell: Tell;
  readonly #texts = new Map<string, string | undefined>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** @returns undefined for a file that is missing or cannot be read */
  readonly text = (file: string): string | undefined => {
    if (!this.#texts.has(file)) this.#texts.set(file, textOf(file));
    return this.#texts.get(file);
  };

  /** @returns the values of a YAML or JSON file; undefined after a problem was reported */
  readonly values = (file: string): Located | undefined => {
    try {
      return readYaml({ text: readSmallFile(file), file, tell: this.#tell });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const at = { file, line: 1, column: 1 };
      this.#tell({
        rule: 'yaml-syntax',
        level: 'error',
        message: `it cannot be read: ${code ?? message}`,
        at,
      });
      return undefined;
    }
  };
}

function textOf(file: string): string | undefined {
  try {
    return readSmallFile(file);
  } catch {
    return undefined;
  }
}
