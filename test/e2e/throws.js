import { completeFunction, startEmulator } from '../../dist/index.js';

// A program around an emulator that runs into an error nobody catches, as soon as it is told to.

const emulator = await startEmulator({
  functions: [
    { config: completeFunction({ functionName: 'hello', command: process.argv.slice(2), minInstances: 2 }) },
  ],
});
const { url } = emulator.functions[0];
await Promise.all(Array.from({ length: 4 }, () => fetch(url).then((response) => response.text())));
const instances = await emulator.control.instances.list();
process.send({ url, pids: instances.map(({ pid }) => pid) });
process.on('message', (how) => {
  if (how === 'reject') void Promise.reject(new Error('nobody handles this'));
  else
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
});
