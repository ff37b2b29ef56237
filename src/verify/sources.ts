/** The documents that the expectations of the checks come from. */
const DOCUMENTS = {
  cookie: page('Configure cookie affinity', 'zh/functioncompute/fc/user-guide/cookie-affinity'),
  header: page('Configure HeaderField affinity', 'zh/functioncompute/fc/user-guide/headerfield-affinity'),
  lifecycle: page(
    'Session lifecycle management',
    'zh/functioncompute/fc/user-guide/session-lifecycle-management',
  ),
  api: page(
    'API 2023-03-30, Session operations',
    'zh/functioncompute/fc/developer-reference/api-fc-2023-03-30-createsession',
  ),
  practices: page(
    'Session affinity configuration practices',
    'zh/functioncompute/fc/user-guide/session-affinity-configuration-practices',
  ),
  isolation: page(
    'Session isolation configuration',
    'zh/functioncompute/fc/user-guide/session-isolation-configuration',
  ),
  hibernation: page(
    'Pause and resume sessions',
    'zh/functioncompute/fc/sandbox-deep-hibernation-pause-and-resume-session',
  ),
  mcpStreamable: page(
    'Configure MCP Streamable HTTP affinity',
    'zh/functioncompute/fc/user-guide/mcp-streamable-http-affinity',
  ),
  mcpSse: page('Configure MCP SSE affinity', 'zh/functioncompute/fc/user-guide/mcp-sse-affinity'),
  web: page('Web functions', 'document_detail/2513501.html'),
  errors: page(
    'API 2023-03-30, error codes',
    'zh/functioncompute/fc/developer-reference/api-fc-2023-03-30-errorcodes',
  ),
  sdk: 'the official SDK @alicloud/fc20230330 4.7.6, as measured',
  inferred: 'inferred: the documents do not say',
} as const;

const SEPARATOR = ' · ';

/** The source of an expectation: a document and rows of the conformance table, for example `cookie C02 C16`. */
export type Source = `${keyof typeof DOCUMENTS} ${string}`;

/** @returns the rows and the full name of the document, for reports */
export function sourceText(source: Source): string {
  const [document, ...rows] = source.split(' ') as [keyof typeof DOCUMENTS, ...string[]];
  return `${rows.join(' ')}${SEPARATOR}${DOCUMENTS[document]}`;
}

/** Splits the text of a source. @returns the rows and the document; the document may end with `, ` and its URL */
export function partsOf(text: string): { readonly rows: string; readonly document: string } {
  const at = text.indexOf(SEPARATOR);
  return { rows: text.slice(0, at), document: text.slice(at + SEPARATOR.length) };
}

function page(title: string, path: string): string {
  return `Function Compute, "${title}", https://help.aliyun.com/${path}`;
}
