const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

/** What has been loaded: file to its compiled script and its exports. */
const loaded = new Map();

/**
 * Loads a file of the bundled program, as `require` would, with the code that was compiled when the package was built: V8 takes it
 * from beside the file where it is of the same version, and else compiles as ever. Compiling is most of the start of a command.
 */
function load(file) {
  const known = loaded.get(file);
  if (known !== undefined) return known.module.exports;
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`;
  const script = new Script(source, { filename: file, cachedData: compiledBefore(file) });
  const module = { exports: {} };
  loaded.set(file, { script, module });
  const requireHere = (id) => (id.startsWith('./') ? load(join(dirname(file), id)) : require(id));
  script.runInThisContext()(module.exports, requireHere, module, file, dirname(file));
  return module.exports;
}

function compiledBefore(file) {
  try {
    return readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
}

module.exports = { load, loaded };
