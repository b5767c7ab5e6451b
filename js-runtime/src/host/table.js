/** Draws the boxes of `console.table`. Knows nothing of the values; cells are text. */

export const TABLE_INDEX = '(index)';
export const TABLE_ITERATION_INDEX = '(iteration index)';
export const TABLE_KEY = 'Key';
export const TABLE_VALUES = 'Values';

const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b\[[0-9;]*m/g;

/** Columns a terminal needs for `text`. */
export function displayWidth(text) {
  let width = 0;
  for (const character of text.replace(ESCAPES, '').normalize('NFC')) {
    if (/[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u.test(character)) {
      continue;
    }
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

function padded(cell, width) {
  return ` ${cell}${' '.repeat(width - displayWidth(cell) - 1)}`;
}

/**
 * @param {string[]} head one title per column
 * @param {unknown[][]} columns the cells of each column, all of the same length
 */
export function renderTable(head, columns) {
  const texts = columns.map((column) => column.map(String));
  const widths = head.map((title, index) => Math.max(displayWidth(title), ...texts[index].map(displayWidth)) + 2);
  const rule = (left, middle, right) => left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  const line = (cells) => `│${cells.map((cell, index) => padded(cell, widths[index])).join('│')}│`;
  const rows = [];
  for (let row = 0; row < (texts[0]?.length ?? 0); row += 1) {
    rows.push(line(texts.map((column) => column[row])));
  }
  return [rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤'), ...rows, rule('└', '┴', '┘')].join('\n');
}
