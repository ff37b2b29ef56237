import {
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedScalar,
  plain,
  scalar,
} from '../located.js';
import { Complaint, type Tell } from '../problem.js';
import { evaluate, type Scope } from './expression.js';

const EXPRESSION = /\$\{([\w\W]*?)\}/g;
/** A form that Serverless Devs runs as code too. */
const CODE = /<%[\w\W]*?%>/;
/** The limits for replaced references. */
const MOST_CHARACTERS = 1_000_000;
const MOST_VALUES = 100_000;
const MOST_NESTED = 100;

/**
 * Replaces `${…}` in values, never in keys. A text with only one `${…}` becomes the value, with its type. Inside other text
 * the value becomes text. A result that holds `${…}` again is replaced once more. A key whose value is null is dropped.
 */
export class Substitution {
  readonly #tell: Tell;
  #count = 0;
  #hasEnded = false;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** @returns undefined for null, and after a problem was reported */
  value(located: Located, scope: Scope, depth = 0): Located | undefined {
    this.#count += 1;
    if (this.#hasEnded) return undefined;
    if (depth > MOST_NESTED || this.#count > MOST_VALUES) {
      this.#hasEnded = true;
      const message = 'the references do not end: a value refers to itself, or they multiply';
      this.#tell({ rule: 'unresolved-expression', level: 'error', message, at: located.at });
      return undefined;
    }
    switch (located.kind) {
      case 'scalar': {
        if (typeof located.value !== 'string') return located.value === null ? undefined : located;
        const made = this.#text(located, scope);
        // A map or a list may hold texts with `${…}`.
        return made === undefined || made.kind === 'scalar' ? made : this.value(made, scope, depth + 1);
      }
      case 'list': {
        const items = located.items.map(
          (item) => this.value(item, scope, depth + 1) ?? scalar(null, item.at),
        );
        return { ...located, items };
      }
      case 'map':
        return this.map(located, scope, depth);
    }
  }

  map(located: LocatedMap, scope: Scope, depth = 0): LocatedMap {
    const entries = new Map<string, LocatedEntry>();
    for (const [key, { keyAt, value }] of located.entries) {
      const made = this.value(value, scope, depth + 1);
      if (made !== undefined) entries.set(key, { keyAt, value: made });
    }
    return { ...located, entries };
  }

  /** Replaces references in a single text, for example the name of a component. */
  text(text: string, located: LocatedScalar, scope: Scope): Located | undefined {
    return this.#text({ ...located, value: text }, scope);
  }

  #text(located: LocatedScalar, scope: Scope): Located | undefined {
    const text = String(located.value);
    const replaced = this.#replaced(text.replaceAll('${this.', '${that.'), located, scope);
    if (replaced?.kind !== 'scalar' || typeof replaced.value !== 'string') return replaced;
    // The second replacement has no `this`, as in Serverless Devs.
    return replaced.value.includes('${') ? this.#replaced(replaced.value, located, scope) : replaced;
  }

  #replaced(text: string, located: LocatedScalar, scope: Scope): Located | undefined {
    const code = CODE.exec(text);
    if (code !== null) {
      const message = `${JSON.stringify(code[0])} is code, which Serverless Devs would run`;
      this.#tell({ rule: 'not-evaluated', level: 'error', message, at: located.placeOf(code[0]) });
      return undefined;
    }
    const found = [...text.matchAll(EXPRESSION)];
    if (found.length === 0) return text === located.value ? located : { ...located, value: text };
    const parts = found.map(([whole, code = '']) => this.#evaluated(whole, code, located, scope));
    const [only] = parts;
    if (parts.length === 1 && found[0]?.[0] === text) return only;
    let made = '';
    let end = 0;
    for (const [at, { 0: whole, index }] of found.entries()) {
      const part = parts[at];
      if (part === undefined) return undefined;
      made += text.slice(end, index) + String(plain(part));
      end = index + whole.length;
      if (made.length > MOST_CHARACTERS) {
        this.#tell({
          rule: 'unresolved-expression',
          level: 'error',
          message: 'the replaced text is too long',
          at: located.at,
        });
        return undefined;
      }
    }
    return { ...located, value: made + text.slice(end) };
  }

  #evaluated(whole: string, code: string, located: LocatedScalar, scope: Scope): Located | undefined {
    const at = located.placeOf(whole.replace('${that.', '${this.'));
    try {
      return evaluate(code, scope, at);
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      const { rule, fix } = error;
      const message = error.message.replaceAll(/\bthat\./g, 'this.');
      this.#tell({ rule, level: 'error', message, fix, at });
      return undefined;
    }
  }
}
