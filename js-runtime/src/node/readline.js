/** `readline`: lines of a stream, with questions and `for await`. Terminal editing is not provided. */
import { builtin } from './registry.js';
import { EventEmitter } from './events.js';
import { validateFunction } from './errors.js';

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

export class Interface extends EventEmitter {
  #decoder;
  #rest = '';
  #question;
  #ended = false;

  constructor(input, output, completer, terminal) {
    super();
    const options = input?.input === undefined && typeof input?.on === 'function' ? { input, output, completer, terminal } : input;
    this.input = options.input;
    this.output = options.output;
    this.terminal = false;
    this.line = '';
    this.cursor = 0;
    this.closed = false;
    this.historySize = options.historySize ?? 30;
    this.promptText = options.prompt ?? '> ';
    this.#decoder = new (builtin('string_decoder').StringDecoder)('utf8');
    this.onData = (chunk) => this.#take(this.#decoder.write(chunk));
    this.onEnd = () => this.#finish();
    this.input.on('data', this.onData);
    this.input.on('end', this.onEnd);
    this.onError = (error) => this.emit('error', error);
    this.input.on('error', this.onError);
    options.signal?.addEventListener('abort', () => this.close(), { once: true });
    this.input.resume?.();
  }

  #take(text) {
    const all = this.#rest + text;
    // A carriage return at the end may be half of a line end.
    const held = all.endsWith('\r') ? all.length - 1 : all.length;
    const lines = all.slice(0, held).split(LINE_END);
    this.#rest = lines.pop() + all.slice(held);
    for (const line of lines) {
      this.#emitLine(line);
    }
  }

  #emitLine(line) {
    if (this.#question !== undefined) {
      const answer = this.#question;
      this.#question = undefined;
      answer(line);
    } else {
      this.emit('line', line);
    }
  }

  #finish() {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    const rest = (this.#rest + this.#decoder.end()).replace(/\r$/, '');
    this.#rest = '';
    if (rest !== '') {
      this.#emitLine(rest);
    }
    this.close();
  }

  get [Symbol.toStringTag]() {
    return 'Interface';
  }

  getPrompt() {
    return this.promptText;
  }

  setPrompt(text) {
    this.promptText = String(text);
  }

  prompt() {
    this.output?.write(this.promptText);
  }

  question(query, options, callback) {
    const done = typeof options === 'function' ? options : callback;
    validateFunction(done, 'cb');
    this.output?.write(query);
    this.#question = done;
  }

  write(text) {
    this.output?.write(text);
  }

  pause() {
    this.input.pause?.();
    this.emit('pause');
    return this;
  }

  resume() {
    this.input.resume?.();
    this.emit('resume');
    return this;
  }

  close() {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.input.removeListener('data', this.onData);
    this.input.removeListener('end', this.onEnd);
    this.input.pause?.();
    this.emit('close');
  }

  async* [Symbol.asyncIterator]() {
    const lines = [];
    let wake;
    let failure;
    const signal = () => wake?.();
    this.on('line', (line) => {
      lines.push(line);
      signal();
    });
    this.on('close', signal);
    this.on('error', (error) => {
      failure = error;
      signal();
    });
    for (;;) {
      if (lines.length > 0) {
        yield lines.shift();
      } else if (failure !== undefined) {
        throw failure;
      } else if (this.closed) {
        return;
      } else {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    }
  }
}

class PromiseInterface extends Interface {
  question(query) {
    return new Promise((resolve) => super.question(query, resolve));
  }
}

const accept = (result) => (...args) => {
  args.find((argument) => typeof argument === 'function')?.();
  return result;
};

const readline = {
  Interface,
  createInterface: (...args) => new Interface(...args),
  clearLine: accept(true),
  clearScreenDown: accept(true),
  cursorTo: accept(true),
  moveCursor: accept(true),
  emitKeypressEvents() {},
  promises: { Interface: PromiseInterface, createInterface: (...args) => new PromiseInterface(...args) },
};

export default readline;
