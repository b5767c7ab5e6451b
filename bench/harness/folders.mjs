/** Where things lie. Everything the harness makes is below `target/bench`. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const BENCH = fileURLToPath(new URL('..', import.meta.url));
export const REPOSITORY = path.join(BENCH, '..');
export const BUILD = path.join(REPOSITORY, 'target/bench');
export const SCENARIOS = path.join(BENCH, 'scenarios');
