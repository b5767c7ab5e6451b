/**
 * Shows where a file doesn't parse, the way Node does: place, line and caret in front of the stack.
 */
import { engine } from './state.js';

const shown = new WeakSet();

/**
 * Where a SyntaxError happened, when it came from parsing a file.
 * @param {unknown} error
 * @returns {{ file: string, line: number, column: number, endColumn: number, text: string } | null}
 */
export function syntaxPlace(error) {
  return error instanceof SyntaxError ? engine.ops.op_mmk_modules_syntax_place(error, error.message) : null;
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
  if (place) {
    const indent = place.text.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
    const caret = '^'.repeat(Math.max(1, place.endColumn - place.column));
    error.stack = `${place.file}:${place.line}\n${place.text}\n${indent}${caret}\n\n${error.stack}`;
  }
  return error;
}
