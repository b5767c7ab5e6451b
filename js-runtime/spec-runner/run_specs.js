/**
 * Plays specification files against a `mongodb`-shaped driver module. Plain ECMAScript: it runs inside the host and under Node.
 * Files that aren't in the unified format are counted as skipped, except the two older read/write concern formats.
 */

import { playConcernFile, isConcernFile } from './concern_files.js';
import { deviationReason } from './deviations.js';
import { Mismatch, Skip } from './outcomes.js';
import { readServerFacts } from './server_facts.js';
import { UnifiedTest } from './unified_test.js';

const SUPPORTED_SCHEMA_MAJOR = '1';
const DEFAULT_TEST_LIMIT_MS = 60_000;

/**
 * @typedef {{path: string, test: string, message: string}} Failure
 * @typedef {{passed: number, failed: number, skipped: number, failures: Failure[], skips: Record<string, number>}} Summary
 */

class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  failures = [];
  skips = {};

  constructor(log) {
    Object.defineProperty(this, 'log', { value: log });
  }

  async play(path, test, run) {
    try {
      await run();
      this.passed += 1;
      this.log(`ok    ${path}: ${test}`);
    } catch (error) {
      if (error instanceof Skip) this.skip(path, test, error.reason);
      else this.#fail(path, test, error);
    }
  }

  skip(path, test, reason) {
    this.skipped += 1;
    this.skips[reason] = (this.skips[reason] ?? 0) + 1;
    this.log(`skip  ${path}: ${test} (${reason})`);
  }

  #fail(path, test, error) {
    const message = error instanceof Mismatch ? error.message : `${error?.stack ?? error}`;
    this.failed += 1;
    this.failures.push({ path, test, message });
    this.log(`FAIL  ${path}: ${test}\n      ${message}`);
  }
}

async function withLimit(promise, limitMs, environment) {
  let isOver = false;
  const limit = environment.sleep(limitMs).then(() => {
    if (!isOver) throw new Mismatch(`no end within ${limitMs} ms`);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    isOver = true;
    limit.catch(() => {});
  }
}

async function playUnifiedFile(path, text, tally, environment, { filter, limitMs }) {
  const parse = () => environment.driver.BSON.EJSON.parse(text, { relaxed: true });
  for (const [index, { description }] of parse().tests.entries()) {
    if (filter && !`${path}: ${description}`.includes(filter)) continue;
    const rule = environment.excluded.find(({ file, test }) => path.endsWith(file) && test.test(description));
    if (rule) {
      tally.skip(path, description, rule.reason);
      continue;
    }
    const file = parse();
    const knownDeviation = environment.deviations === 'judge' ? null : deviationReason(path, description);
    const test = new UnifiedTest(environment, file, file.tests[index], knownDeviation);
    await tally.play(path, description, () => withLimit(test.run(), limitMs, environment));
  }
}

function fileSkipReason(data) {
  if (typeof data?.schemaVersion !== 'string' || !Array.isArray(data.tests)) return 'not a unified-format file';
  const [major] = data.schemaVersion.split('.');
  return major === SUPPORTED_SCHEMA_MAJOR ? null : `schema version ${data.schemaVersion}`;
}

/**
 * @param {object} options
 * @param {object} options.driver a `mongodb`-shaped module
 * @param {Iterable<{path: string, json: string | object}> | AsyncIterable<{path: string, json: string | object}>} options.files
 * @param {string} options.uri of a server the tests may destroy data on; `enableTestCommands=1` for fail points
 * @param {(line: string) => void} [options.log] one line per test
 * @param {() => number} [options.now] milliseconds
 * @param {(milliseconds: number) => Promise<void>} [options.sleep]
 * @param {() => Promise<void>} [options.flushEvents] waits until events on their way have been emitted
 * @param {('command' | 'cmap' | 'sdam')[]} [options.unobserved] kinds of events that the driver never reports
 * @param {string} [options.filter] plays only tests whose `path: description` contains it
 * @param {'skip' | 'judge'} [options.deviations] what the official driver is known to do differently (`deviations.js`)
 * @param {{file: string, test: RegExp, reason: string}[]} [options.excluded] tests of what this driver can't do
 * @param {number} [options.limitMs] how long one test may take
 * @returns {Promise<Summary>}
 */
export async function runSpecs(options) {
  const { driver, files, uri, filter, limitMs = DEFAULT_TEST_LIMIT_MS } = options;
  const tally = new Tally(options.log ?? (() => {}));
  const internalClient = new driver.MongoClient(uri);
  try {
    const environment = {
      driver,
      uri,
      internalClient,
      server: await readServerFacts(internalClient, uri),
      now: options.now ?? Date.now,
      sleep: options.sleep ?? (milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))),
      flushEvents: options.flushEvents ?? (async () => {}),
      deviations: options.deviations ?? 'skip',
      excluded: options.excluded ?? [],
      unobserved: new Set(options.unobserved ?? [])
    };
    for await (const { path, json } of files) {
      const text = typeof json === 'string' ? json : JSON.stringify(json);
      const data = JSON.parse(text);
      const reason = isConcernFile(data) ? null : fileSkipReason(data);
      if (reason) tally.skip(path, 'the whole file', reason);
      else if (isConcernFile(data)) await playConcernFile(path, data, tally, driver);
      else await playUnifiedFile(path, text, tally, environment, { filter, limitMs });
    }
  } finally {
    await internalClient.close();
  }
  return tally;
}

/** The lines that end every report: counts, then reasons of skips, most frequent first. */
export function summaryLines({ passed, failed, skipped, skips }) {
  const reasons = Object.entries(skips).sort((left, right) => right[1] - left[1]);
  return [`${passed} passed, ${failed} failed, ${skipped} skipped`, ...reasons.map(([reason, count]) => `  ${count} skipped: ${reason}`)];
}
