/** `Model.aggregate(pipeline)`: a pipeline that can be added to, awaited, iterated or read through a cursor. Values are not cast. */
import { ModelCursor } from './cursor.js';

const STAGES = ['match', 'project', 'group', 'sort', 'limit', 'skip', 'unwind', 'lookup', 'addFields', 'sample', 'count', 'facet', 'replaceRoot', 'graphLookup', 'sortByCount', 'unionWith'];

/** A pipeline on a model's collection. */
export class Aggregate {
  #model;
  #stages;
  #options;

  constructor(model, stages = [], options = {}) {
    this.#model = model;
    this.#stages = [...stages];
    this.#options = { ...options };
  }

  append(...stages) {
    this.#stages.push(...stages.flat());
    return this;
  }

  pipeline() {
    return this.#stages;
  }

  option(options) {
    Object.assign(this.#options, options);
    return this;
  }

  session(session) {
    return this.option({ session });
  }

  allowDiskUse(value) {
    return this.option({ allowDiskUse: value });
  }

  collation(collation) {
    return this.option({ collation });
  }

  hint(hint) {
    return this.option({ hint });
  }

  read(readPreference) {
    return this.option({ readPreference });
  }

  cursor(options = {}) {
    const { useMongooseAggCursor: _, ...known } = options;
    const source = this.#model.collection.aggregate(this.#stages, { ...this.#options, ...known });
    return new ModelCursor(source, (fields) => fields, async () => {});
  }

  async exec() {
    return await this.#model.collection.aggregate(this.#stages, this.#options).toArray();
  }

  async explain(verbosity) {
    return await this.#model.collection.aggregate(this.#stages, this.#options).explain(verbosity);
  }

  then(resolve, reject) {
    return this.exec().then(resolve, reject);
  }

  catch(reject) {
    return this.exec().catch(reject);
  }

  finally(settle) {
    return this.exec().finally(settle);
  }

  [Symbol.asyncIterator]() {
    return this.cursor()[Symbol.asyncIterator]();
  }
}

for (const stage of STAGES) {
  Aggregate.prototype[stage] = function (value) {
    return this.append({ [`$${stage}`]: value });
  };
}
