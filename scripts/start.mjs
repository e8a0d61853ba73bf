/** `npm start`: installs and builds what is missing, then runs the main job with its commands shown. */
import { BUNDLE, ensureBuilt, ensureInstalled } from './ensure.mjs';
import { run } from './process.mjs';

await ensureInstalled();
await ensureBuilt();
const script = 'examples/two-namespaces.sh';
process.exitCode = await run(process.execPath, [BUNDLE, 'run', '--echo', ...process.argv.slice(2), script]);
