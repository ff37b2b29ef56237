import { checksOf, judge } from '../check.js';
import { namesNoSessionAtAll, SessionClient } from '../session-client.js';
import { once, part } from '../suite.js';
import type { LimitsScene } from './limits-scene.js';

type HandlerScene = Awaited<ReturnType<typeof openHandler>>;

const ASK_FOR_COOKIE = 'X-Set-Cookie';
const OWN_COOKIE = 'verify=own; Path=/';

const check = checksOf<HandlerScene>();

/** The gateway keeps the handler's cookies, and a 101 names no session. The handler must set cookies and open WebSockets on request, as `fixtures/hello` does. */
export const HANDLER = part<LimitsScene, HandlerScene>({ open: openHandler }, [
  check('limits.cookie.kept', "the response keeps the handler's own cookie and has the session cookie too")
    .promises(`Set-Cookie: ${OWN_COOKIE}`, 'practices C28')
    .needs(async ({ cookie }) => {
      const isSet = (await cookie()).answer.headers.get(ASK_FOR_COOKIE) === OWN_COOKIE;
      return isSet ? undefined : `the handler does not set the cookie that ${ASK_FOR_COOKIE} asks for`;
    })
    .judge(async ({ cookie }) => {
      const { answer } = await cookie();
      const lines = answer.headers.all('set-cookie');
      return { ...judge(lines.includes(OWN_COOKIE), lines.join(' and ') || 'none'), judged: answer };
    }),
  check('limits.upgrade.nothing-told', 'the 101 response to a WebSocket upgrade names no session')
    .promises('no session cookie, no session header', 'inferred C26')
    .needs(async ({ upgrade }) => {
      const { status } = (await upgrade()).answer;
      return status === 101 ? undefined : `the handler opens no WebSocket: status ${status}`;
    })
    .judge(async ({ upgrade }) => namesNoSessionAtAll(await upgrade())),
]);

async function openHandler({ run, client }: LimitsScene) {
  await run.endSessions();
  const { obligingFunction } = run.target;
  const obliging =
    obligingFunction === undefined ? client : SessionClient.of(await run.beside(obligingFunction));
  return {
    cookie: once(() => {
      const headers = { [ASK_FOR_COOKIE]: OWN_COOKIE };
      return obliging.send(undefined, { label: 'for a cookie', headers });
    }),
    upgrade: once(() => {
      const headers = {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': Buffer.from('verify a 101, ok').toString('base64'),
      };
      return obliging.send(undefined, { label: 'for a WebSocket', headers });
    }),
  };
}
