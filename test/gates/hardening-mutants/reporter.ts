import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import type { Outcome } from './verdict.js';

/** Writes what became of each test, and of what happened outside of all, as JSON to the file that FC_AFFINITY_REPORT names. */
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules
      .flatMap((module) => [...module.children.allTests()])
      .map((test) => ({
        name: test.fullName,
        state: test.result().state,
        errors: (test.result().errors ?? []).map(told),
      }));
    const outside = [...unhandled, ...modules.flatMap((module) => module.errors())].map(told);
    const outcome: Outcome = { tests, outside };
    writeFileSync(process.env.FC_AFFINITY_REPORT ?? '', JSON.stringify(outcome));
  }
}

function told({ name = 'Error', message }: { readonly name?: string; readonly message: string }): string {
  return `${name}: ${message}`;
}
