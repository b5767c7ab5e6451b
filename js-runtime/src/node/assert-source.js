/**
 * The text of a failed `assert(expression)`, as Node quotes it in the message. Finds the end of the call by its brackets and quotes, without
 * a parser; where it isn't sure it finds nothing.
 */
import { builtin } from './registry.js';

const CLOSING = { '(': ')', '[': ']', '{': '}' };

/** File, line and column (0-based) of the caller of a function. */
function callSite(stackStartFn) {
  const holder = {};
  Error.captureStackTrace(holder, stackStartFn);
  const [, frame = ''] = String(holder.stack).split('\n', 3);
  const match = /(file:\/\/[^\s)]+|\/[^\s)]+?):(\d+):(\d+)\)?$/.exec(frame);
  return match && { file: match[1], line: Number(match[2]) - 1, column: Number(match[3]) - 1 };
}

/** The index behind a quoted text or a comment that starts at `index`; `index` itself when none does. */
function behindQuoted(text, index) {
  const quote = text[index];
  if (quote === '/' && (text[index + 1] === '/' || text[index + 1] === '*')) {
    const end = text[index + 1] === '/' ? '\n' : '*/';
    const at = text.indexOf(end, index + 2);
    return at < 0 ? text.length : at + end.length;
  }
  const isPattern = quote === '/' && /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|\btypeof)\s*$/.test(text.slice(Math.max(0, index - 40), index));
  if (quote !== '"' && quote !== "'" && !isPattern) {
    return index;
  }
  let inClass = false;
  for (let at = index + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (isPattern && text[at] === '[') inClass = true;
    else if (isPattern && text[at] === ']') inClass = false;
    else if (text[at] === quote && !inClass) return at + 1;
  }
  return text.length;
}

/** The index behind a template that starts at `index`, with the expressions in it. */
function behindTemplate(text, index) {
  for (let at = index + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return at + 1;
    else if (text[at] === '$' && text[at + 1] === '{') at = behindBrackets(text, at + 1) - 1;
  }
  return text.length;
}

/** The index behind the bracket that closes the one at `index`; the text's length when there is none. */
function behindBrackets(text, index) {
  const expected = [];
  for (let at = index; at < text.length;) {
    const character = text[at];
    const next = character === '`' ? behindTemplate(text, at) : behindQuoted(text, at);
    if (next > at) {
      at = next;
      continue;
    }
    if (CLOSING[character] !== undefined) expected.push(CLOSING[character]);
    else if (character === expected.at(-1)) expected.pop();
    at += 1;
    if (expected.length === 0) return at;
  }
  return text.length;
}

/** Later lines of a call are shown without the indentation of its first. */
function withoutIndentation(call, column) {
  const [first, ...rest] = call.split('\n');
  return [first, ...rest.map((line) => `  ${line.slice(Math.min(column, /^[ \t]*/.exec(line)[0].length))}`)].join('\n');
}

function callAt(source, { line, column }) {
  const lines = source.split('\n');
  const before = /(?:[\w$]+\s*\??\.\s*)*$/.exec((lines[line] ?? '').slice(0, column))[0];
  const start = column - before.length;
  const rest = [lines[line].slice(start), ...lines.slice(line + 1)].join('\n');
  const head = /^[\w$.?\s]+?\(/.exec(rest)?.[0];
  if (head === undefined) {
    return undefined;
  }
  const end = behindBrackets(rest, head.length - 1);
  return rest[end - 1] === ')' ? withoutIndentation(rest.slice(0, end), start) : undefined;
}

/** Node's message for a failed `assert(value)`; nothing where the source isn't at hand. */
export function falsyExpression(stackStartFn) {
  try {
    const site = callSite(stackStartFn);
    const path = site.file.startsWith('file:') ? builtin('url').fileURLToPath(site.file) : site.file;
    const call = callAt(builtin('fs').readFileSync(path, 'utf8'), site);
    return call && `The expression evaluated to a falsy value:\n\n  ${call}\n`;
  } catch {
    // A text compiled by hand, or a file that scripts may not read.
    return undefined;
  }
}
