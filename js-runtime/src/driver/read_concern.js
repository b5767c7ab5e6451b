/** Which data a read may see. */

/** The levels the server knows. */
export const ReadConcernLevel = Object.freeze({
  local: 'local',
  majority: 'majority',
  linearizable: 'linearizable',
  available: 'available',
  snapshot: 'snapshot',
});

/** A read concern level as the server takes it. */
export class ReadConcern {
  constructor(level) {
    this.level = ReadConcernLevel[level] ?? level;
  }

  static fromOptions(options) {
    if (options == null) return undefined;
    const { readConcern } = options;
    if (readConcern) {
      if (readConcern instanceof ReadConcern) return readConcern;
      if (typeof readConcern === 'string') return new ReadConcern(readConcern);
      if (readConcern.level) return new ReadConcern(readConcern.level);
    }
    return options.level ? new ReadConcern(options.level) : undefined;
  }

  static get MAJORITY() {
    return ReadConcernLevel.majority;
  }

  static get AVAILABLE() {
    return ReadConcernLevel.available;
  }

  static get LINEARIZABLE() {
    return ReadConcernLevel.linearizable;
  }

  static get SNAPSHOT() {
    return ReadConcernLevel.snapshot;
  }

  toJSON() {
    return { level: this.level };
  }
}
