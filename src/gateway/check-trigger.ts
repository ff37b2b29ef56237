import type { AccessKey } from '../model/access-key.js';
import { checkSignature, parseAuthorization } from '../model/acs3-signature.js';
import { hostNow } from '../model/clock.js';
import { FcError } from '../model/errors.js';
import { HeaderLines } from '../model/headers.js';
import type { Route } from '../model/route.js';

/** A request as the client sent it: its signature may cover lines that the instance does not see. */
interface RawRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
}

/**
 * Checks a request against its trigger, before any session or instance is touched.
 * @param accessKey undefined: any signature in the right form is accepted (spec U50)
 * @throws AccessDenied where the address is disabled; MissingRequiredHeader, InvalidArgument, InvalidAccessKeyID or SignatureNotMatch
 *   where requests must be signed; MethodNotAllowed
 */
export function checkTrigger(route: Route, request: RawRequest, accessKey: AccessKey | undefined): void {
  if (route.disableURLInternet)
    throw new FcError('AccessDenied', 'access denied due to function internet URL is disable');
  if (route.authType === 'function') checkSigned(request, accessKey);
  if (!route.methods.includes(request.method ?? '')) throw methodRefused(request.method ?? '', route);
}

/** Function Compute's order and texts (spec §7). */
function checkSigned({ method = '', url = '', rawHeaders }: RawRequest, key: AccessKey | undefined): void {
  const headers = new HeaderLines([...rawHeaders]);
  const header = headers.get('authorization') ?? '';
  const isDated = headers.has('x-acs-date') || (header === '' && headers.has('date'));
  if (!isDated) throw new FcError('MissingRequiredHeader', 'required HTTP header Date was not specified');
  const authorization = parseAuthorization(header);
  if (authorization === undefined)
    throw new FcError('InvalidArgument', `invalid authorization '${header.slice(0, 200)}'`);
  if (key === undefined) return;
  // Otherwise somebody could send a recorded signature again with a new date.
  if (!authorization.signedHeaders.includes('x-acs-date'))
    throw new FcError('SignatureNotMatch', 'x-acs-date must be one of the signed headers');
  checkSignature(authorization, {
    form: 'trigger',
    request: { method, target: url, headers },
    key,
    now: hostNow(),
  });
}

function methodRefused(method: string, { functionName, methods: allow }: Route): FcError {
  const message = `the HTTP trigger of function '${functionName}' does not allow ${method}, only ${allow.join(', ')}`;
  return new FcError('MethodNotAllowed', message, { allow });
}
