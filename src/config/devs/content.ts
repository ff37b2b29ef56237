import { dirname } from 'node:path';
import {
  dig,
  emptyMap,
  type Located,
  type LocatedMap,
  locate,
  mapAt,
  mapOf,
  mergeMaps,
  type Place,
  plain,
  scalar,
  textAt,
  withEntry,
} from '../located.js';
import { Problems, type Tell } from '../problem.js';
import type { Scope } from './expression.js';
import { CREDENTIALS, createFunctions, type Surroundings } from './functions.js';
import { Substitution } from './substitute.js';

/** A resource of `s.yaml` whose component is fc3: one function. */
export interface DevsResource {
  readonly key: string;
  readonly keyAt: Place;
  /** The resolved content. */
  readonly props: LocatedMap;
}

/** A resource that is not a function. */
interface PassedOver {
  readonly key: string;
  readonly component: string;
  readonly at: Place;
}

export interface ResolvedContent {
  /** The whole file, resolved. */
  readonly content: LocatedMap;
  readonly resources: readonly DevsResource[];
  readonly passedOver: readonly PassedOver[];
}

interface ContentOptions extends Omit<Surroundings, 'folder'> {
  readonly file: string;
  readonly map: LocatedMap;
  readonly environment?: LocatedMap | undefined;
  /** The extended file, which may have the component of a resource. */
  readonly base?: LocatedMap;
  readonly tell: Tell;
}

/** Resolves one file as the parser of Serverless Devs does: vars and templates first, then the resources in their order. */
export function resolveContent(options: ContentOptions): ResolvedContent {
  return new ContentResolver(options).resolve();
}

class ContentResolver {
  readonly #options: ContentOptions;
  readonly #substitution: Substitution;
  /** The names for every expression. */
  readonly #common: Record<string, Located>;
  #content: LocatedMap;

  constructor(options: ContentOptions) {
    const { map, file, tell } = options;
    this.#options = options;
    this.#substitution = new Substitution(tell);
    this.#content = map;
    this.#common = {
      cwd: scalar(dirname(file), map.at),
      credential: locate(CREDENTIALS, map.at),
      vars: dig(map, ['vars']) ?? emptyMap(map.at),
    };
  }

  resolve(): ResolvedContent {
    const { map, tell } = this.#options;
    const unresolved = this.#scope({});
    for (const name of ['name', 'access', 'vars', 'template']) {
      const value = dig(map, [name]);
      const made = value === undefined ? undefined : this.#substitution.value(value, unresolved);
      if (made !== undefined) this.#content = withEntry(this.#content, name, made);
    }
    this.#common.vars = dig(this.#content, ['vars']) ?? emptyMap(map.at);
    const resources: DevsResource[] = [];
    const passedOver: PassedOver[] = [];
    const listed = dig(map, ['resources']);
    if (listed !== undefined && listed.kind !== 'map')
      tell({ rule: 'resource-shape', level: 'error', message: 'resources must be a map', at: listed.at });
    for (const [key, { keyAt, value: element }] of mapAt(listed, [])?.entries ?? []) {
      if (element.kind !== 'map') {
        const message = `the resource ${key} must be a map with component and props`;
        tell({ rule: 'resource-shape', level: 'error', message, at: element.at });
        continue;
      }
      const component = this.#component(key, element);
      const props = this.#resource(key, element, component);
      if (isFc3(component)) resources.push({ key, keyAt, props });
      else passedOver.push({ key, component, at: keyAt });
    }
    return { content: this.#content, resources, passedOver };
  }

  #component(key: string, element: LocatedMap): string {
    const given = dig(element, ['component']);
    const made = given === undefined ? undefined : this.#substitution.value(given, this.#scope({}));
    if (made?.kind === 'scalar') return String(made.value);
    return textAt(this.#options.base, ['resources', key, 'component']) ?? '';
  }

  /** @returns the props. Later resources can refer to them. */
  #resource(key: string, element: LocatedMap, component: string): LocatedMap {
    // Mistakes in resources that are not served are ignored.
    const substitution = isFc3(component) ? this.#substitution : new Substitution(new Problems().tell);
    const source = mergeMaps(this.#template(element, substitution), mapAt(element, ['props']));
    const props = mergeMaps(source, this.#overlay({ key, component, source }, substitution));
    const merged = withEntry(element, 'props', props);
    this.#setResource(key, merged);
    const { access = dig(this.#options.environment, ['access']) ?? dig(this.#content, ['access']) } =
      Object.fromEntries([...element.entries].map(([name, { value }]) => [name, value]));
    const names = Object.entries({
      name: scalar(key, element.at),
      component: scalar(component, element.at),
      access,
    });
    const that = names.reduce(
      (map, [name, value]) =>
        value === undefined || map.entries.has(name) ? map : withEntry(map, name, value),
      merged,
    );
    const scopeOf = (self: LocatedMap): Scope =>
      this.#scope({
        resources: dig(this.#content, ['resources']) ?? emptyMap(element.at),
        components: dig(this.#content, ['components']) ?? emptyMap(element.at),
        that: self,
      });
    const known = withEntry(that, 'props', substitution.map(props, scopeOf(that)));
    const real = substitution.map(props, scopeOf(known));
    this.#setResource(key, withEntry(element, 'props', real));
    return real;
  }

  #template(element: LocatedMap, substitution: Substitution): LocatedMap {
    const extend = dig(element, ['extend']);
    const name = textAt(extend, ['name']);
    if (extend === undefined || name === undefined) return emptyMap(element.at);
    const template = mapAt(this.#content, ['template', ...name.split('.')]);
    if (template === undefined) {
      const message = `there is no template ${JSON.stringify(name)}`;
      const at = dig(extend, ['name'])?.at ?? extend.at;
      this.#options.tell({ rule: 'extend', level: 'error', message, at });
      return emptyMap(element.at);
    }
    const ignored = plain(dig(extend, ['ignore']) ?? locate([], extend.at));
    const paths = Array.isArray(ignored) ? ignored.map(String) : [String(ignored)];
    const kept = paths.reduce((map, path) => without(map, path.split('.')), template);
    return substitution.map(kept, this.#scope({}));
  }

  /** The overlays of an environment: for the component, for the resource, and the region of its stack. */
  #overlay(
    {
      key,
      component,
      source,
    }: { readonly key: string; readonly component: string; readonly source: LocatedMap },
    substitution: Substitution,
  ): LocatedMap {
    const { environment, file } = this.#options;
    if (environment === undefined) return emptyMap(source.at);
    const project = dig(this.#content, ['name']) ?? scalar('', source.at);
    const {
      infrastructure: _infrastructure,
      overlays: _overlays,
      ...rest
    } = Object.fromEntries(environment.entries);
    const scope = scopeOf(
      {
        source,
        project,
        credential: locate(CREDENTIALS, environment.at),
        that: withEntry(mapOf(Object.entries(rest), environment.at), 'project', project),
      },
      { ...this.#options, folder: dirname(file) },
    );
    const laid = (path: readonly string[]): LocatedMap => {
      const found = mapAt(environment, path);
      return found === undefined ? emptyMap(source.at) : substitution.map(found, scope);
    };
    const region = dig(laid(['infraStack']), ['region']);
    const overlay = mergeMaps(
      laid(['overlays', 'components', component]),
      laid(['overlays', 'resources', key]),
    );
    return region === undefined ? overlay : withEntry(overlay, 'region', region);
  }

  #setResource(key: string, value: LocatedMap): void {
    const resources = mapAt(this.#content, ['resources']) ?? emptyMap(value.at);
    this.#content = withEntry(this.#content, 'resources', withEntry(resources, key, value));
  }

  #scope(values: Record<string, Located>): Scope {
    return scopeOf({ ...this.#common, ...values }, { ...this.#options, folder: dirname(this.#options.file) });
  }
}

function scopeOf(
  values: Record<string, Located>,
  surroundings: Surroundings & { readonly map: LocatedMap },
): Scope {
  const entries = Object.entries(values).map(([key, value]) => [key, { keyAt: value.at, value }] as const);
  const map = mapOf(entries, surroundings.map.at);
  return { values: map, functions: createFunctions(map, surroundings) };
}

/** `fc3`, `fc3@1.2`, `devsapp/fc3`. */
function isFc3(component: string): boolean {
  return /^(devsapp\/)?fc3(@.+)?$/.test(component);
}

function without(map: LocatedMap, [key = '', ...rest]: readonly string[]): LocatedMap {
  const entry = map.entries.get(key);
  if (entry === undefined) return map;
  const entries = new Map(map.entries);
  if (rest.length === 0) entries.delete(key);
  else if (entry.value.kind === 'map') entries.set(key, { ...entry, value: without(entry.value, rest) });
  return { ...map, entries };
}
