// The parser of Serverless Devs, in a process of its own: it changes the working directory and the environment, and reads credentials
// from HOME. Reads [{ folder, envName?, env? }] as JSON from its first argument, prints { props } or { error } for each.
import parseSpec from '@serverless-devs/parse-spec';

const { default: ParseSpec } = parseSpec;
const quiet = new Proxy({}, { get: () => () => {} });
const before = { ...process.env };

const results = [];
for (const { folder, envName, env = {} } of JSON.parse(process.argv[2] ?? '[]')) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, before, env);
  process.chdir(folder);
  try {
    const argv = ['deploy', ...(envName === undefined ? [] : ['--env', envName])];
    const { steps } = await new ParseSpec('', { argv, logger: quiet }).start();
    const functions = steps.filter(({ component }) => /^(devsapp\/)?fc3(@.+)?$/.test(component));
    results.push({
      props: Object.fromEntries(functions.map(({ projectName, props }) => [projectName, props])),
    });
  } catch (error) {
    results.push({ error: String(error.message) });
  }
}
process.stdout.write(JSON.stringify(results));
