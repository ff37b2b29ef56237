import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type CliResult, runProgram } from './run-cli.js';

const ROOT = resolve(import.meta.dirname, '../..');
const QUIET = { npm_config_update_notifier: 'false', npm_config_audit: 'false', npm_config_fund: 'false' };

/** The package as its users get it: packed, and installed by npm in an empty folder. */
export interface InstalledCopy {
  readonly folder: string;
  readonly tarball: string;
  /** What npm printed while it installed the package. */
  readonly output: string;
  remove(): void;
}

/** Packs what was built last. The caller removes the folder. */
export async function installCopy(): Promise<InstalledCopy> {
  const parent = mkdtempSync(join(tmpdir(), 'fc-affinity-installed-'));
  const remove = (): void => rmSync(parent, { recursive: true, force: true });
  try {
    const packed = await npm(['pack', '--ignore-scripts', '--silent', '--pack-destination', parent], ROOT);
    const tarball = join(parent, packed.stdout.trim());
    const folder = join(parent, 'app');
    const installed = await installInto(folder, [tarball]);
    return { folder, tarball, output: `${installed.stdout}${installed.stderr}`, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Makes the folder a package of its own and installs the packages there. */
export async function installInto(folder: string, packages: readonly string[]): Promise<CliResult> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true }\n');
  return npm(['install', '--prefer-offline', ...packages], folder);
}

async function npm(args: readonly string[], directory: string): Promise<CliResult> {
  const result = await runProgram('npm', args, { directory, env: QUIET });
  if (result.code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
  return result;
}
