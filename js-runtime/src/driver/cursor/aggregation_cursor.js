/** The cursor of `aggregate`. A pipeline that writes does so only when the cursor is iterated. */

import { Explain } from '../explain.js';
import { READ, RETRYABLE } from '../execute.js';
import { aggregateCommand, hasWriteStage } from '../operations/aggregate.js';
import { ExplainableCursor } from './explainable_cursor.js';

/** Before this wire version secondaries can't run a pipeline that writes. */
const SECONDARY_WRITES = 13;

/** Results of a pipeline. */
export class AggregationCursor extends ExplainableCursor {
  constructor(client, namespace, pipeline = [], options = {}, parentSettings = undefined) {
    super(client, namespace, options, parentSettings);
    this.pipeline = pipeline;
    this.parentSettings = parentSettings;
    this.aggregateOptions = { ...options };
  }

  clone() {
    const { session, ...options } = this.aggregateOptions;
    return new AggregationCursor(this.client, this.namespace, this.pipeline, options, this.parentSettings);
  }

  openingOperation() {
    const { namespace, pipeline } = this;
    const options = { ...this.aggregateOptions, ...this.cursorOptions };
    const settings = this.operationSettings();
    const { writeConcern } = this.cursorSettings;
    const command = aggregateCommand(namespace.collection, pipeline, options, writeConcern);
    const writes = hasWriteStage(pipeline, options);
    if (writes && this.client.isOlderThan(SECONDARY_WRITES)) settings.readPreference = undefined;
    return {
      method: 'aggregate',
      client: this.client,
      database: namespace.db,
      namespace: namespace.toString(),
      settings,
      command,
      kind: writes ? READ : READ | RETRYABLE,
      options,
      explain: Explain.fromOptions(options),
    };
  }

  /** Adds a stage to the pipeline, which is the array that `aggregate` was given. */
  addStage(stage) {
    this.throwIfInitialized();
    this.pipeline.push(stage);
    return this;
  }

  group($group) {
    return this.addStage({ $group });
  }

  limit($limit) {
    return this.addStage({ $limit });
  }

  match($match) {
    return this.addStage({ $match });
  }

  out($out) {
    return this.addStage({ $out });
  }

  project($project) {
    return this.addStage({ $project });
  }

  lookup($lookup) {
    return this.addStage({ $lookup });
  }

  redact($redact) {
    return this.addStage({ $redact });
  }

  skip($skip) {
    return this.addStage({ $skip });
  }

  sort($sort) {
    return this.addStage({ $sort });
  }

  unwind($unwind) {
    return this.addStage({ $unwind });
  }

  geoNear($geoNear) {
    return this.addStage({ $geoNear });
  }
}
