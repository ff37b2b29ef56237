/** What the user should know of a request: a code with its data. Words are put to it only where it is shown. */
export type Hint =
  /** The session cookie is not a session ID. It was not used, and the request opened a session. */
  | { readonly code: 'cookie-malformed' }
  /** The session cookie names no known session. It was not used, and the request opened a session. */
  | { readonly code: 'cookie-unknown' }
  /** A browser returns the cookie of this reply only below `folder`, because the cookie has no Path (RFC 6265 §5.1.4). */
  | { readonly code: 'cookie-path'; readonly folder: string }
  /** An MCP server answered without `Mcp-Session-Id`: the request belongs to no session. */
  | { readonly code: 'mcp-no-session-id' }
  /** An MCP server refused the DELETE of a client with 405: the session stays, with its slot, until its idle time is over. */
  | { readonly code: 'mcp-session-kept' }
  /** The URL of an `endpoint` event holds neither `sessionId` nor `session_id`: the stream has no session. */
  | { readonly code: 'mcp-endpoint-names-no-session' }
  /** A stream sent a second `endpoint` event. Function Compute binds the first, and clients use the last. */
  | { readonly code: 'mcp-second-endpoint' }
  /** A browser downloads this page, because of the forced `Content-Disposition: attachment`. Told once a trigger. */
  | { readonly code: 'page-downloaded' };
