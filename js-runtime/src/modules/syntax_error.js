/**
 * Shows where a file doesn't parse, the way Node does: place, line and caret in front of the stack.
 */
import { firstPlace } from '../node/stack-frame.js';
import { pathOf } from './paths.js';
import { engine } from './state.js';

/** What was found for an error; its message may have been tidied since. */
const places = new WeakMap();
const shown = new WeakSet();

/**
 * Where a SyntaxError happened, when it came from parsing a file. One that running code threw (`JSON.parse`, `new RegExp`) has no
 * such place: its location is just its innermost frame.
 * @param {unknown} error
 * @returns {{ file: string, line: number, column: number, endColumn: number, text: string } | null}
 */
export function syntaxPlace(error) {
  if (!(error instanceof SyntaxError)) {
    return null;
  }
  if (!places.has(error)) {
    const place = engine.ops.op_mmk_modules_syntax_place(error, error.message) ?? null;
    const frame = firstPlace(error.stack);
    const wasThrown = place !== null && frame !== undefined && (pathOf(frame.file) ?? frame.file) === place.file && frame.line === place.line;
    places.set(error, wasThrown ? null : place);
  }
  return places.get(error);
}

/**
 * Adds the place to a SyntaxError's stack, once. Anything else passes untouched.
 * @template E
 * @param {E} error
 * @returns {E}
 */
export function showPlace(error) {
  if (!(error instanceof SyntaxError) || shown.has(error)) {
    return error;
  }
  shown.add(error);
  const place = syntaxPlace(error);
  tidyMessage(error);
  if (place) {
    const indent = place.text.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
    const caret = '^'.repeat(Math.max(1, place.endColumn - place.column));
    error.stack = `${place.file}:${place.line}\n${place.text}\n${indent}${caret}\n\n${error.stack}`;
  }
  return error;
}

/** The engine writes the place of a module's syntax error into its message; it belongs beside it. */
function tidyMessage(error) {
  const suffix = / at (?:file:\/\/\S+|data:.*):\d+:\d+$/.exec(error.message);
  if (suffix !== null) {
    const { stack } = error;
    error.message = error.message.slice(0, suffix.index);
    error.stack = stack.replace(suffix[0], '');
  }
}
