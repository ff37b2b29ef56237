/** An element of a parsed document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const TOKEN = /<(\/?)([A-Za-z]+)((?: [A-Za-z]+="[^"<]*")*)(\/?)>|([^<]+)/y;
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A strict parser for the XML of JUnit reports. @throws Error for text that is not well formed */
export function parseXml(text: string): Element {
  if (FORBIDDEN.test(text)) throw new Error('a character that XML 1.0 does not allow');
  const start = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!text.startsWith(start)) throw new Error('no XML declaration');
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  TOKEN.lastIndex = start.length;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    const parent = open.at(-1);
    if (token === null || parent === undefined)
      throw new Error(`not well formed: ${text.slice(at, at + 40)}`);
    const [, closes, name, attributes = '', isEmpty, content] = token;
    if (content !== undefined) {
      parent.text += decode(content);
    } else if (closes) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      const element: Element = { name: name ?? '', attributes: read(attributes), children: [], text: '' };
      parent.children.push(element);
      if (!isEmpty) open.push(element);
    }
  }
  const [document] = root.children;
  if (open.length !== 1 || document === undefined || root.children.length !== 1)
    throw new Error('not one root');
  return document;
}

function read(attributes: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of attributes.matchAll(/ ([A-Za-z]+)="([^"]*)"/g)) {
    if (name in found) throw new Error(`attribute ${name} twice`);
    found[name] = decode(value);
  }
  return found;
}

function decode(text: string): string {
  return text.replace(/&(\w*);?/g, (entity, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !entity.endsWith(';')) throw new Error(`no entity ${entity}`);
    return character;
  });
}
