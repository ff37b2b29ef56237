import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MUTANTS as HARDENING_MUTANTS } from './gates/hardening-mutants/catalogue.js';
import { MUTANTS as CORE_MUTANTS } from './simulation/mutants/catalogue.js';

const root = resolve(import.meta.dirname, '..');

/** The mutants run seldom. This test keeps their texts in step with the source in every run. */
describe('the text that a mutant changes occurs exactly once in its file', () => {
  test.each(CORE_MUTANTS.map(({ file, find }) => [`dist/${file}.js`, find]))('%s: %s', occursOnce);
  test.each(HARDENING_MUTANTS.map(({ file, find }) => [`src/${file}.ts`, find]))('%s: %s', occursOnce);
});

function occursOnce(file: string, text: string): void {
  expect(readFileSync(join(root, file), 'utf8').split(text)).toHaveLength(2);
}
