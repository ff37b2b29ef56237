import type { Hint } from '../../model/hint.js';

/** @returns the hint in words, not yet safe for a terminal */
export function hintText(hint: Hint): string {
  switch (hint.code) {
    case 'cookie-malformed':
      return 'the session cookie is malformed and was not taken';
    case 'cookie-unknown':
      return 'the session cookie names no known session and was not taken';
    case 'cookie-path':
      return `the session cookie has no Path, as on Function Compute: the browser sends it only below ${hint.folder}/, elsewhere it opens another session`;
    case 'page-downloaded':
      return 'a browser downloads this page: on its default domain Function Compute adds Content-Disposition: attachment; --custom-domain leaves it out';
  }
}
