import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

// Prints files, lines, median and longest file for each folder of src, and the import circles, type-only imports included.

const SRC = resolve(import.meta.dirname, '../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
const texts = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));

const folders = groupBy(files.sort(), (file) => (file.includes('/') ? file.split('/')[0] : '.'));
console.log('folder       files  lines  median  longest');
for (const [folder, members] of [...folders, ['all', files]]) {
  const sizes = members
    .map((file) => [texts.get(file).split('\n').length - 1, file])
    .sort(([a], [b]) => a - b);
  const lines = sizes.reduce((sum, [size]) => sum + size, 0);
  const [longest, name] = sizes.at(-1);
  const [median] = sizes[sizes.length >> 1];
  const numbers = [members.length, lines, median].map((number, at) => String(number).padStart([5, 5, 6][at]));
  console.log(`${folder.padEnd(12)} ${numbers.join('  ')}  ${name} (${longest})`);
}

const circles = importCircles();
console.log(`\nimport circles: ${circles.length}`);
for (const circle of circles) console.log(`  ${circle.join(' → ')}`);
process.exitCode = circles.length === 0 ? 0 : 1;

/** Strongly connected files, by Tarjan's algorithm. */
function importCircles() {
  const found = [];
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  const visit = (file) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file));
    stack.push(file);
    for (const target of importsOf(file)) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file), lowest.get(target)));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const members = stack.splice(stack.indexOf(file));
    if (members.length > 1) found.push(members);
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return found;
}

function importsOf(file) {
  const modules = [...texts.get(file).matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'(\.[^']+)'/g)];
  return modules
    .map(([, module]) => relative(SRC, resolve(SRC, dirname(file), module)).replace(/\.js$/, '.ts'))
    .flatMap((target) => [target, `${target}x`])
    .filter((target) => texts.has(target));
}

/** `Map.groupBy` is not in Node 20. */
function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
