/** The iterator behind `for await`: buffered documents cost one settled promise each, no generator. */

const DONE = Object.freeze({ value: undefined, done: true });

/** Iterates a cursor once and closes it at the end, on `break` and on errors. */
export class CursorIterator {
  #cursor;
  #isDone = false;

  constructor(cursor) {
    this.#cursor = cursor;
  }

  next() {
    const cursor = this.#cursor;
    if (this.#isDone || cursor.transform !== undefined || cursor.signal !== undefined || cursor.isKilled) {
      return this.#slowNext();
    }
    const { documents } = cursor;
    if (documents === null || documents.length === 0) return this.#slowNext();
    try {
      return Promise.resolve({ value: documents.shift(cursor.deserializationOptions), done: false });
    } catch (error) {
      return this.throw(error);
    }
  }

  async #slowNext() {
    const cursor = this.#cursor;
    if (this.#isDone) return DONE;
    try {
      cursor.signal?.throwIfAborted();
      if (!cursor.isKilled && !cursor.closed) {
        const document = await cursor.next();
        if (document !== null) return { value: document, done: false };
      }
    } catch (error) {
      await this.#finish();
      throw error;
    }
    await this.#finish();
    return DONE;
  }

  async #finish() {
    this.#isDone = true;
    if (!this.#cursor.isClosed) await this.#cursor.close().catch(() => {});
  }

  async return(value) {
    await this.#finish();
    return { value: await value, done: true };
  }

  async throw(error) {
    await this.#finish();
    throw error;
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
