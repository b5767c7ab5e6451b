/** Documents of a query one after the other: `next()`, `for await`, `eachAsync`, and a stream for scripts that listen to `data`. */
import { Readable } from '../driver/streams.js';

const STREAM_METHODS = ['on', 'once', 'pipe', 'pause', 'resume', 'off', 'removeListener', 'addListener'];

/** Wraps a cursor of the driver. */
export class ModelCursor {
  #source;
  #hydrate;
  #whenOver;
  #stream;

  /**
   * @param {object} source the driver's cursor
   * @param {(fields: object) => unknown} hydrate
   * @param {() => Promise<void>} whenOver called when there is no further document, or when the cursor is closed
   */
  constructor(source, hydrate, whenOver) {
    this.#source = source;
    this.#hydrate = hydrate;
    this.#whenOver = whenOver;
  }

  /** The next document, or null. */
  async next() {
    const fields = await this.#source.next();
    if (fields === null) {
      await this.#whenOver();
      return null;
    }
    return this.#hydrate(fields);
  }

  async close() {
    await this.#source.close();
    await this.#whenOver();
  }

  /** Calls a function with each document, several at a time when asked to, and waits for what it returns. */
  async eachAsync(work, { parallel = 1, batchSize } = {}) {
    const workers = Array.from({ length: parallel }, async () => {
      for (;;) {
        const item = batchSize === undefined ? await this.next() : await this.#several(batchSize);
        if (item === null) {
          return;
        }
        await work(item);
      }
    });
    await Promise.all(workers);
  }

  async #several(count) {
    const documents = [];
    for (let document = await this.next(); document !== null; document = await this.next()) {
      documents.push(document);
      if (documents.length === count) {
        break;
      }
    }
    return documents.length === 0 ? null : documents;
  }

  map(transform) {
    const hydrate = this.#hydrate;
    this.#hydrate = (fields) => transform(hydrate(fields));
    return this;
  }

  addCursorFlag(flag, value) {
    this.#source.addCursorFlag(flag, value);
    return this;
  }

  async toArray() {
    const documents = [];
    for await (const document of this) {
      documents.push(document);
    }
    return documents;
  }

  [Symbol.asyncIterator]() {
    return {
      next: async () => {
        const value = await this.next();
        return value === null ? { value: undefined, done: true } : { value, done: false };
      },
      return: async () => {
        await this.close();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** A stream of the documents; made on first use. */
  stream() {
    this.#stream ??= Readable.from(this, { objectMode: true });
    return this.#stream;
  }
}

for (const method of STREAM_METHODS) {
  ModelCursor.prototype[method] = function (...args) {
    const result = this.stream()[method](...args);
    return method === 'pipe' ? result : this;
  };
}
