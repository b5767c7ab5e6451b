/** All cases, by name; a case is an async function of `{ mongoose, connection, uri, database, attempt, events, major, base, require }`. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Files of this folder; each exports an object of cases by name. */
const FILES = ['connections', 'documents', 'queries', 'schemas', 'writes', 'types', 'plugins'];

/** @type {[string, Function][]} */
export const allCases = FILES.flatMap((file) => Object.entries(require(`./${file}.cjs`)).map(([name, run]) => [`${file}: ${name}`, run]));
