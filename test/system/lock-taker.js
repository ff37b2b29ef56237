// Takes and gives back the lock of one directory after another, as its parent says on stdin: a line with a directory takes, an empty
// line gives back. Answers each with `held`, `refused <why>`, or `free`.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { takeLock } from '../../dist/system/take-lock.js';

let giveBack;
createInterface(process.stdin).on('line', (directory) => {
  if (directory === '') {
    giveBack?.();
    giveBack = undefined;
    writeSync(1, 'free\n');
    return;
  }
  try {
    giveBack = takeLock(directory);
    writeSync(1, 'held\n');
  } catch (error) {
    writeSync(1, `refused ${error.message}\n`);
  }
});
writeSync(1, 'ready\n');
