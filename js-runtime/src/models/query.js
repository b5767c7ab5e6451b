/**
 * A query that is built up by calls and sent when it is awaited: `find().sort().limit()`, `findOneAndUpdate(...).lean()`. The methods and
 * the forms of their arguments are mongoose's.
 */
import { NeedsMongooseError, DocumentNotFoundError } from './errors.js';
import { runQuery, openCursor } from './run_query.js';

/** Methods that add a condition on the field that `where` named last, or on the one given first. */
const CONDITIONS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin', 'all', 'size', 'mod', 'regex', 'elemMatch'];

/** Methods that set the option of the same name. */
const OPTIONS = ['limit', 'skip', 'batchSize', 'hint', 'collation', 'comment', 'maxTimeMS', 'allowDiskUse', 'readConcern', 'writeConcern', 'noCursorTimeout', 'tailable'];

export class Query {
  /**
   * @param {Function} model
   * @param {string} operation such as `find` or `updateMany`
   * @param {{ filter?: object, update?: object, key?: string, options?: object }} parts
   */
  constructor(model, operation, { filter = {}, update, key, options = {} } = {}) {
    this.model = model;
    this.op = operation;
    this.filter = { ...filter };
    this.update = update;
    this.key = key;
    this.options = {};
    this.isLean = false;
    this.failure = undefined;
    this.path = undefined;
    this.setOptions(options);
  }

  setOptions({ lean, sort, projection, fields, select, ...rest } = {}) {
    if (lean !== undefined) {
      this.lean(lean);
    }
    if (sort !== undefined && sort !== null) {
      this.sort(sort);
    }
    const selection = projection ?? select ?? fields;
    if (selection !== undefined && selection !== null) {
      this.select(selection);
    }
    Object.assign(this.options, rest);
    return this;
  }

  /** Adds conditions to those of an earlier call. */
  #narrow(operation, filter, extra = {}) {
    this.op = operation;
    if (filter !== undefined && filter !== null) {
      Object.assign(this.filter, filter);
    }
    Object.assign(this, extra);
    return this;
  }

  find(filter) {
    return this.#narrow('find', filter);
  }

  findOne(filter) {
    return this.#narrow('findOne', filter);
  }

  countDocuments(filter) {
    return this.#narrow('countDocuments', filter);
  }

  distinct(key, filter) {
    return this.#narrow('distinct', filter, { key });
  }

  updateOne(...given) {
    return this.#write('updateOne', given);
  }

  updateMany(...given) {
    return this.#write('updateMany', given);
  }

  findOneAndUpdate(...given) {
    return this.#write('findOneAndUpdate', given);
  }

  /** `(update)`, `(filter, update)` or `(filter, update, options)`. */
  #write(operation, given) {
    const [filter, update, options] = given.length === 1 ? [{}, given[0]] : given;
    return this.#narrow(operation, filter, { update }).setOptions(options ?? {});
  }

  deleteOne(filter) {
    return this.#narrow('deleteOne', filter);
  }

  deleteMany(filter) {
    return this.#narrow('deleteMany', filter);
  }

  sort(order) {
    this.options.sort = sortOf(order);
    return this;
  }

  select(selection) {
    this.options.projection = { ...this.options.projection, ...projectionOf(selection) };
    return this;
  }

  projection(selection) {
    return this.select(selection);
  }

  lean(value = true) {
    this.isLean = Boolean(value);
    return this;
  }

  session(session) {
    this.options.session = session;
    return this;
  }

  read(readPreference) {
    this.options.readPreference = readPreference;
    return this;
  }

  where(path, value) {
    if (typeof path === 'object') {
      Object.assign(this.filter, path);
    } else {
      this.path = path;
      if (value !== undefined) {
        this.filter[path] = value;
      }
    }
    return this;
  }

  equals(value) {
    this.filter[this.path] = value;
    return this;
  }

  exists(...given) {
    const [path, value] = typeof given[0] === 'string' ? given : [this.path, ...given];
    return this.#condition(path, '$exists', value ?? true);
  }

  #condition(path, operator, value) {
    this.filter[path] = { ...this.filter[path], [operator]: value };
    return this;
  }

  /** For `gt`, `in` and the like, which are made below. */
  condition(operator, given) {
    const [path, value] = given.length > 1 ? given : [this.path, given[0]];
    return this.#condition(path, operator, value);
  }

  or(conditions) {
    return this.#all('$or', conditions);
  }

  and(conditions) {
    return this.#all('$and', conditions);
  }

  nor(conditions) {
    return this.#all('$nor', conditions);
  }

  #all(operator, conditions) {
    this.filter[operator] = [...(this.filter[operator] ?? []), ...conditions];
    return this;
  }

  getFilter() {
    return this.filter;
  }

  getQuery() {
    return this.filter;
  }

  getUpdate() {
    return this.update;
  }

  getOptions() {
    return this.options;
  }

  /** Fails when nothing was found. */
  orFail(failure) {
    this.failure = failure ?? (() => new DocumentNotFoundError(this.filter, this.model.modelName));
    return this;
  }

  populate() {
    throw new NeedsMongooseError('populate');
  }

  clone() {
    const copy = new Query(this.model, this.op, { filter: this.filter, update: this.update, key: this.key });
    return Object.assign(copy, { options: { ...this.options }, isLean: this.isLean, failure: this.failure });
  }

  /** Documents one after the other, without holding all of them. */
  cursor(options = {}) {
    Object.assign(this.options, options);
    return openCursor(this);
  }

  async explain(verbosity) {
    return await this.model.collection.find(this.filter, this.options).explain(verbosity);
  }

  async exec() {
    const result = await runQuery(this);
    const isMissing = result === null || result?.length === 0 || result?.matchedCount === 0 || result?.deletedCount === 0;
    if (isMissing && this.failure !== undefined) {
      throw typeof this.failure === 'function' ? this.failure.call(this) : this.failure;
    }
    return result;
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

for (const name of CONDITIONS) {
  Query.prototype[name] = function (...given) {
    return this.condition(`$${name}`, given);
  };
}

for (const name of OPTIONS) {
  Query.prototype[name] = function (value) {
    this.options[name] = value ?? true;
    return this;
  };
}

/** `'name -age'`, `{ name: 'desc' }`, `[['name', -1]]` and so on, as the driver takes it. */
export function sortOf(order) {
  if (typeof order === 'string') {
    return words(order).map(([name, isNegative]) => [name, isNegative ? -1 : 1]);
  }
  return order;
}

/** `'name -_id'`, `['name']` or an object, as the driver takes it. */
function projectionOf(selection) {
  if (Array.isArray(selection)) {
    return Object.fromEntries(selection.flatMap((name) => words(name)).map(([name, isNegative]) => [name, isNegative ? 0 : 1]));
  }
  if (typeof selection === 'string') {
    return Object.fromEntries(words(selection).map(([name, isNegative]) => [name, isNegative ? 0 : 1]));
  }
  return selection;
}

function words(text) {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => [word.replace(/^[-+]/, ''), word.startsWith('-')]);
}
