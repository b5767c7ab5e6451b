/** Plays one test of a unified-format file: data, entities, operations, events, outcome, cleaning up. */

import { matchExpectedEvents } from './client_events.js';
import { EntityMap, Kind } from './entities.js';
import { ExtraKeys, Matcher } from './match.js';
import { matchError } from './match_error.js';
import { callOperation, resultKind } from './operations/index.js';
import { MALFORMED, Mismatch, Skip } from './outcomes.js';
import { skipReason } from './requirements.js';

const MAJORITY = { writeConcern: { w: 'majority' } };

/** Error codes that mean "there is no session to kill" or "you may not": neither disturbs a test. */
const HARMLESS_KILL_CODES = new Set([11601, 13, 59]);

export class UnifiedTest {
  /**
   * @param {object} environment {driver, uri, server, internalClient, sleep, now, flushEvents, clusterTime}
   * @param {object} file the whole parsed file
   * @param {object} test one of its `tests`
   * @param {string | null} knownDeviation why the Node driver doesn't follow this test
   */
  constructor(environment, file, test, knownDeviation = null) {
    this.environment = environment;
    this.internalClient = environment.internalClient;
    this.file = file;
    this.test = test;
    this.knownDeviation = knownDeviation;
    this.entities = new EntityMap(environment);
    this.matcher = new Matcher(environment.driver, this.entities);
    this.failPoints = [];
  }

  /** Throws a `Skip`, or whatever shows that the driver failed the test. */
  async run() {
    this.#skipWhatCannotRun();
    try {
      await this.#prepare();
      for (const operation of this.test.operations) await this.play(operation);
      await this.#checkEvents();
      await this.#checkOutcome();
    } catch (error) {
      throw this.#isForLackOfSecondary(error) ? new Skip('needs a secondary') : error;
    } finally {
      await this.#cleanUp();
    }
  }

  #skipWhatCannotRun() {
    const { server } = this.environment;
    const reason = this.test.skipReason ?? skipReason(this.file.runOnRequirements, server)
      ?? skipReason(this.test.runOnRequirements, server) ?? this.knownDeviation;
    if (reason) throw new Skip(reason);
    if (this.test.expectLogMessages) throw new Skip('log messages aren\'t compared');
    if (this.test.expectTracingMessages) throw new Skip('tracing messages aren\'t compared');
  }

  /** The Node driver connects with the client's read preference: without a secondary that can't succeed. */
  #isForLackOfSecondary(error) {
    const { driver, server } = this.environment;
    return error instanceof driver.MongoServerSelectionError && !server.hasSecondary
      && this.entities.ofKind(Kind.CLIENT).some(entry => entry.readsFromSecondary);
  }

  async #prepare() {
    await this.#killSessions();
    for (const data of this.file.initialData ?? []) await this.#loadCollection(data);
    const { $clusterTime } = await this.internalClient.db('admin').command({ ping: 1 });
    this.environment.clusterTime = $clusterTime;
    await this.entities.create(this.file.createEntities);
  }

  async #loadCollection({ databaseName, collectionName, createOptions, documents = [] }) {
    const database = this.internalClient.db(databaseName);
    await database.command({ drop: collectionName, ...MAJORITY }).catch(error => {
      if (error.code !== 26) throw error;
    });
    if (createOptions || documents.length === 0) {
      await database.createCollection(collectionName, { ...createOptions, ...MAJORITY });
    }
    if (documents.length > 0) await database.collection(collectionName, MAJORITY).insertMany(structuredCopy(documents));
  }

  async #killSessions() {
    await this.internalClient.db('admin').command({ killAllSessions: [] }).catch(error => {
      if (!HARMLESS_KILL_CODES.has(error.code)) throw error;
    });
  }

  /** Plays one operation and judges its result or error. */
  async play(operation) {
    const thrown = await this.#playAndCatch(operation);
    if (thrown && !operation.expectError && !operation.ignoreResultAndError) throw thrown;
  }

  /** Inside `withTransaction` an expected error must reach the driver too: it decides on aborting. */
  async playInCallback(operation) {
    const thrown = await this.#playAndCatch(operation);
    if (thrown) throw thrown;
  }

  async #playAndCatch(operation) {
    let result;
    try {
      result = await callOperation(operation, this);
    } catch (error) {
      if (isVerdict(error, operation)) throw error;
      if (operation.expectError) matchError(this.environment.driver, this.matcher, error, operation.expectError);
      return error;
    }
    if (operation.ignoreResultAndError) return null;
    if (operation.expectError) {
      throw new Mismatch(`\`${operation.name}\` succeeded, expected an error ${this.matcher.show(operation.expectError)}`);
    }
    if ('expectResult' in operation) this.matcher.matchRoot(result, operation.expectResult, operation.name);
    if (operation.saveResultAsEntity) this.entities.set(operation.saveResultAsEntity, resultKind(operation.name), result);
    return null;
  }

  async #checkEvents() {
    for (const expectation of this.test.expectEvents ?? []) {
      await matchExpectedEvents(this.matcher, this.entities.entry(expectation.client).events, expectation);
    }
    for (const { events } of this.entities.ofKind(Kind.CLIENT)) events.detach();
  }

  async #checkOutcome() {
    for (const { databaseName, collectionName, documents } of this.test.outcome ?? []) {
      const collection = this.internalClient.db(databaseName).collection(collectionName);
      const options = { sort: { _id: 1 }, readConcern: { level: 'local' }, readPreference: 'primary' };
      const actual = await collection.find({}, options).toArray();
      this.matcher.match(actual, documents, `outcome of ${collectionName}`, ExtraKeys.FORBIDDEN);
    }
  }

  async #cleanUp() {
    for (const name of this.failPoints) {
      await this.internalClient.db('admin').command({ configureFailPoint: name, mode: 'off' });
    }
    await this.entities.close();
  }
}

/** Whether an error is this runner's own judgement and not something that the driver threw. */
function isVerdict(error, operation) {
  if (error instanceof Skip) return true;
  return error instanceof Mismatch && (error.kind === MALFORMED || !operation.ignoreResultAndError);
}

/** The driver adds `_id` to inserted documents; the file's own must stay as they are for the next test. */
function structuredCopy(documents) {
  return documents.map(document => ({ ...document }));
}
