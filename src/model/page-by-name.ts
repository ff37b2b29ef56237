interface NameQuery {
  readonly prefix?: string | undefined;
  readonly limit?: number | undefined;
  readonly nextToken?: string | undefined;
}

const PER_PAGE = 20;

/**
 * One page of things that have names, in the order of the names. A token holds the last name of its page, so that things may come and
 * go between two pages.
 * @returns `nextToken` is absent on the last page
 */
export function pageByName<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  { prefix = '', limit = PER_PAGE, nextToken }: NameQuery,
): { readonly page: readonly T[]; readonly nextToken?: string } {
  const after = nextToken === undefined ? '' : Buffer.from(nextToken, 'base64').toString();
  const rest = all
    .filter((one) => nameOf(one).startsWith(prefix) && nameOf(one) > after)
    .sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { page };
  return { page, nextToken: Buffer.from(nameOf(last)).toString('base64') };
}
