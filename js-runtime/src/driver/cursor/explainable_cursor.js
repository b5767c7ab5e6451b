/** Cursors whose command the server can explain. */

import { Explain } from '../explain.js';
import { execute } from '../execute.js';
import { AbstractCursor } from './abstract_cursor.js';

/** Adds `explain()`. */
export class ExplainableCursor extends AbstractCursor {
  /** Explains the command instead of running it; everything is explained when nothing is said. */
  async explain(verbosity, options) {
    const operation = this.openingOperation();
    operation.method = 'explain';
    operation.explain = Explain.fromOptions({ explain: chooseVerbosity(verbosity, options) ?? true });
    const reply = await execute(operation);
    return reply.toObject(this.cursorSettings.bson);
  }
}

/** A lone argument may also be an options object that says nothing about verbosity. */
function chooseVerbosity(verbosity, options) {
  if (verbosity == null || options != null || typeof verbosity !== 'object') return verbosity;
  return 'verbosity' in verbosity ? verbosity : undefined;
}
