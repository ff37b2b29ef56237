// Stands for the emulator: starts instances with the built driver, says so in one line of JSON, and runs until it is killed.
// Arguments: the nonce, a file to remove on exit, then one command line of JSON for each instance.
import { MovableClock } from '../../dist/model/clock.js';
import { completeFunction } from '../../dist/model/function-config.js';
import { createLocalDriver } from '../../dist/runtime/local-driver.js';

const [nonce, file, ...commands] = process.argv.slice(2);
const clock = new MovableClock();
const driver = createLocalDriver({ clock, sessionClock: clock, nonce, hostEnvironment: process.env });
driver.removeOnExit(file);
const instances = commands.map((command, index) => {
  const config = completeFunction({ functionName: 'hello', command: JSON.parse(command) });
  const spec = { instanceId: `c-${index}`, qualifier: 'LATEST', revision: { versionId: '0', config } };
  return driver.start(spec, new AbortController().signal);
});
await Promise.all(instances.map((instance) => instance.ready));
// Without instances nothing else would keep it alive until it is killed.
setInterval(() => {}, 60_000);
console.log(JSON.stringify(instances.map((instance) => instance.pid)));
