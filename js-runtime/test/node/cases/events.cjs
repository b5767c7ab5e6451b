const { recorder } = require('./show.cjs');

module.exports = (load) => {
  const EventEmitter = load('events');
  const { AsyncLocalStorage, AsyncResource } = load('async_hooks');
  const { StringDecoder } = load('string_decoder');
  const record = recorder();
  record('order', () => {
    const seen = [];
    const emitter = new EventEmitter();
    emitter.on('x', (value) => seen.push(`on ${value}`)).prependListener('x', () => seen.push('first')).once('x', () => seen.push('once'));
    return [emitter.emit('x', 1), emitter.emit('x', 2), emitter.emit('none'), seen, emitter.listenerCount('x'), emitter.eventNames(), emitter.getMaxListeners()];
  });
  record('error without listener', () => new EventEmitter().emit('error', new RangeError('e')));
  record('error that is none', () => new EventEmitter().emit('error', { a: 1 }));
  record('wrong listener', () => new EventEmitter().on('x', 5));
  record('inherit with call', () => {
    function Old() {
      EventEmitter.call(this);
    }
    load('util').inherits(Old, EventEmitter);
    return [new Old().emit('x'), new Old() instanceof EventEmitter, EventEmitter.EventEmitter === EventEmitter, EventEmitter.name];
  });
  record('newListener', () => {
    const seen = [];
    const emitter = new EventEmitter();
    emitter.on('newListener', (name) => seen.push(name));
    emitter.on('removeListener', (name) => seen.push(`-${name}`));
    const listener = () => {};
    emitter.on('a', listener);
    emitter.off('a', listener);
    return seen;
  });
  record('once promise', () => {
    const emitter = new EventEmitter();
    setTimeout(() => emitter.emit('done', 1, 2), 1);
    return EventEmitter.once(emitter, 'done');
  });
  record('once rejects', () => {
    const emitter = new EventEmitter();
    setTimeout(() => emitter.emit('error', new Error('x')), 1);
    return EventEmitter.once(emitter, 'done');
  });
  record('once aborted', () => {
    const controller = new AbortController();
    const waiting = EventEmitter.once(new EventEmitter(), 'done', { signal: controller.signal });
    controller.abort();
    return waiting;
  });
  record('on iterates', async () => {
    const emitter = new EventEmitter();
    setTimeout(() => {
      emitter.emit('n', 1);
      emitter.emit('n', 2);
      emitter.emit('end');
    }, 1);
    const seen = [];
    for await (const [value] of EventEmitter.on(emitter, 'n', { close: ['end'] })) {
      seen.push(value);
    }
    return seen;
  });
  record('event target', () => {
    const target = new EventTarget();
    setTimeout(() => target.dispatchEvent(new Event('go')), 1);
    return EventEmitter.once(target, 'go').then(([event]) => event.type);
  });
  record('captures rejections', () => new Promise((resolve) => {
    const emitter = new EventEmitter({ captureRejections: true });
    emitter.on('x', async () => {
      throw new Error('inside');
    });
    emitter.on('error', resolve);
    emitter.emit('x');
  }));
  record('monitor', () => {
    const seen = [];
    const emitter = new EventEmitter();
    emitter.on(EventEmitter.errorMonitor, (error) => seen.push(error.message));
    emitter.on('error', () => seen.push('handled'));
    emitter.emit('error', new Error('m'));
    return seen;
  });
  record('storage', async () => {
    const storage = new AsyncLocalStorage();
    const seen = [];
    await storage.run({ id: 1 }, async () => {
      seen.push(storage.getStore().id);
      await null;
      seen.push(storage.getStore().id);
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(storage.getStore().id);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(storage.getStore().id);
      await new Promise((resolve) => process.nextTick(resolve));
      seen.push(storage.getStore().id, storage.exit(() => storage.getStore()));
      await new Promise((resolve) => queueMicrotask(() => {
        seen.push(storage.getStore()?.id);
        resolve();
      }));
    });
    seen.push(storage.getStore());
    const snapshot = storage.run({ id: 2 }, () => AsyncLocalStorage.snapshot());
    seen.push(snapshot(() => storage.getStore().id));
    const bound = storage.run({ id: 3 }, () => AsyncResource.bind(() => storage.getStore().id));
    seen.push(bound());
    return seen;
  });
  record('task order', () => new Promise((resolve) => {
    const seen = [];
    setTimeout(() => seen.push('timeout'), 0);
    setImmediate(() => setTimeout(() => resolve(seen), 5));
    process.nextTick(() => seen.push('tick 1'));
    Promise.resolve().then(() => {
      seen.push('promise 1');
      process.nextTick(() => seen.push('tick 2'));
    }).then(() => seen.push('promise 2'));
    queueMicrotask(() => seen.push('microtask'));
    seen.push('sync');
  }));
  record('timers', async () => {
    const seen = [];
    const timer = setTimeout((a, b) => seen.push(a + b), 1, 1, 2);
    const stopped = setTimeout(() => seen.push('never'), 1);
    clearTimeout(stopped);
    const interval = setInterval(() => {
      seen.push('i');
      if (seen.length > 3) {
        clearInterval(interval);
      }
    }, 1);
    clearTimeout(Number(setTimeout(() => seen.push('by number'), 1)));
    clearImmediate(setImmediate(() => seen.push('no immediate')));
    clearTimeout(undefined);
    seen.push(timer.hasRef(), timer.unref().hasRef(), timer.ref().hasRef(), typeof timer[Symbol.toPrimitive]());
    await load('timers/promises').setTimeout(30);
    const { setTimeout: wait, setImmediate: soon, setInterval: every } = load('timers/promises');
    seen.push(await wait(1, 'value'), await soon('s'), await load('util').promisify(setTimeout)(1, 'p'));
    for await (const value of every(1, 'tick')) {
      seen.push(value);
      break;
    }
    return [seen.filter((item) => item === 'i').length > 0, seen.filter((item) => item !== 'i')];
  });
  record('timer without callback', () => setTimeout('x'));
  record('aborted timer', () => load('timers/promises').setTimeout(1000, null, { signal: AbortSignal.abort() }));
  for (const encoding of ['utf8', 'utf16le', 'base64', 'hex', 'latin1', undefined]) {
    record(`decoder ${encoding}`, () => {
      const bytes = Buffer.from([0x61, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xc3, 0x28, 0xe2, 0x28, 0xf0, 0x9f, 0x3d, 0xd8, 0x00, 0xde, 0xe2, 0x82]);
      const outcomes = [];
      // Node splits a surrogate pair that comes byte by byte; ours keeps it together.
      for (const size of encoding === 'utf16le' ? [2, 3, 5] : [1, 2, 3, 5]) {
        const decoder = new StringDecoder(encoding);
        const parts = [];
        for (let start = 0; start < bytes.length; start += size) {
          parts.push(decoder.write(bytes.subarray(start, start + size)));
        }
        outcomes.push([...parts, decoder.end()]);
      }
      return outcomes;
    });
  }
  record('decoder unknown', () => new StringDecoder('nope'));
  return record.results();
};
