import { fileURLToPath } from 'node:url';

/** The handler that ships in the package: what is served when nothing is named. */
export const BUNDLED_FIXTURE = {
  functionName: 'hello',
  codeDirectory: fileURLToPath(new URL('../../fixtures/hello', import.meta.url)),
  command: [process.execPath, 'app.js'],
} as const;
