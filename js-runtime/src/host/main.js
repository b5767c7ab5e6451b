/**
 * The host script: what Rust calls in an isolate. Each function takes and gives plain data; whatever a script throws comes back as a
 * described failure, never as a rejection.
 */
/* global require -- replaced by the bundler */
import './install.js';
import { setBridge, useNativeBridge } from '../bridge.js';
import { ObjectId, deserialize, setBufferClass, setUtf8Decoder } from '../bson/index.js';
import { createRunClient, useAmbientSession } from '../driver/run_client.js';
import { describePending, drain, pendingCount, setWriteBarrier } from '../driver/pending.js';
import { hostModule, loadMigration, runMain, startModules, syntaxPlace } from '../modules/index.js';
import { configureProcess } from '../node/process-settings.js';
import { setHost } from '../node/index.js';
import { beforeExit, countPendingTimers, exit, flushFiles, requestsUnderWay, takeUncaughtException, takeUnhandledRejection } from '../node/shutdown.js';
import { Immediate } from '../node/timers.js';
import { carryContext } from './context.js';
import { finishRequests } from './forgotten_requests.js';
import { playDriverMajor } from './driver_major.js';
import { describeFailure } from './failure.js';
import { callMigration, functionFor, migrationOf, verdictOn } from './migration.js';
import { namedMigrations, prepareNamedMigrations } from './named_migrations.js';
import { runShellProgram } from './shell_program.js';
import { rememberWorld } from './traces.js';

export { warmUp } from './warm_up.js';

const { core } = globalThis.Deno;
const { ops } = core;

setBufferClass(globalThis.Buffer);

/** Rejects when a promise was rejected and nobody handled it: Node ends the process then, we fail the migration. */
let unhandled;

/** The driver major that the user asked for, if any. */
let compatibility;

/** Where models come from, and whether saves are collected. */
let modelSettings;
/** How the run's client turns documents into BSON and back, where the configuration says. */
let documentOptions;

/** Prepares the isolate for one job and hides our internals; called once, before anything else. */
export function start(settings) {
  takeFastCalls();
  // All isolates were made from one snapshot, and each must make object ids of its own.
  ObjectId.resetState();
  configureProcess({ argv: ['mmk-js', 'mmk-js', ...settings.arguments] });
  startModules({ core, ops, settings });
  compatibility = settings.driverCompat ?? undefined;
  modelSettings = settings.models;
  documentOptions = settings.documentOptions;
  if (settings.mode === 'run') {
    useNativeBridge();
  } else {
    setBridge(unreachable);
  }
  setHost({ offline: settings.mode === 'check' });
  unhandled = new Promise((_, reject) => {
    core.setUnhandledPromiseRejectionHandler((promise, reason) => {
      if (!takeUnhandledRejection(reason, promise)) {
        reject(reason);
      }
      return true;
    });
    core.setReportExceptionCallback((error) => {
      if (!takeUncaughtException(error)) {
        reject(error);
      }
    });
  });
  unhandled.catch(() => {});
  hideForeignOps();
  delete globalThis.Deno;
  delete globalThis.__bootstrap;
}

/** Those of the engine's own ops that this bundle calls. */
const FOREIGN_OPS = new Set(['op_import_sync', 'op_preview_entries']);

/**
 * A script that replaces builtins may catch the object that holds the ops. The engine's scripts have theirs in hand already; ours check what
 * they are called with, and the engine's don't.
 */
function hideForeignOps() {
  for (const name of Object.keys(ops)) {
    if (!/^op_(mmk|net|node)_/.test(name) && !FOREIGN_OPS.has(name)) {
      delete ops[name];
    }
  }
}

/** A snapshot holds the slow way to call each op only; whoever keeps an op must get it after this. */
function takeFastCalls() {
  core.loadExtScript('ext:mmk/fast_calls.js');
  setUtf8Decoder(ops.op_mmk_decode_utf8);
}

/** While files are only checked, no call reaches a server and none is ever answered. */
const unreachable = new Proxy({}, { get: () => () => new Promise(() => {}) });

/** Loads a file and tells what it exports, without calling any of it. */
export async function check({ path }) {
  return answer('load', async () => {
    playDriverMajor(path, compatibility);
    return verdictOn(await migrationIn(path));
  });
}

/** The migration of a file: what it exports, or what it registers. */
async function migrationIn(path) {
  prepareNamedMigrations(path);
  try {
    const exports = migrationOf(await loadMigration(path));
    return namedMigrations() ?? exports;
  } catch (error) {
    namedMigrations();
    throw error;
  }
}

/** The hooks of the configuration that was evaluated last, and the client that they get. */
let hooks;
let hookClient;

/** Evaluates a configuration file: default export or module, factory called, promises awaited. */
export async function loadConfig({ path }) {
  return answer('load', async () => {
    playDriverMajor(path, compatibility);
    const exports = await loadMigration(path);
    let config = await (exports?.default ?? exports);
    if (typeof config === 'function') {
      config = await config();
    }
    hooks = config?.hooks;
    return JSON.parse(JSON.stringify(config ?? null, (_key, value) => (typeof value === 'function' ? '[Function]' : value)));
  });
}

/** Calls a hook of the configuration, as mongo-migrate-kit does: names and numbers first, the context last. */
export async function callHook({ name, file, duration, error, database }) {
  return answer('thrown', async () => {
    if (typeof hooks?.[name] !== 'function') {
      return null;
    }
    useNativeBridge();
    hookClient ??= createRunClient(documentOptions);
    const context = { db: hookClient.db(database), client: hookClient };
    const given = { beforeEach: [file], afterEach: [file, duration], onError: [file, revived(error)] }[name] ?? [];
    await Promise.race([hooks[name](...given, context), unhandled]);
    return null;
  });
}

/** The failure of a migration, as an Error again: it was thrown in another isolate. */
function revived(error) {
  return Object.assign(new Error(error?.message), error);
}

/** Runs a file as a program: `require.main === module` holds in it. The event loop goes on after its top level is done. */
export async function program({ path, shellDatabase }) {
  return answer('thrown', async () => {
    playDriverMajor(path, compatibility);
    const running = typeof shellDatabase === 'string' ? runShellProgram({ path, database: shellDatabase }) : runMain(path);
    await Promise.race([running, unhandled]).catch(asLoadFailure);
    return null;
  });
}

/** A program whose text doesn't parse has not begun to run. */
function asLoadFailure(error) {
  if (syntaxPlace(error) !== null) {
    error.mmkKind = 'load';
  }
  throw error;
}

/** Nothing is left to do: last words of the program, and its exit code. New work may come of them. */
export async function endProgram() {
  return answer('thrown', async () => {
    await Promise.race([turn(), unhandled]);
    await flushFiles();
    return beforeExit();
  });
}

/** The exit code of a program that has ended. */
export async function exitCode() {
  return answer('thrown', async () => {
    const code = exit();
    await flushFiles();
    return code;
  });
}

/** Whether everything is as it was when `remember` was called. */
let isUnchanged;

/**
 * Remembers how the world looks that a plain script may leave traces in (crates/mmk-runtime/src/loader/plain_script.rs).
 * @param {object} argument
 * @param {string} argument.path the file that will run
 * @param {string[]} argument.names globals that such scripts may use
 * @param {string[]} argument.modules what they may require
 */
export function remember({ path, names, modules }) {
  playDriverMajor(path, compatibility);
  // Looked at, globals that are made on first use are made, which is no trace.
  const globals = [...names, 'console'].map((name) => globalThis[name]);
  // A name without `node:` stands for the one with it.
  const exported = modules.map((name) => hostModule(name)).filter(Boolean);
  const counters = new Map();
  for (const Id of [ObjectId, ...exported.map((module) => module.ObjectId)].filter(Boolean)) {
    // The first id decides the part that all ids of a process have.
    void new Id();
    counters.set(Id, ['index']);
  }
  isUnchanged = rememberWorld({ roots: [...globals, ...exported, ...exported.flatMap(Object.values)], surface: [globalThis], counters });
  return null;
}

export function isAsRemembered() {
  return isUnchanged();
}

/** The migration that will run next, where it was made ready. */
let ready;

/** Makes everything that the migration of a file needs before it is called. */
async function makeReady(path) {
  playDriverMajor(path, compatibility);
  return { path, migration: await migrationIn(path), client: createRunClient(documentOptions) };
}

/** Does ahead what `run` would do before calling `up` or `down`. For files that nobody notices loading. */
export async function prepare({ path }) {
  return answer('load', async () => {
    ready = await makeReady(path);
    return null;
  });
}

/** Runs `up` or `down` of a file. */
export async function run({ path, direction, transaction, database }) {
  const prepared = ready?.path === path ? ready : undefined;
  ready = undefined;
  let migration;
  let client;
  try {
    ({ migration, client } = prepared ?? (await makeReady(path)));
  } catch (error) {
    return answered({ failure: describeFailure(error, 'load') });
  }
  const fn = functionFor(migration, direction);
  if (fn === undefined) {
    const message = `\`${direction}\` is ${migration[direction] === undefined ? 'missing' : 'no function'}`;
    return answered({ failure: { kind: 'export', export: direction, name: 'TypeError', message } });
  }
  const queue = (migration.batchSaves ?? modelSettings.batchSaves) === true ? collectSaves() : undefined;
  const models = { file: path, sources: modelSettings, queue };
  return transaction
    ? runInTransaction({ migration, fn, client, database, models })
    : answer('thrown', () => runPlain({ migration, fn, client, db: client.db(database), models }));
}

function collectSaves() {
  const { SaveQueue } = require('../models/save_queue.js');
  const queue = new SaveQueue();
  setWriteBarrier(queue.barrier);
  return queue;
}

async function runPlain({ migration, fn, client, db, session, models }) {
  const warnings = [];
  ops.op_mmk_mark(true);
  try {
    const first = carryContext({ db, client, session, models });
    await Promise.race([callMigration(migration, fn, first, client), unhandled]);
    // What is held is sent first: it would count as forgotten. Forgotten saves may add to it.
    await models.queue?.settle();
    await finishForgotten(warnings);
    await Promise.race([finishRequests(warnings), unhandled]);
    await models.queue?.settle();
    await flushFiles();
  } catch (error) {
    // A transaction is rolled back anyway.
    await (session === undefined ? models.queue?.settleAfterFailure() : models.queue?.drop());
    throw error;
  } finally {
    ops.op_mmk_mark(false);
  }
  return { warnings };
}

/** Database calls that nobody awaited are finished before the step counts as done. */
async function finishForgotten(warnings) {
  await quickTurn();
  if (pendingCount() === 0) {
    return;
  }
  const names = describePending();
  warnings.push(
    `${names.length === 1 ? 'a database call was' : `${names.length} database calls were`} still running when the function returned: ` +
      `await ${names.length === 1 ? 'it' : 'them'} (${[...new Set(names)].slice(0, 5).join(', ')})`,
  );
  while (pendingCount() > 0) {
    await Promise.race([drain(), unhandled]);
    await turn();
  }
}

/** One turn of the event loop: lets rejections surface and follow-up calls start. */
function turn() {
  return Promise.race([new Promise((resolve) => core.createSystemTimer(resolve, 0, true)), unhandled]);
}

/** A turn without the millisecond that a timer takes, where nothing is under way that could need it. */
async function quickTurn() {
  if (pendingCount() > 0 || countPendingTimers() > 0 || requestsUnderWay().length > 0) {
    await turn();
    return;
  }
  // Rejections are told after immediates, so one is not enough.
  for (let count = 0; count < 2; count += 1) {
    await Promise.race([new Promise((resolve) => new Immediate(resolve, [])), unhandled]);
  }
}

async function runInTransaction({ migration, fn, client, database, models }) {
  const session = client.startSession();
  let committing = false;
  try {
    session.startTransaction({ writeConcern: { w: 'majority' } });
    const db = useAmbientSession(client.db(database), session);
    const value = await runPlain({ migration, fn, client: db.client, db, session, models });
    await seal(client, session);
    committing = true;
    await commit(session);
    return answered({ value });
  } catch (error) {
    const failure = describeFailure(error, error?.mmkKind ?? (committing ? 'commit' : 'thrown'));
    failure.rolledBack = await rollBack(session, committing);
    return answered({ failure });
  } finally {
    await session.endSession().catch(() => {});
  }
}

/** How long the outcome of a commit is asked for; a failover takes seconds. */
const COMMIT_PATIENCE = 60_000;

/** Commits, and asks again for as long as nobody knows what became of it: a commit may be sent any number of times. */
async function commit(session) {
  const end = Date.now() + COMMIT_PATIENCE;
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      const unknown = error?.hasErrorLabel?.('UnknownTransactionCommitResult') === true;
      if (!unknown || Date.now() >= end) {
        throw error;
      }
      await new Promise((resolve) => core.createSystemTimer(resolve, 100, true));
    }
  }
}

/** Completes the step's record inside the transaction. */
async function seal(client, session) {
  const { commands } = deserialize(await ops.op_mmk_seal());
  for (const { database, body, mustMatch } of commands) {
    const command = deserialize(body.buffer ?? body, { promoteValues: false });
    const reply = await client
      .db(database)
      .command(command, { session })
      .catch((error) => {
        // Nobody but a run that took over touches this document meanwhile.
        throw mustMatch && error?.code === WRITE_CONFLICT ? takenOver() : error;
      });
    if (mustMatch && reply.n === 0) {
      throw takenOver();
    }
  }
}

const WRITE_CONFLICT = 112;

function takenOver() {
  return Object.assign(new Error('another run has taken over'), { mmkKind: 'lockLost' });
}

async function rollBack(session, committing) {
  if (committing) {
    return false;
  }
  try {
    if (session.inTransaction()) {
      await session.abortTransaction();
    }
    return true;
  } catch {
    // The server drops the transaction of a session that ends.
    return true;
  }
}

/** An answer that stays one also where a script has given all objects a `then`. */
function answered(answer) {
  return { __proto__: null, ...answer };
}

async function answer(kind, work) {
  try {
    return answered({ value: await work() });
  } catch (error) {
    return answered({ failure: describeFailure(error, error?.mmkKind ?? kind) });
  }
}
