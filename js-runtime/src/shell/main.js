/**
 * MongoDB's shell for `mmk-js run FILE`: the globals that scripts for mongosh and the old `mongo` shell find. Calls give results, not
 * promises: they wait on their thread, which no other script shares. The bundle holds the driver a second time, without `async`
 * (bundle-synchronous.mjs), and gets from the host, as `shared(name)`, what both bundles must have in common.
 */

/* global shared -- given by the host */
import { AbstractCursor } from '../driver/cursor/abstract_cursor.js';
import { FindCursor } from '../driver/cursor/find_cursor.js';
import { MongoClient } from '../driver/mongo_client.js';
import { createRunClient } from '../driver/run_client.js';
import { adaptCursors } from './cursor.js';
import { ShellMongo } from './database.js';
import { print, printjson, tojson, tojsononeline } from './print.js';
import { valueConstructors } from './values.js';

const DEFAULT_DATABASE = 'test';

/** 64-bit integers keep their type on the way from the database and back. */
const SHELL_OPTIONS = { promoteLongs: false };

function refused(name, advice) {
  return () => {
    throw new Error(`\`${name}\` is not provided in mmk-js: ${advice}`);
  };
}

/** `localhost:27017/shop` as the old shell took it. */
function uriOf(address = 'mongodb://localhost:27017') {
  return /^mongodb(\+srv)?:\/\//.test(address) ? address : `mongodb://${address.includes('/') || address.includes(':') ? address : `localhost:27017/${address}`}`;
}

function openMongo(address) {
  return new ShellMongo(new MongoClient(uriOf(address), SHELL_OPTIONS));
}

/**
 * Installs the shell's globals.
 * @param {object} options
 * @param {string} options.database where `db` points at first
 * @param {(file: string) => void} options.load runs a file in the same world
 */
export function startShell({ database, load }) {
  adaptCursors({ AbstractCursor, FindCursor });
  const { ops } = shared('native');
  const mongo = new ShellMongo(createRunClient(SHELL_OPTIONS));
  const use = (name) => {
    globalThis.db = globalThis.db.getSiblingDB(name);
    print(`switched to db ${name}`);
  };
  const show = (what) => {
    const lists = {
      dbs: () => mongo.getDBNames(),
      databases: () => mongo.getDBNames(),
      collections: () => globalThis.db.getCollectionNames(),
      tables: () => globalThis.db.getCollectionNames(),
      users: () => globalThis.db.getUsers().users,
    };
    (lists[what] ?? refused(`show ${what}`, 'ask for it by a command'))().forEach((line) => print(line));
  };
  const connect = (address) => {
    const path = new URL(uriOf(address)).pathname.slice(1);
    return openMongo(address).getDB(path || DEFAULT_DATABASE);
  };
  const replicaSet = (command) => () => globalThis.db.adminCommand(command);
  const quit = (code) => globalThis.process.exit(code ?? 0);
  const globals = {
    ...valueConstructors,
    db: mongo.getDB(database),
    Mongo: function Mongo(address) {
      return openMongo(address);
    },
    connect,
    use,
    show,
    load,
    print,
    printjson,
    printjsononeline: (value) => print(tojsononeline(value)),
    tojson,
    tojsononeline,
    sleep: (milliseconds) => ops.op_mmk_sleep_sync(Number(milliseconds)),
    quit,
    exit: quit,
    version: () => globalThis.db.version(),
    bsonsize: (value) => shared('bson/index.js').serialize(value).byteLength,
    hostname: () => globalThis.process.getBuiltinModule('os').hostname(),
    pwd: () => globalThis.process.cwd(),
    rs: { status: replicaSet({ replSetGetStatus: 1 }), conf: () => replicaSet({ replSetGetConfig: 1 })().config, config: () => replicaSet({ replSetGetConfig: 1 })().config, hello: () => globalThis.db.hello(), isMaster: () => globalThis.db.isMaster(), slaveOk() {}, secondaryOk() {} },
    sh: new Proxy({}, { get: (_, name) => refused(`sh.${String(name)}`, 'send its command with `db.adminCommand()`') }),
    DBQuery: { shellBatchSize: 20, Option: {} },
    config: { get: () => undefined, set() {} },
    passwordPrompt: refused('passwordPrompt', 'nobody may be there to answer; give the password in the connection URI'),
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
