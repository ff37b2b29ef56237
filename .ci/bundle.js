import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { pageModules } from './console.js';

// Makes dist/cli: the program with the packages it needs, in a few files, because finding and loading hundreds of modules is what
// takes the time at the start of a command. They are CommonJS, which Node has at hand before its loader for ES modules is up.

const ROOT = resolve(import.meta.dirname, '..');
const TARGET = join(ROOT, 'dist/cli');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** To look the version up is a part of the start like any other. */
const settledVersion = {
  name: 'settled-version',
  load: (id) =>
    id === join(ROOT, 'src/version.ts') ? `export const version = ${JSON.stringify(version)};` : undefined,
};
/** The files of the console's page, which .ci/console.js has made. */
const madePage = {
  name: 'made-page',
  load: (id) =>
    id === join(ROOT, 'src/console/page-files.ts')
      ? readFileSync(join(ROOT, 'dist/console/page-files.js'), 'utf8')
      : undefined,
};
/**
 * What packages load for things that we never ask of them: commander for subcommands that are programs of their own, http-proxy for
 * instances behind TLS and for following redirects, execa for messages between processes. Each would be loaded at every start.
 */
const UNUSED = [
  { by: 'commander', id: 'node:child_process' },
  { by: 'http-proxy', id: 'https' },
  { by: 'http-proxy', id: 'follow-redirects' },
  { by: 'execa', id: 'node:v8', names: ['serialize'] },
];
const NOTHING = '\0nothing ';
const withoutUnused = {
  name: 'without-unused',
  resolveId(id, importer = '') {
    const unused = UNUSED.find((one) => one.id === id && importer.includes(`/node_modules/${one.by}/`));
    return unused && `${NOTHING}${(unused.names ?? []).join(' ')}`;
  },
  load(id) {
    if (!id.startsWith(NOTHING)) return undefined;
    const names = id.slice(NOTHING.length).split(' ').filter(Boolean);
    return names.map((name) => `export const ${name} = undefined;`).join('\n') || 'export {};';
  },
};
/** http-proxy copies objects with util._extend. Node 22 and later print a deprecation warning for it (DEP0060). */
const withoutDeprecatedCopy = {
  name: 'without-deprecated-copy',
  transform(code, id) {
    return id.includes('/node_modules/http-proxy/lib/')
      ? code.replaceAll("require('util')._extend", 'Object.assign')
      : undefined;
  },
};

const bundle = await rolldown({
  cwd: ROOT,
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  plugins: [settledVersion, madePage, withoutUnused, withoutDeprecatedCopy],
});
const { output } = await bundle.write({
  dir: TARGET,
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  comments: false,
  dynamicImportInCjs: false,
  codeSplitting: {
    groups: [
      { name: 'base', tags: ['$initial'], priority: 1 },
      { name: 'shared', test: /\/src\/(cli(\/(options|output))?|model)\/[^/]+$/, minShareCount: 3 },
    ],
  },
});
await bundle.close();
await includeHttpProxy();
// What Node.js and Python load in the processes of instances stays as it is.
cpSync(join(ROOT, 'src/runtime/inside'), join(ROOT, 'dist/runtime/inside'), {
  recursive: true,
  filter: (file) => !file.endsWith('__pycache__'),
});

const modules = output.flatMap((chunk) => ('modules' in chunk ? Object.keys(chunk.modules) : []));
writeFileSync(join(TARGET, 'THIRD-PARTY.md'), notices([...modules, ...pageModules]));

/** Puts the changed http-proxy into the one module of the library that imports it. The other modules stay as tsc wrote them. */
async function includeHttpProxy() {
  const folder = join(ROOT, 'dist/gateway');
  const isImporter = (file) => readFileSync(join(folder, file), 'utf8').includes("from 'http-proxy'");
  const file = readdirSync(folder).find((name) => name.endsWith('.js') && isImporter(name));
  if (file === undefined) throw new Error('no module of dist/gateway imports http-proxy');
  const module = await rolldown({
    input: join(folder, file),
    platform: 'node',
    external: (id, importer = '', isResolved) =>
      !isResolved && importer.startsWith(folder) && id !== 'http-proxy',
    plugins: [withoutUnused, withoutDeprecatedCopy],
  });
  await module.write({ file: join(folder, file), format: 'esm', comments: false });
  await module.close();
}

/** @returns the licences of the packages that the modules come from */
function notices(files) {
  const folders = new Set(
    files.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    return `## ${name} ${version} (${license})\n${text}`;
  });
  return `# What the program of fc-affinity holds of others\n\n${texts.join('\n')}`;
}
