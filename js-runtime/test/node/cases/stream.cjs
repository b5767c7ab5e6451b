const { recorder } = require('./show.cjs');

module.exports = (load) => {
  const stream = load('stream');
  const { pipeline, finished } = load('stream/promises');
  const { Readable, Writable, Transform, PassThrough, Duplex } = stream;
  const record = recorder();
  const collect = async (source) => {
    const chunks = [];
    for await (const chunk of source) {
      chunks.push(Buffer.isBuffer(chunk) ? chunk.toString() : chunk);
    }
    return chunks;
  };
  record('from', () => collect(Readable.from(['a', { b: 1 }, 3])));
  record('pipeline', async () => {
    const seen = [];
    const upper = new Transform({ transform: (chunk, _encoding, callback) => callback(null, chunk.toString().toUpperCase()) });
    const sink = new Writable({
      write(chunk, _encoding, callback) {
        seen.push(chunk.toString());
        callback();
      },
    });
    await pipeline(Readable.from(['a', 'b']), upper, sink);
    return [seen, sink.writableFinished, sink.destroyed];
  });
  record('pipeline error', () => pipeline(Readable.from(['a']), new Transform({ transform: (_chunk, _encoding, callback) => callback(new Error('broken')) }), new PassThrough()));
  record('pipeline generators', () => new Promise((resolve, reject) => {
    const seen = [];
    stream.pipeline(['x', 'y'], async function* double(source) {
      for await (const item of source) {
        yield item + item;
      }
    }, async (source) => {
      for await (const item of source) {
        seen.push(String(item));
      }
    }, (error) => (error ? reject(error) : resolve(seen)));
  }));
  record('finished', async () => {
    const through = new PassThrough();
    through.end('x');
    through.resume();
    await finished(through);
    return through.readableEnded;
  });
  record('object mode', () => collect(new Readable({
    objectMode: true,
    read() {
      this.count = (this.count ?? 0) + 1;
      this.push(this.count > 3 ? null : { n: this.count });
    },
  })));
  record('helpers', async () => [await Readable.from([1, 2, 3]).map((n) => n * 2).filter((n) => n > 2).toArray(), await Readable.from([1, 2]).reduce((a, b) => a + b, 0)]);
  record('classes', () => [stream === stream.Stream, typeof stream.pipeline, new Duplex() instanceof Readable, new PassThrough() instanceof stream, Readable.name, typeof stream.promises.pipeline, stream.getDefaultHighWaterMark?.(false)]);
  record('encoding', () => new Promise((resolve) => {
    const seen = [];
    const source = new Readable({ read() {} });
    source.setEncoding('utf8');
    source.on('data', (text) => seen.push(text));
    source.on('end', () => resolve(seen));
    source.push(Buffer.from([0xe2, 0x82]));
    source.push(Buffer.from([0xac]));
    source.push(null);
  }));
  record('write after end', () => new Promise((resolve) => {
    const sink = new Writable({ write: (_chunk, _encoding, callback) => callback() });
    sink.on('error', resolve);
    sink.end();
    sink.write('x');
  }));
  record('readline', async () => {
    const lines = [];
    for await (const line of load('readline').createInterface({ input: Readable.from(['one\ntw', 'o\r\nthr', 'ee\r', '\nlast']), crlfDelay: Infinity })) {
      lines.push(line);
    }
    return lines;
  });
  record('readline events', () => new Promise((resolve) => {
    const lines = [];
    const reader = load('readline').createInterface({ input: Readable.from(['a\nb\n']) });
    reader.on('line', (line) => lines.push(line)).on('close', () => resolve(lines));
  }));
  record('consumers', async () => [await load('stream/consumers').text(Readable.from(['a', 'b'])), await load('stream/consumers').json(Readable.from(['{"a":', '1}']))]);
  record('web', async () => {
    const reader = new ReadableStream({
      start(controller) {
        controller.enqueue('x');
        controller.close();
      },
    }).getReader();
    return [await reader.read(), await reader.read()];
  });
  return record.results();
};
