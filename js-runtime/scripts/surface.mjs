/**
 * Prints docs/driver-surface.md: every public export and method of npm `mongodb`, with its state here.
 * Usage: node scripts/surface.mjs path/to/mongodb.d.ts > ../docs/driver-surface.md
 */

import { readFileSync } from 'node:fs';

import { exportNames, stateOfExport, stateOfMember } from './surface_state.mjs';

const CLASS = /^export declare (?:abstract )?class (\w+)/;
const VALUE = /^export declare const (\w+):/;
const ERROR_MEMBERS_OF = /Error$/;
const MEMBER =
  /^ {4}(?!private|protected|constructor|abstract|\*)((?:static )?)(?:readonly )?(get |set )?([\w$]+|\[Symbol\.\w+\])(?:<[^(]*)?\(/;

/** Types of these classes are public because others mention them; scripts never hold one. */
const NOT_FOR_SCRIPTS = new Set([
  'HostAddress',
  'MongoCredentials',
  'MongoDBCollectionNamespace',
  'ServerDescription',
  'ServerSession',
  'StreamDescription',
  'TopologyDescription',
  'TypedEventEmitter',
]);

/** Declared, but not among the package's exports. */
const NOT_EXPORTED = new Set([
  'LEGAL_TCP_SOCKET_OPTIONS',
  'LEGAL_TLS_SOCKET_OPTIONS',
  'MONGO_CLIENT_EVENTS',
  'ServerMonitoringMode',
]);

/** Classes with their members, and other exported values, in the order of the declarations. */
function readDeclarations(text) {
  const declared = { classes: new Map(), values: [] };
  let current;
  for (const line of text.split('\n')) {
    const value = VALUE.exec(line);
    if (value) declared.values.push(value[1]);
    const found = CLASS.exec(line);
    if (found) {
      current = new Set();
      declared.classes.set(found[1], current);
    } else if (line === '}') {
      current = undefined;
    } else if (current) {
      const member = MEMBER.exec(line);
      if (member) current.add(`${member[1]}${member[3]}`);
    }
  }
  return declared;
}

const { classes, values } = readDeclarations(readFileSync(process.argv[2], 'utf8'));
const rows = (entries) => entries.map(([name, state]) => `| \`${name}\` | ${state} |`).join('\n');
const table = (title, head, entries) => `## ${title}\n\n| ${head} | state |\n|---|---|\n${rows(entries)}\n`;

const sections = [];
const exported = [...new Set([...exportNames, ...values.filter((name) => !NOT_EXPORTED.has(name))])];
sections.push(table('Exports', 'export', exported.sort().map((name) => [name, stateOfExport(name)])));
for (const [name, members] of [...classes].sort(([left], [right]) => (left < right ? -1 : 1))) {
  if (members.size === 0 || ERROR_MEMBERS_OF.test(name) || NOT_FOR_SCRIPTS.has(name)) continue;
  sections.push(table(name, 'member', [...members].map((member) => [member, stateOfMember(name, member)])));
}

process.stdout.write(`# The driver's surface

Every public export and method of npm \`mongodb\` 7.8 and its state in \`mmk-js\`: *implemented*; *throws* one error that
names what can't exist here; *missing*. Made by \`node scripts/surface.mjs\` in js-runtime; a test compares it with the
code.

${sections.join('\n')}`);
