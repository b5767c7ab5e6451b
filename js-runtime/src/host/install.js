/** Installs the globals. Imported first by main.js, because the modules after it use them when they are evaluated. */
import { installGlobals } from '../node/index.js';

installGlobals(globalThis.Deno.core, globalThis.Deno.core.ops);
