/**
 * `batchSaves`: collects the updates that `save()` of documents makes, and sends them as ordered bulk writes. Writes reach MongoDB in the
 * order in which the script made them, always: any other write, and any read that could see a held save, sends the held ones first. Inserts
 * and saves on a session of the script's own are never held.
 */
import { directWriter } from './direct_writer.js';
import { commandName, HeldReads, OWN_COMMAND } from './held_reads.js';
import { SaveError } from './save_error.js';

/** Bounds of what is held: documents, bytes (a rough count), milliseconds. */
const MOST_DOCUMENTS = 300;
const MOST_BYTES = 8 * 1024 * 1024;
const LONGEST = 50;

export class SaveQueue {
  #held = [];
  #heldBytes = 0;
  #collection;
  /** The bulk write under way, and everything before it; never rejects. */
  #flight = Promise.resolve();
  #inFlight = 0;
  #failure;
  #timer;
  #reads = new HeldReads();
  #written = 0;

  /** For `setWriteBarrier` of driver/pending.js. */
  barrier = (operation) => {
    if (operation.options?.[OWN_COMMAND] === true || (this.#failure === undefined && this.#isIdle)) {
      return undefined;
    }
    return this.#beforeCommand(operation);
  };

  get #isIdle() {
    return this.#held.length === 0 && this.#inFlight === 0;
  }

  async #beforeCommand(operation) {
    const name = commandName(operation);
    if (name === 'abortTransaction') {
      this.drop();
      await this.#flight;
      return;
    }
    if (name === 'killCursors' || name === 'endSessions') {
      return;
    }
    this.#throwIfFailed();
    if (!(await this.#reads.mayPass(operation, this.#collection.namespace))) {
      await this.settle();
    }
  }

  /** Takes an update of one document; resolves as soon as there is room for the next. */
  async update(collection, change, options) {
    this.#throwIfFailed();
    if (options.session !== undefined && options.session !== collection.settings?.session) {
      await directWriter.update(collection, change, options);
      return;
    }
    if (!this.#isIdle && this.#collection.namespace !== collection.namespace) {
      await this.settle();
    }
    this.#collection = collection;
    this.#held.push(change);
    this.#heldBytes += roughSize(change.update) + roughSize(change.filter);
    if (this.#held.length >= MOST_DOCUMENTS || this.#heldBytes >= MOST_BYTES) {
      await this.#makeRoom();
    } else {
      this.#startTimer();
    }
  }

  /** One bulk write may be under way while the next is collected; inside a transaction one call follows the other. */
  async #makeRoom() {
    const earlier = this.#flight;
    this.#send();
    await (isInTransaction(this.#collection) ? this.#flight : earlier);
    this.#throwIfFailed();
  }

  #startTimer() {
    // What is held in a transaction can't be seen by anybody before it is committed.
    if (this.#timer === undefined && !isInTransaction(this.#collection)) {
      this.#timer = setTimeout(() => this.#send(), LONGEST);
      this.#timer.unref?.();
    }
  }

  /** Puts what is held on its way. */
  #send() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held.length === 0) {
      return;
    }
    const [changes, collection] = [this.#held, this.#collection];
    this.#held = [];
    this.#heldBytes = 0;
    this.#inFlight += 1;
    this.#flight = this.#flight.then(async () => {
      try {
        if (this.#failure === undefined) {
          await this.#write(collection, changes);
        }
      } catch (error) {
        this.#failure = error;
        this.drop();
      } finally {
        this.#inFlight -= 1;
      }
    });
  }

  async #write(collection, changes) {
    const operations = changes.map(({ filter, update }) => ({ updateOne: { filter, update } }));
    let result;
    try {
      result = await collection.bulkWrite(operations, { ordered: true, [OWN_COMMAND]: true });
    } catch (error) {
      throw SaveError.ofBulk(error, { collection, changes, before: this.#written });
    }
    const isKnown = result.acknowledged !== false && result.isOk?.() !== false;
    if (isKnown && result.matchedCount < changes.length) {
      throw await SaveError.ofMissing({ collection, changes, before: this.#written, matched: result.matchedCount });
    }
    this.#written += changes.length;
  }

  /** Sends what is held and waits until everything is written. */
  async settle() {
    this.#send();
    await this.#flight;
    this.#throwIfFailed();
  }

  /** After a failure of the script's own: what it had saved is written, as it would be without collecting. Never rejects. */
  async settleAfterFailure() {
    await this.settle().catch(() => {});
  }

  /** Forgets what is held. */
  drop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#held = [];
    this.#heldBytes = 0;
  }

  #throwIfFailed() {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }
}

function isInTransaction(collection) {
  return collection.settings?.session?.inTransaction() === true;
}

/** About how many bytes a value takes; it only bounds memory. */
function roughSize(value) {
  if (typeof value === 'string') {
    return value.length + 8;
  }
  if (typeof value !== 'object' || value === null) {
    return 12;
  }
  if (ArrayBuffer.isView(value)) {
    return value.byteLength;
  }
  if (value._bsontype !== undefined || value instanceof Date) {
    return value.buffer?.byteLength ?? 16;
  }
  let size = 5;
  for (const key of Object.keys(value)) {
    size += key.length + 2 + roughSize(value[key]);
  }
  return size;
}
