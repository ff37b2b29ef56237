import { connect, createServer } from 'node:net';
import { answerParent } from '../child.js';

// What no proxy written for Node can be quicker than: bytes as they come, without a look at them.

await answerParent(async ({ upstream }) => {
  const server = createServer({ noDelay: true }, (client) => {
    const other = connect({ port: upstream, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [client, other],
      [other, client],
    ]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ready: { port: server.address().port } };
});
