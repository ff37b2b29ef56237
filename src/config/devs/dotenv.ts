/** A line `NAME=value` or `NAME: value`; the value may stand in quotes and then run over several lines. */
const LINE =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;
/** `$NAME`, `${NAME}`, `${NAME:-default}`; the dollar not behind a backslash. */
const REFERENCE = /(?<!\\)\$\{?(\w+)(?::-([^}\\]*))?\}?/;
const MOST_CHARACTERS = 100_000;

type Variables = Record<string, string>;
type Host = Readonly<Record<string, string | undefined>>;

/**
 * Reads a `.env` file as the packages dotenv and dotenv-expand do, with which Serverless Devs reads it: a line without a variable is passed
 * over, and a reference is replaced by the variable of `host`, its default, or that of the file.
 */
export function readDotenv(text: string, host: Host): Variables {
  const given = parse(text);
  const expanded: Variables = {};
  for (const [name, value] of Object.entries(given)) {
    expanded[name] = expand(host[name] ?? value, { host, given: { ...given, ...expanded } }).replaceAll(
      '\\$',
      '$',
    );
  }
  return expanded;
}

function parse(text: string): Variables {
  const variables: Variables = Object.create(null);
  for (const [, name = '', raw = ''] of text.replaceAll(/\r\n?/g, '\n').matchAll(LINE)) {
    const trimmed = raw.trim();
    const inside = trimmed.replace(/^(['"`])([\s\S]*)\1$/, '$2');
    variables[name] = trimmed.startsWith('"')
      ? inside.replaceAll('\\n', '\n').replaceAll('\\r', '\r')
      : inside;
  }
  return variables;
}

/** Replaces the last reference until there is none, so that a default may hold references. */
function expand(value: string, { host, given }: { readonly host: Host; readonly given: Variables }): string {
  let text = value;
  for (let rounds = 0; rounds < 100 && text.length < MOST_CHARACTERS; rounds++) {
    const last = Math.max(...[...text.matchAll(/(?<!\\)\$/g)].map(({ index }) => index), -1);
    const match = last < 0 ? null : REFERENCE.exec(text.slice(last));
    if (match === null) return text;
    const [group, name = '', byDefault] = match;
    const found = host[name] || byDefault || given[name] || '';
    text = text.replace(group, () => found);
  }
  return text;
}
