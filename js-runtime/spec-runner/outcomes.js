/** How one test can end other than by passing: a mismatch (failed) or a skip with its reason. */

/** Marks a mismatch whose cause is the file or this runner, not the driver. */
export const MALFORMED = 'malformed';

/** The driver did something else than the file expects. */
export class Mismatch extends Error {
  constructor(message, kind = 'mismatch') {
    super(message);
    this.name = 'Mismatch';
    this.kind = kind;
  }
}

/** The test can't be played here; `reason` is what the summary counts. */
export class Skip extends Error {
  constructor(reason) {
    super(reason);
    this.name = 'Skip';
    this.reason = reason;
  }
}
