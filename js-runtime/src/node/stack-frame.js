/** Reads the place off a line of a stack. CommonJS files are named by their path there, modules by their URL. */

/** `at up (/a/b.js:3:9)`, `at async /a (copy)/b.js:3:9`, `at file:///a/b.mjs:3:9`. */
const FRAME = /^\s+at (?:async )?(?:.*? \()?((?:file:\/\/)?\/.*?):(\d+):(\d+)\)?$/;

/**
 * @param {string} line
 * @returns {{ file: string, line: number, column: number } | undefined} `file` is a path or a `file:` URL; nothing where the line is
 *   no frame, or one of evaluated text
 */
export function placeOfFrame(line) {
  const [, file, row, column] = (!line.includes('(eval at ') && FRAME.exec(line)) || [];
  return file === undefined ? undefined : { file, line: Number(row), column: Number(column) };
}

/**
 * The innermost frame of a stack that lies in a file.
 * @param {unknown} stack
 */
export function firstPlace(stack) {
  for (const line of String(stack).split('\n')) {
    const place = placeOfFrame(line);
    if (place !== undefined) {
      return place;
    }
  }
  return undefined;
}
