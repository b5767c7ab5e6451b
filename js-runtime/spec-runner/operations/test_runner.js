/** Operations of the `testRunner` object: fail points, assertions about the server, events, threads, loops. */

import { Kind } from '../entities.js';
import { Mismatch, Skip } from '../outcomes.js';
import { sessionAssertions } from './session.js';

const EVENT_WAIT_LIMIT_MS = 10_000;
const EVENT_WAIT_STEP_MS = 10;

function requireThat(condition, message) {
  if (!condition) throw new Mismatch(message);
}

async function setFailPoint(client, failPoint, context) {
  await client.db('admin').command(failPoint);
  context.failPoints.push(failPoint.configureFailPoint);
}

async function collectionNames(databaseName, context) {
  const collections = await context.internalClient.db(databaseName).listCollections({}, { nameOnly: true }).toArray();
  return collections.map(collection => collection.name);
}

async function indexNames({ databaseName, collectionName }, context) {
  try {
    const indexes = await context.internalClient.db(databaseName).collection(collectionName).listIndexes().toArray();
    return indexes.map(index => index.name);
  } catch (error) {
    if (error.code === 26) return [];
    throw error;
  }
}

async function waitForEvent({ client, event, count }, context) {
  const { events } = context.entities.entry(client);
  for (let waited = 0; waited < EVENT_WAIT_LIMIT_MS; waited += EVENT_WAIT_STEP_MS) {
    if (events.countMatching(context.matcher, event) >= count) return;
    await context.environment.sleep(EVENT_WAIT_STEP_MS);
  }
  throw new Mismatch(`${count} events \`${Object.keys(event)[0]}\` didn't come within ${EVENT_WAIT_LIMIT_MS} ms`);
}

/** A workload file loops until its runner is stopped; here one round shows that it works. */
async function loopOnce({ operations, storeErrorsAsEntity, storeFailuresAsEntity, ...names }, context) {
  const collected = [];
  for (const operation of operations) {
    try {
      await context.play(operation);
    } catch (error) {
      if (!storeErrorsAsEntity && !storeFailuresAsEntity) throw error;
      collected.push({ error: error.message, time: context.environment.now() / 1000 });
    }
  }
  const { entities } = context;
  if (storeErrorsAsEntity) entities.set(storeErrorsAsEntity, Kind.VALUE, collected);
  if (storeFailuresAsEntity && storeFailuresAsEntity !== storeErrorsAsEntity) entities.set(storeFailuresAsEntity, Kind.VALUE, []);
  if (names.storeSuccessesAsEntity) entities.set(names.storeSuccessesAsEntity, Kind.VALUE, operations.length - collected.length);
  if (names.storeIterationsAsEntity) entities.set(names.storeIterationsAsEntity, Kind.VALUE, 1);
}

export const testRunnerOperations = {
  ...sessionAssertions,
  assertCollectionExists: async (args, context) => {
    const names = await collectionNames(args.databaseName, context);
    requireThat(names.includes(args.collectionName), `\`${args.collectionName}\` must exist`);
  },
  assertCollectionNotExists: async (args, context) => {
    const names = await collectionNames(args.databaseName, context);
    requireThat(!names.includes(args.collectionName), `\`${args.collectionName}\` must not exist`);
  },
  assertEventCount: async ({ client, event, count }, context) => {
    const { events } = context.entities.entry(client);
    await events.settle(() => events.countMatching(context.matcher, event) >= count);
    const actual = events.countMatching(context.matcher, event);
    requireThat(actual === count, `expected ${count} events \`${Object.keys(event)[0]}\`, got ${actual}`);
  },
  assertIndexExists: async (args, context) => {
    requireThat((await indexNames(args, context)).includes(args.indexName), `the index \`${args.indexName}\` must exist`);
  },
  assertIndexNotExists: async (args, context) => {
    requireThat(!(await indexNames(args, context)).includes(args.indexName), `the index \`${args.indexName}\` must not exist`);
  },
  assertTopologyType: ({ topologyDescription, topologyType }, context) => {
    const { type } = context.entities.get(topologyDescription);
    requireThat(type === topologyType, `the topology must be \`${topologyType}\`, is \`${type}\``);
  },
  createEntities: ({ entities }, context) => context.entities.create(entities),
  failPoint: ({ client, failPoint }, context) => setFailPoint(context.entities.get(client), failPoint, context),
  loop: loopOnce,
  recordTopologyDescription: ({ client, id }, context) => {
    const description = context.entities.get(client).topology?.description;
    if (!description) throw new Skip('the topology description isn\'t a public fact of the driver');
    context.entities.set(id, Kind.VALUE, description);
  },
  runOnThread: ({ thread, operation }, context) => {
    const state = context.entities.get(thread);
    state.last = state.last.then(() => context.play(operation));
    state.last.catch(() => {});
  },
  targetedFailPoint: ({ session, failPoint }, context) => {
    if (!session.isPinned) throw new Mismatch('a targeted fail point needs a pinned session');
    if (context.environment.server.topology !== 'sharded') throw new Skip('needs topology sharded');
    return setFailPoint(context.internalClient, failPoint, context);
  },
  wait: ({ ms }, context) => context.environment.sleep(ms),
  waitForEvent,
  waitForPrimaryChange: () => {
    throw new Skip('the topology description isn\'t a public fact of the driver');
  },
  waitForThread: ({ thread }, context) => context.entities.get(thread).last
};
