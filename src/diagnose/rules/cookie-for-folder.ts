import type { RequestRecord } from '../../model/request-record.js';
import { byClient, clientName, isOpening, type Rule, shownRequest } from '../finding.js';

/**
 * The session cookie has no Path, so a client returns it only below the folder of the page that set it (RFC 6265 §5.1.4), and opens
 * another session elsewhere.
 */
export const cookieForFolder: Rule = {
  id: 'cookie-for-folder',
  resultOf: ['two-session-cookies'],
  look({ records }) {
    return [...byClient(records)].flatMap(([client, requests]) => {
      for (const [at, opener] of requests.entries()) {
        const folder = folderOf(opener);
        if (opener.evidence.cookie === undefined || !isOpening(opener) || folder === '') continue;
        const later = requests.slice(at + 1);
        const outside = later.find(
          (one) => one.evidence.cookie === 'none' && isOpening(one) && !isBelow(one, folder),
        );
        if (outside === undefined || !keepsCookies(opener, later)) continue;
        return {
          client,
          message: `${clientName(opener)} got the session cookie at ${pathOf(opener)}, so it sends the cookie only below ${folder}/, and opened another session elsewhere`,
          evidence: [
            `this request set the cookie for ${folder}/: ${shownRequest(opener)}`,
            `without a cookie: ${shownRequest(outside)}`,
          ],
          fix: 'send the first request of a client to /: the cookie has no Path, and on Function Compute it has none either',
        };
      }
      return [];
    });
  },
};

/** Whether the client keeps cookies: it has used the session again, or it is a browser that opens pages of the same site. */
function keepsCookies({ decision, evidence }: RequestRecord, later: readonly RequestRecord[]): boolean {
  const isPage = evidence.secFetchSite === 'none' || evidence.secFetchSite === 'same-origin';
  return isPage || later.some((one) => one.decision?.sessionId === decision?.sessionId);
}

function folderOf(record: RequestRecord): string {
  const path = pathOf(record);
  return path.slice(0, path.lastIndexOf('/'));
}

function isBelow(record: RequestRecord, folder: string): boolean {
  const path = pathOf(record);
  return path === folder || path.startsWith(`${folder}/`);
}

function pathOf({ target }: RequestRecord): string {
  return target.split('?', 1)[0] ?? '';
}
