/**
 * Turns the text of a CommonJS file into its function (crates/mmk-runtime/src/loader/compile.rs).
 */
import { engine } from './state.js';

/**
 * @param {string} code
 * @param {string} filename
 * @returns {{fn?: Function, error?: unknown}} `error` is what V8 refused the text with
 */
export function compileCommonJs(code, filename) {
  const [fn, error] = engine.ops.op_mmk_modules_compile(code, filename);
  return { fn, error };
}
