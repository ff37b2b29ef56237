import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

// Makes dist/console/page-files.js: the files of the console's page as one module, so that the program serves them from memory.

const ROOT = resolve(import.meta.dirname, '..');
const PAGE = join(ROOT, 'src/console/page');
const TYPES = { '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' };

const script = await bundled();
const files = [
  pageFile('/', TYPES['.html'], read('index.html')),
  pageFile('/console/main.js', 'text/javascript; charset=utf-8', script.code),
  pageFile('/console/style.css', 'text/css; charset=utf-8', styles()),
  ...names('.svg').map((name) => pageFile(`/console/${name}`, TYPES['.svg'], read(name))),
];
writeFileSync(
  join(ROOT, 'dist/console/page-files.js'),
  `export const PAGE_FILES = ${JSON.stringify(files, null, 1)};\n`,
);

/** The files that the script was made of. */
export const pageModules = Object.keys(script.modules);

async function bundled() {
  const bundle = await rolldown({
    cwd: ROOT,
    input: join(PAGE, 'main.tsx'),
    platform: 'browser',
    tsconfig: join(PAGE, 'tsconfig.json'),
    resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
    // Preact's own checks of the page are for its development.
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    minify: true,
    comments: false,
    codeSplitting: false,
  });
  await bundle.close();
  return output[0];
}

/** style.css, then the style sheets of the views, in the order of their paths. */
function styles() {
  const sheets = names('.css');
  return ['style.css', ...sheets.filter((name) => name !== 'style.css')]
    .map(read)
    .join('\n')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s*\n\s*/g, '\n');
}

function names(extension) {
  return readdirSync(PAGE, { recursive: true, encoding: 'utf8' })
    .filter((name) => extname(name) === extension)
    .sort();
}

function read(name) {
  return readFileSync(join(PAGE, name), 'utf8');
}

function pageFile(path, type, text) {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  return { path, type, etag, text };
}
