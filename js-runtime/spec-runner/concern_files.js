/**
 * Plays the two older formats of the read/write concern folder: connection strings, and concern documents. They need no server.
 */

import { Mismatch, Skip } from './outcomes.js';

export function isConcernFile(data) {
  return data?.schemaVersion === undefined && Array.isArray(data?.tests)
    && data.tests.length > 0 && data.tests.every(test => 'readConcern' in test || 'writeConcern' in test || test.valid === false)
    && data.tests.some(test => 'readConcern' in test || 'writeConcern' in test);
}

function matchConcern(actual, expected) {
  for (const [name, value] of Object.entries(expected)) {
    const found = actual?.[name];
    if (found !== value) throw new Mismatch(`\`${name}\` must be \`${value}\`, is \`${found}\``);
  }
}

function refusalOf(act) {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
}

function playConnectionString(test, driver) {
  const { value: client, error } = refusalOf(() => new driver.MongoClient(test.uri));
  if (!test.valid) {
    if (!error) throw new Skip('the Node driver differs: it doesn\'t refuse invalid concern values');
    return;
  }
  if (error) throw error;
  const options = client.options;
  matchConcern(options.readConcern ?? client.readConcern, test.readConcern ?? {});
  matchConcern(options.writeConcern ?? client.writeConcern, test.writeConcern ?? {});
}

function playDocument(test, driver) {
  if (!test.valid) throw new Skip('the Node driver differs: it doesn\'t refuse invalid concern values');
  if (test.readConcern && Object.keys(test.readConcern).length > 0) {
    const concern = driver.ReadConcern.fromOptions({ readConcern: test.readConcern });
    matchConcern(concern.toJSON(), test.readConcernDocument);
  }
  if (test.writeConcern && Object.keys(test.writeConcern).length > 0) {
    const concern = driver.WriteConcern.fromOptions({ writeConcern: test.writeConcern });
    matchConcern(driver.WriteConcern.apply({}, concern).writeConcern, test.writeConcernDocument);
  }
}

export async function playConcernFile(path, data, tally, driver) {
  for (const test of data.tests) {
    const play = typeof test.uri === 'string' ? playConnectionString : playDocument;
    await tally.play(path, test.description, async () => play(test, driver));
  }
}
