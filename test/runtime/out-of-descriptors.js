// Loads the built driver, uses up all file descriptors, and tells in JSON what a start then says, and one after some are free again.
// All the while there must be names for what is made.
import { closeSync, openSync } from 'node:fs';
import { MovableClock } from '../../dist/model/clock.js';
import { completeFunction } from '../../dist/model/function-config.js';
import { createIds } from '../../dist/model/ids.js';
import { prepareLaunch } from '../../dist/runtime/launch.js';
import { createLocalDriver } from '../../dist/runtime/local-driver.js';

const [nonce, ...command] = process.argv.slice(2);
const clock = new MovableClock();
const driver = createLocalDriver({ clock, sessionClock: clock, nonce, hostEnvironment: process.env });
const config = completeFunction({ functionName: 'hello', command });
const revision = { versionId: '0', config };
const ids = createIds(clock);
const start = () => {
  const spec = { instanceId: ids.instanceId(), qualifier: 'LATEST', revision };
  return driver.start(spec, new AbortController().signal).ready;
};
await prepareLaunch();
await start();

const seen = [];
const opened = [];
try {
  for (;;) opened.push(openSync('/dev/null', 'r'));
} catch {
  // All are in use now.
}
// More than have been made in advance.
for (let names = 0; names < 1000; names++) ids.sessionId();
for (let free = 0; free < 12; free++) {
  await start().then(
    () => seen.push('ready'),
    (error) => seen.push(error.code),
  );
  closeSync(opened.pop());
}
for (const descriptor of opened) closeSync(descriptor);
await start();
console.log(JSON.stringify(seen));
await driver.close();
