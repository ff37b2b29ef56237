/** The documents that the checks come from; rows are those of the conformance table. */
const DOCUMENTS = {
  cookie:
    'Function Compute, "Configure cookie affinity" (help.aliyun.com/zh/functioncompute/fc/user-guide/cookie-affinity)',
  header:
    'Function Compute, "Configure HeaderField affinity" (help.aliyun.com/zh/functioncompute/fc/user-guide/headerfield-affinity)',
  lifecycle:
    'Function Compute, "Session lifecycle management" (help.aliyun.com/zh/functioncompute/fc/user-guide/session-lifecycle-management)',
  api: 'Function Compute API 2023-03-30, Session operations (help.aliyun.com/zh/functioncompute/fc/developer-reference/api-fc-2023-03-30-createsession)',
  practices:
    'Function Compute, "Session affinity configuration practices" (help.aliyun.com/zh/functioncompute/fc/user-guide/session-affinity-configuration-practices)',
  isolation:
    'Function Compute, "Session isolation configuration" (help.aliyun.com/zh/functioncompute/fc/user-guide/session-isolation-configuration)',
  hibernation:
    'Function Compute, "Pause and resume sessions" (help.aliyun.com/zh/functioncompute/fc/sandbox-deep-hibernation-pause-and-resume-session)',
  web: 'Function Compute, "Web functions" (help.aliyun.com/document_detail/2513501.html)',
  sdk: 'the official SDK @alicloud/fc20230330 4.7.6, as measured',
  errors:
    'Function Compute API 2023-03-30, error codes (help.aliyun.com/zh/functioncompute/fc/developer-reference/api-fc-2023-03-30-errorcodes)',
  inferred: 'inferred: the documents leave it open',
} as const;

/** @returns the document's name and link with the rows in front, as `C05 · Function Compute, "…" (…)` */
export function source(document: keyof typeof DOCUMENTS, rows: string): string {
  return `${rows} · ${DOCUMENTS[document]}`;
}
