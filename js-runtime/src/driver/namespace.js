/** Database and collection names, joined by a dot as the server writes them. */

import { MongoRuntimeError } from './errors.js';

/** A database, or a collection in one. */
export class MongoDBNamespace {
  constructor(db, collection) {
    this.db = db;
    this.collection = collection === '' ? undefined : collection;
  }

  toString() {
    return this.collection ? `${this.db}.${this.collection}` : this.db;
  }

  withCollection(collection) {
    return new MongoDBCollectionNamespace(this.db, collection);
  }

  static fromString(namespace) {
    if (typeof namespace !== 'string' || namespace === '') {
      throw new MongoRuntimeError(`Cannot parse namespace from "${namespace}"`);
    }
    const dot = namespace.indexOf('.');
    if (dot === -1) return new MongoDBNamespace(namespace);
    return new MongoDBNamespace(namespace.slice(0, dot), namespace.slice(dot + 1));
  }
}

/** A namespace whose collection name is kept as given, even when it is empty. */
export class MongoDBCollectionNamespace extends MongoDBNamespace {
  constructor(db, collection) {
    super(db, collection);
    this.collection = collection;
  }
}
