/** Splits the models of `client.bulkWrite` into commands that the server accepts. */

import { createDocumentSequence, serialize } from '../bson.js';
import { MongoInvalidArgumentError } from '../errors.js';
import { statementOf } from './models.js';

/** Room for the command's other fields; what the native client adds counts too. */
const MESSAGE_OVERHEAD = 1000;
/** A command is one document here, which must not be larger than the server's internal limit. */
const BODY_LIMIT = 16 * 1024 * 1024;

function encode(document, what) {
  try {
    return serialize(document);
  } catch (cause) {
    throw new MongoInvalidArgumentError(`Could not serialize ${what} to BSON`, { cause });
  }
}

function refuseOversized(name, bytes, maxBsonObjectSize) {
  if (bytes.length > maxBsonObjectSize) {
    throw new MongoInvalidArgumentError(
      `Client bulk write operation ${name} of length ${bytes.length} exceeds the max bson object size of ${maxBsonObjectSize}`,
    );
  }
}

/** One command's worth of models. */
class CommandBatch {
  constructor(firstIndex) {
    this.firstIndex = firstIndex;
    this.statements = [];
    this.ops = createDocumentSequence();
    this.nsInfo = createDocumentSequence();
    this.namespaces = new Map();
    this.isRetryable = true;
  }

  get byteLength() {
    return MESSAGE_OVERHEAD + this.ops.byteLength + this.nsInfo.byteLength;
  }
}

/** Yields batches in the order of the models. */
export function* splitIntoBatches(models, { facts, pkFactory, bson }) {
  const { maxBsonObjectSize, maxWriteBatchSize } = facts;
  const limit = Math.min(facts.maxMessageSizeBytes, BODY_LIMIT);
  let batch = new CommandBatch(0);
  for (let index = 0; index < models.length; index++) {
    const model = models[index];
    let namespaceIndex = batch.namespaces.get(model.namespace);
    let entry = namespaceIndex === undefined ? encode({ ns: model.namespace }, 'ns info') : undefined;
    let statement = statementOf(model, namespaceIndex ?? batch.namespaces.size, pkFactory, bson);
    let bytes = encode(statement, 'operation');
    refuseOversized('ops', bytes, maxBsonObjectSize);
    const needed = batch.byteLength + bytes.length + (entry?.length ?? 0);
    if (batch.statements.length > 0 && (needed >= limit || batch.statements.length >= maxWriteBatchSize)) {
      yield batch;
      batch = new CommandBatch(index);
      namespaceIndex = undefined;
      entry ??= encode({ ns: model.namespace }, 'ns info');
      statement = statementOf(model, 0, pkFactory, bson);
      bytes = encode(statement, 'operation');
    }
    if (namespaceIndex === undefined) {
      refuseOversized('nsInfo', entry, maxBsonObjectSize);
      batch.namespaces.set(model.namespace, batch.namespaces.size);
      batch.nsInfo.addEncoded(entry);
    }
    if (model.name === 'deleteMany' || model.name === 'updateMany') batch.isRetryable = false;
    batch.statements.push(statement);
    batch.ops.addEncoded(bytes);
  }
  yield batch;
}
