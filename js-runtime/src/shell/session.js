/** A session of the shell: databases got from it take part in it and in its transactions. */

export class ShellSession {
  #session;
  #mongo;

  /**
   * @param {object} session of the driver
   * @param {(session: object) => object} open a connection whose calls join a session
   */
  constructor(session, open) {
    this.#session = session;
    this.#mongo = open(session);
  }

  getDatabase(name) {
    return this.#mongo.getDB(name);
  }

  getSessionId() {
    return this.#session.id;
  }

  startTransaction(options) {
    this.#session.startTransaction(options);
  }

  commitTransaction() {
    return this.#session.commitTransaction();
  }

  abortTransaction() {
    return this.#session.abortTransaction();
  }

  /** Runs the callback in a transaction, again where the server asks for it. */
  withTransaction(callback, options) {
    let value;
    this.#session.withTransaction(() => {
      value = callback(this);
      // The driver insists on a promise; the work is done by now.
      return { then() {} };
    }, options);
    return value;
  }

  hasEnded() {
    return this.#session.hasEnded;
  }

  endSession() {
    this.#session.endSession();
  }
}
