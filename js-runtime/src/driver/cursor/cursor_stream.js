/** A cursor as a Node stream of documents, read one at a time so that a slow consumer holds the cursor back. */

import { Readable } from '../streams.js';

/** Object-mode stream over a cursor. */
export class CursorStream extends Readable {
  constructor(cursor) {
    super({ objectMode: true, autoDestroy: false, highWaterMark: 1 });
    this._cursor = cursor;
    this._isReading = false;
    cursor.signal?.addEventListener('abort', () => this.destroy(cursor.signal.reason), { once: true });
  }

  _read() {
    if (this._isReading) return;
    this._isReading = true;
    void this._push();
  }

  _destroy(error, callback) {
    this._cursor.close().then(
      () => callback(error),
      (closeError) => callback(closeError),
    );
  }

  async _push() {
    try {
      for (;;) {
        const document = this._cursor.isKilled ? null : await this._cursor.next();
        if (document == null) {
          this.push(null);
          return;
        }
        if (this.destroyed) {
          await this._cursor.close();
          return;
        }
        if (!this.push(document)) break;
      }
      this._isReading = false;
    } catch (error) {
      this._isReading = false;
      this.destroy(error);
    }
  }
}
