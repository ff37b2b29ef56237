/** The runtimes whose server is part of Function Compute: the code is a handler function. */
const BUILT_IN = /^(nodejs\d{1,2}|python[23](\.\d{1,2})?|java\d{1,2}|php\d(\.\d)?|dotnetcore\d\.\d|go1)$/;
/** The runtimes whose code brings its own server. */
const CUSTOM = /^custom(\.debian\d{1,2}|-container)?$/;

export function isRuntime(runtime: string): boolean {
  return CUSTOM.test(runtime) || BUILT_IN.test(runtime);
}

export function isBuiltInRuntime(runtime: string): boolean {
  return BUILT_IN.test(runtime);
}
