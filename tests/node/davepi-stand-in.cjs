/**
 * Behaves as dAvePi 2's own runner does towards the database and the shell, as far as the tests need it: dAvePi is not on npm, so it can't be
 * installed. Knows the coded contract only. Its own bugs are kept (a failure prints no line of what was applied before it).
 */
const fs = require('node:fs');
const path = require('node:path');
const { MongoClient } = require('mongodb');

const LOCK = '__lock';
const STALE_AFTER = Number(process.env.MIGRATION_LOCK_STALE_MS || 600_000);
const folder = path.resolve(process.env.MIGRATIONS_DIR || './migrations');

const nameOf = (file) => path.basename(file, '.js');
const files = () => (fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => file.endsWith('.js')).sort() : []);

async function recorded(rows) {
  const found = await rows.find({ name: { $ne: LOCK } }).toArray();
  return new Set(found.map((row) => row.name));
}

async function take(rows, owner) {
  await rows.createIndex({ name: 1 }, { unique: true });
  try {
    await rows.insertOne({ name: LOCK, lockedAt: new Date(), owner });
    return true;
  } catch {
    const held = await rows.findOne({ name: LOCK });
    if (!(held?.lockedAt < new Date(Date.now() - STALE_AFTER))) return false;
    const swap = await rows.updateOne({ name: LOCK, lockedAt: held.lockedAt }, { $set: { lockedAt: new Date(), owner } });
    return swap.modifiedCount === 1;
  }
}

async function locked(rows, work) {
  const owner = `${process.pid}@${Date.now()}-${Math.random()}`;
  if (!(await take(rows, owner))) {
    throw new Error('Could not acquire migration lock — another runner is in flight.');
  }
  try {
    return await work();
  } finally {
    await rows.deleteOne({ name: LOCK, owner });
  }
}

async function up(db, rows, dry) {
  const done = [];
  const known = await recorded(rows);
  for (const file of files().filter((one) => !known.has(nameOf(one)))) {
    const migration = require(path.join(folder, file));
    const name = nameOf(file);
    if (typeof migration.up !== 'function') throw new Error(`Migration ${name} does not export an up() function`);
    console.info({ name }, dry ? 'would apply' : 'applying');
    const began = Date.now();
    if (!dry) {
      await migration.up(db);
      await rows.insertOne({ name, appliedAt: new Date(), durationMs: Date.now() - began });
    }
    done.push(`applied ${name} (${Date.now() - began}ms)`);
  }
  return done.length === 0 ? ['No pending migrations.'] : done.map((line) => (dry ? `[DRY] ${line}` : line));
}

async function down(db, rows, dry) {
  const [last] = await rows.find({ name: { $ne: LOCK } }).sort({ appliedAt: -1 }).limit(1).toArray();
  if (last === undefined) return ['No applied migrations to revert.'];
  const file = path.join(folder, `${last.name}.js`);
  if (!fs.existsSync(file)) throw new Error(`Cannot revert ${last.name}: migration file ${last.name}.js not found`);
  const migration = require(file);
  if (typeof migration.down !== 'function') throw new Error(`Migration ${last.name} does not export a down() function`);
  console.info({ name: last.name }, dry ? 'would revert' : 'reverting');
  if (!dry) {
    await migration.down(db);
    await rows.deleteOne({ name: last.name });
  }
  return [`${dry ? '[DRY] ' : ''}reverted ${last.name}`];
}

async function status(rows) {
  const known = await recorded(rows);
  const lines = files().map((file) => `[${known.has(nameOf(file)) ? 'applied' : 'pending'}] ${nameOf(file)}`);
  return lines.length === 0 ? ['No migrations on disk.'] : lines;
}

/** Like the real one, it looks at the first word only: `migrate down` applies. */
async function main([command, ...rest]) {
  const dry = rest.includes('--dry');
  if (!['migrate', 'migrate:down', 'migrate:status'].includes(command)) {
    console.log('Usage: davepi <command> [args]');
    return 1;
  }
  if (!process.env.MONGO_URI) {
    console.error('MONGO_URI is required');
    return 1;
  }
  const client = await new MongoClient(process.env.MONGO_URI).connect();
  try {
    const db = client.db();
    const rows = db.collection('_migrations');
    const commands = {
      migrate: () => locked(rows, () => up(db, rows, dry)),
      'migrate:down': () => locked(rows, () => down(db, rows, dry)),
      'migrate:status': () => status(rows),
    };
    for (const line of await commands[command]()) console.log(line);
    return 0;
  } catch (error) {
    console.error(error.message);
    return 1;
  } finally {
    await client.close();
  }
}

main(process.argv.slice(2)).then((code) => process.exit(code));
