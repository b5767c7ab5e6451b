/** Wraps a command into the server's `explain`. */

import { ExplainVerbosity } from './enums.js';

/** How much an explanation says, and how long it may take. */
export class Explain {
  constructor(verbosity, maxTimeMS) {
    if (typeof verbosity === 'boolean') {
      this.verbosity = verbosity ? ExplainVerbosity.allPlansExecution : ExplainVerbosity.queryPlanner;
    } else {
      this.verbosity = verbosity;
    }
    this.maxTimeMS = maxTimeMS;
  }

  static fromOptions(options) {
    const explain = options?.explain;
    if (explain == null) return undefined;
    if (typeof explain === 'boolean' || typeof explain === 'string') return new Explain(explain);
    return new Explain(explain.verbosity, explain.maxTimeMS);
  }

  decorate(command) {
    const explained = { explain: command, verbosity: this.verbosity };
    if (typeof this.maxTimeMS === 'number') explained.maxTimeMS = this.maxTimeMS;
    return explained;
  }
}
