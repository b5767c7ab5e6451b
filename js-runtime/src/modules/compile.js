/**
 * Turns the text of a CommonJS file into its function. Positions stay those of the file: V8 gets the parameters apart from the text.
 */
import { urlOf } from './paths.js';
import { engine } from './state.js';

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/**
 * @param {string} code
 * @param {string} filename
 * @returns {{fn?: Function, error?: unknown}} `error` is what V8 refused the text with
 */
export function compileCommonJs(code, filename) {
  const [fn, failure] = engine.core.compileFunction(code, urlOf(filename), null, PARAMETERS);
  return failure ? { error: failure.thrown } : { fn };
}
