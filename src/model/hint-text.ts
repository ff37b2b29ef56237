import type { Hint } from './hint.js';

/** @returns the hint in words, not yet safe for a terminal */
export function hintText(hint: Hint): string {
  switch (hint.code) {
    case 'cookie-malformed':
      return 'the session cookie is malformed and was not taken';
    case 'cookie-unknown':
      return 'the session cookie names no known session and was not taken';
    case 'cookie-path':
      return `the session cookie has no Path, as on Function Compute: the browser sends it only below ${hint.folder}/, elsewhere it opens another session`;
    case 'mcp-no-session-id':
      return 'the server named no session (no Mcp-Session-Id in its reply), so its next request may go to any instance';
    case 'mcp-session-kept':
      return 'the server refused DELETE with 405: the session keeps its slot until its idle time is over';
    case 'mcp-endpoint-names-no-session':
      return 'the endpoint event names no session (no sessionId or session_id in its URL), so messages may go to any instance';
    case 'mcp-second-endpoint':
      return 'the stream sent a second endpoint event: only the first is bound, as on Function Compute';
    case 'page-downloaded':
      return 'a browser downloads this page: on its default domain Function Compute adds Content-Disposition: attachment; --custom-domain leaves it out';
  }
}
