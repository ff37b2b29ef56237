// Stands for the emulator: opens a state directory and, once told to go, saves, touches and deletes fifty sessions without end, saying
// the number of each change on its output after it was made. Arguments: the directory, the first number, from how many bytes on to compact.
import { writeSync } from 'node:fs';
import { MovableClock } from '../../dist/model/clock.js';
import { openStateDirectory } from '../../dist/store/state-directory.js';

const [directory, first, compactFromBytes] = process.argv.slice(2);
const clock = new MovableClock();
const say = (text) => writeSync(1, `${text}\n`);

let state;
try {
  state = openStateDirectory({
    directory,
    clock,
    wallNow: clock.now(),
    onWarning: (text) => say(`warning ${text}`),
    compactFromBytes: Number(compactFromBytes),
  });
} catch (error) {
  say(`refused ${error.message}`);
  process.exit(1);
}
say('opened');
process.stdin.once('data', () => {
  const store = state.storeOf('hello');
  for (let change = Number(first); ; change++) {
    const order = change % 50;
    if (change % 5 === 0) store.delete(order);
    else if (change % 3 === 0) store.touch([{ order, lastUsedAt: change + 0.5 }]);
    else store.save(sessionOf(order, change));
    say(change);
  }
});

function sessionOf(order, change) {
  const now = clock.now();
  return {
    sessionId: `session-${order}`,
    terms: {
      functionName: 'hello',
      qualifier: 'LATEST',
      sessionAffinityType: 'HEADER_FIELD',
      sessionTTLInSeconds: 21600,
      sessionIdleTimeoutInSeconds: 1800,
      disableSessionIdReuse: false,
    },
    sessionStatus: 'Active',
    createdAt: now,
    lastModifiedAt: now,
    lastUsedAt: now,
    used: false,
    endedAt: 0,
    containerId: `c-${change}`,
    order,
  };
}
