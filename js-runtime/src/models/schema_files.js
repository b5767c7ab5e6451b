/**
 * Finds and loads schema files: `<folder>/<version>/<name>.js`, as dAvePi does, and files in the folder itself. Each exports one plain
 * object with `fields`. It makes no models of them.
 */

const CODE = /\.(?:c|m)?[jt]s$/;

/** @typedef {{ name: string, path: string, version: string | undefined, fields: object[], file: string }} Definition */

/**
 * All schema files below a folder, versions and files by name.
 * @param {object} world
 * @param {string} world.folder absolute
 * @param {object} world.fs Node's module
 * @param {(file: string) => unknown} world.load gives what a file exports
 * @returns {Definition[]} empty when there is no such folder
 */
export function loadSchemaFiles({ folder, fs, load }) {
  if (!fs.existsSync(folder)) {
    return [];
  }
  const definitions = [];
  for (const { entry, version } of entriesOf(folder, fs)) {
    definitions.push(definitionOf(load(entry), entry, version));
  }
  return definitions;
}

function entriesOf(folder, fs) {
  const found = [];
  for (const name of fs.readdirSync(folder).sort()) {
    const path = `${folder}/${name}`;
    if (isCode(name)) {
      found.push({ entry: path, version: undefined });
    } else if (fs.statSync(path).isDirectory()) {
      const files = fs.readdirSync(path).filter(isCode).sort();
      found.push(...files.map((file) => ({ entry: `${path}/${file}`, version: name })));
    }
  }
  return found;
}

function isCode(name) {
  return CODE.test(name) && !name.endsWith('.d.ts');
}

function definitionOf(exported, file, version) {
  const definition = exported?.default ?? exported;
  const label = `the schema file \`${file}\``;
  if (typeof definition !== 'object' || definition === null || !Array.isArray(definition.fields)) {
    throw new TypeError(`${label} must export an object with \`path\` and an array \`fields\``);
  }
  const name = definition.collection ?? definition.path;
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`${label} names no \`collection\` and no \`path\``);
  }
  const nameless = definition.fields.findIndex((field) => typeof field?.name !== 'string');
  if (nameless >= 0) {
    throw new TypeError(`${label}: \`fields[${nameless}]\` has no \`name\``);
  }
  return { ...definition, name, path: definition.path ?? name, version: definition.version ?? version, file };
}

/** The other names a definition's model answers to. */
export function aliasesOf({ name, path, version, file }) {
  const base = file.slice(file.lastIndexOf('/') + 1).replace(CODE, '');
  const plain = [path, base];
  return version === undefined ? plain : [...plain, ...[name, ...plain].map((each) => `${version}/${each}`)];
}
