#!/usr/bin/env node
// Written so that Node 12 can parse it and say what is wrong. CommonJS, by the package.json beside it, starts sooner than an ES module.
const [major, minor] = process.versions.node.split('.').map(Number);
const argument = process.argv.length === 3 ? process.argv[2] : '';

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`error: fc-affinity needs Node.js 20.19 or later, this is ${process.versions.node}`);
  console.error('fix: install a current Node.js, see https://nodejs.org');
  process.exitCode = 1;
} else if (argument === '--version' || argument === '-V') {
  // Answered here and without a stream, so that asking for the version costs no more than starting Node.
  try {
    require('node:fs').writeSync(1, `${require('../package.json').version}\n`);
  } catch (error) {
    // A reader that has gone away is no failure.
    if (error.code !== 'EPIPE') {
      console.error(`error: the result could not be written: ${error.message}`);
      process.exitCode = 1;
    }
  }
} else {
  require('../dist/cli/main.cjs').main();
}
