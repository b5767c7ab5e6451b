/**
 * The `models` and `mongoose` of a migration's first argument: where they come from, decided when a script first asks for them. With
 * mongoose installed they are mongoose's, on the run's connection; otherwise they are the built-in ones.
 */
import { RUN_CLIENT } from '../driver/run_client.js';
import { createRequire, installedVersion } from '../modules/index.js';
import { builtin } from '../node/registry.js';
import { builtInModels } from './built_in.js';
import { markSaves, viewOf } from './client_view.js';
import { directWriter } from './direct_writer.js';
import { connectMongoose, mongooseModels } from './mongoose_models.js';
import { loadSchemaFiles } from './schema_files.js';

/**
 * @typedef {object} World
 * @property {object} db the Db that the migration gets
 * @property {string} file the migration
 * @property {{ schemas: string, isNamed: boolean, modules: string[] }} sources absolute paths; `isNamed` when the user named the folder
 * @property {import('./save_queue.js').SaveQueue} [queue] where saves are collected
 */

/** @param {World} world */
export function openModels(world) {
  const modules = world.sources.modules.flatMap(loadModules);
  const definitions = schemaFiles(world.sources);
  const writer = world.queue ?? directWriter;
  const builtIn = () => builtInModels({ db: world.db, writer, definitions });
  const mongoose = findMongoose(world);
  if (mongoose === undefined) {
    if (modules.length > 0) {
      throw new Error('`models` in the config names modules of mongoose models, but mongoose is not installed in this project');
    }
    return builtIn();
  }
  let open;
  const otherwise = (name) => (open ??= builtIn())[name];
  return mongooseModels({ mongoose, client: clientFor(world, mongoose), definitions, modules, otherwise });
}

/**
 * The project's mongoose, connected; nothing where it isn't installed.
 * @param {World} world
 */
export function openMongoose(world) {
  const mongoose = findMongoose(world);
  if (mongoose !== undefined) {
    connectMongoose(mongoose, clientFor(world, mongoose));
  }
  return mongoose;
}

/** The run's client, as an object of the class that this mongoose knows. */
function clientFor(world, { mongo: { MongoClient } }) {
  const { client, databaseName } = world.db;
  world.view ??= viewOf(client instanceof MongoClient ? client : counterpart(client, MongoClient), databaseName, world.queue);
  return world.view;
}

/** mongoose may bring another major of the driver than the script has: the same connection and session through that one's classes. */
function counterpart(client, MongoClient) {
  const set = Object.entries(client.s.bsonOptions).filter(([, value]) => value !== undefined);
  const other = MongoClient[RUN_CLIENT](Object.fromEntries(set));
  return client.ambientSession === undefined ? other : other.joinedTo(client.ambientSession);
}

/** The mongoose that the user's own modules would get. */
function findMongoose(world) {
  if (world.mongoose === undefined) {
    const { dirname } = builtin('path');
    const { modules, schemas } = world.sources;
    const folders = [...modules.map(dirname), schemas, dirname(world.file), globalThis.process.cwd()];
    const folder = folders.find((candidate) => installedVersion('mongoose', candidate) !== null);
    world.mongoose = folder === undefined ? null : createRequire(`${folder}/`)('mongoose');
    if (world.mongoose !== null && world.queue !== undefined) {
      markSaves(world.mongoose);
    }
  }
  return world.mongoose ?? undefined;
}

function schemaFiles({ schemas, isNamed }) {
  const fs = builtin('fs');
  if (isNamed && !fs.existsSync(schemas)) {
    throw new Error(`the folder of schema files \`${schemas}\` doesn't exist`);
  }
  return loadSchemaFiles({ folder: schemas, fs, load: (file) => createRequire(file)(file) });
}

/** What a module exports; of a folder without an index, what each of its files exports. */
function loadModules(path) {
  const fs = builtin('fs');
  const require = createRequire(`${path}/`);
  const isPlainFolder = fs.existsSync(path) && fs.statSync(path).isDirectory() && !fs.readdirSync(path).some((name) => /^(?:index\.|package\.json$)/.test(name));
  if (!isPlainFolder) {
    return [require(path)];
  }
  const files = fs.readdirSync(path).filter((name) => /\.(?:c|m)?[jt]s$/.test(name) && !name.endsWith('.d.ts'));
  return files.sort().map((name) => require(`${path}/${name}`));
}
