/** `process.stdout`, `stderr` and `stdin`: writes go through the host's sink at once, so nothing is lost when the run ends. */
import { builtin, native } from './registry.js';

function makeOutput(fd) {
  const { Writable } = builtin('stream');
  const { StringDecoder } = builtin('string_decoder');
  const decoder = new StringDecoder('utf8');
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, encoding, callback) {
      const text = typeof chunk === 'string' && (encoding === 'utf8' || encoding === 'utf-8') ? chunk : decoder.write(typeof chunk === 'string' ? builtin('buffer').Buffer.from(chunk, encoding) : chunk);
      if (text !== '') {
        native.host.write(fd, text);
      }
      callback();
    },
    // Ending stdout must not end it for everybody else.
    destroy(_error, callback) {
      callback(null);
    },
  });
  Object.assign(stream, { fd, _type: 'pipe', _isStdio: true, writeSync: (text) => native.host.write(fd, text) });
  const terminal = native.host.terminal?.(fd);
  if (terminal !== undefined) {
    Object.assign(stream, { isTTY: true, columns: terminal.columns, rows: terminal.rows, getWindowSize: () => [terminal.columns, terminal.rows] });
  }
  Object.assign(stream, { hasColors: () => false, getColorDepth: () => 1, clearLine: () => true, cursorTo: () => true, moveCursor: () => true });
  return stream;
}

/** How much is asked for at once. */
const CHUNK = 65536;
const STANDARD_INPUT = 0;

/** What was piped in; at its end, or when there is nothing, the stream ends. A script that has paused it may end without it. */
function makeInput() {
  const { Readable } = builtin('stream');
  const { core, ops } = native;
  let reading;
  const stream = new Readable({
    read() {
      reading = ops.op_node_fs_read(STANDARD_INPUT, CHUNK, -1);
      reading.then(
        (bytes) => stream.push(bytes.length === 0 ? null : builtin('buffer').Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
        (error) => (error.code === 'EISDIR' || error.code === 'EAGAIN' ? stream.push(null) : stream.destroy(error)),
      );
    },
  });
  stream.on('pause', () => reading && core.unrefOpPromise?.(reading));
  stream.on('resume', () => reading && core.refOpPromise?.(reading));
  const self = () => stream;
  return Object.assign(stream, { fd: STANDARD_INPUT, setRawMode: self, ref: self, unref: self });
}

export const stdout = makeOutput(1);
export const stderr = makeOutput(2);
export const stdin = makeInput();
