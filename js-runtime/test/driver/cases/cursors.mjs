/** Cursors: laziness, iteration, chaining, closing and what is refused when. */

const fill = async (c, count = 10) => {
  await c.insertMany(Array.from({ length: count }, (_, index) => ({ _id: index, n: index % 3 })));
};
const filled = (run, count) => async (context) => {
  await fill(context.c, count);
  return await run(context);
};
const state = (cursor) => ({
  closed: cursor.closed,
  killed: cursor.killed,
  buffered: cursor.bufferedCount(),
  id: cursor.id === undefined ? 'none' : cursor.id.isZero() ? 'zero' : 'live',
});

export const cursorCases = {
  'a cursor not iterated sends nothing': filled(({ c }) => {
    c.find({ n: 1 }).sort({ _id: 1 });
    return 'nothing';
  }),
  'next and hasNext': filled(async ({ c }) => {
    const cursor = c.find().batchSize(4);
    const seen = [];
    while (await cursor.hasNext()) seen.push((await cursor.next())._id);
    return { seen, after: await cursor.next(), again: await cursor.hasNext(), state: state(cursor) };
  }),
  'tryNext': filled(async ({ c }) => {
    const cursor = c.find().batchSize(2);
    const seen = [];
    for (let document = await cursor.tryNext(); document; document = await cursor.tryNext()) seen.push(document._id);
    return { seen, state: state(cursor) };
  }),
  'for await': filled(async ({ c }) => {
    const seen = [];
    for await (const document of c.find().batchSize(3)) seen.push(document._id);
    return seen;
  }),
  'for await with break': filled(async ({ c }) => {
    const cursor = c.find().batchSize(3);
    for await (const document of cursor) if (document._id === 4) break;
    return state(cursor);
  }),
  'for await with throw': filled(async ({ c, attempt }) => {
    const cursor = c.find().batchSize(3);
    const outcome = await attempt(async () => {
      for await (const document of cursor) if (document._id === 4) throw new Error('stop');
    });
    return { outcome, state: state(cursor) };
  }),
  'for await twice': filled(async ({ c }) => {
    const cursor = c.find().limit(3);
    const seen = [];
    for await (const document of cursor) seen.push(document._id);
    for await (const document of cursor) seen.push(document._id);
    return seen;
  }),
  'toArray twice': filled(async ({ c }) => {
    const cursor = c.find().limit(3);
    return [await cursor.toArray(), await cursor.toArray(), state(cursor)];
  }),
  'toArray after next': filled(async ({ c }) => {
    const cursor = c.find().batchSize(4);
    return [await cursor.next(), await cursor.toArray()];
  }),
  'forEach': filled(async ({ c }) => {
    const seen = [];
    const result = await c.find().forEach((document) => void seen.push(document._id));
    return { seen, result };
  }),
  'forEach stopped': filled(async ({ c }) => {
    const seen = [];
    const cursor = c.find().batchSize(2);
    await cursor.forEach((document) => {
      seen.push(document._id);
      return document._id < 3;
    });
    return { seen, state: state(cursor) };
  }),
  'forEach without function': filled(({ c }) => c.find().forEach()),
  'forEach throwing': filled(async ({ c, attempt }) => {
    const cursor = c.find().batchSize(2);
    return [
      await attempt(() =>
        cursor.forEach(() => {
          throw new TypeError('x');
        }),
      ),
      state(cursor),
    ];
  }),
  'map': filled(({ c }) => c.find().map((document) => document._id).toArray()),
  'map twice': filled(({ c }) => c.find().map((document) => document._id).map((id) => id * 2).toArray()),
  'map to promises': filled(({ c }) => c.find().limit(3).map(async (document) => document._id).toArray()),
  'map to null': filled(({ c }) => c.find().limit(3).map(() => null).toArray()),
  'map to undefined': filled(({ c }) => c.find().limit(3).map(() => undefined).toArray()),
  'map throwing': filled(async ({ c, attempt }) => {
    const cursor = c.find().batchSize(2).map((document) => document.missing.field);
    return [await attempt(() => cursor.next()), state(cursor)];
  }),
  'map with next and for await': filled(async ({ c }) => {
    const cursor = c.find().map((document) => document._id);
    const first = await cursor.next();
    const rest = [];
    for await (const id of cursor) rest.push(id);
    return { first, rest };
  }),
  'chaining': filled(({ c }) =>
    c
      .find()
      .filter({ n: { $gt: 0 } })
      .sort('_id', -1)
      .skip(1)
      .limit(4)
      .project({ n: 1 })
      .comment('chain')
      .hint({ _id: 1 })
      .maxTimeMS(500)
      .collation({ locale: 'en' })
      .returnKey(false)
      .showRecordId(false)
      .allowDiskUse()
      .batchSize(2)
      .addCursorFlag('noCursorTimeout', true)
      .toArray(),
  ),
  'chaining min and max': filled(({ c }) => c.find().hint('_id_').min({ _id: 2 }).max({ _id: 5 }).toArray()),
  'sort with a direction': filled(({ c }) => c.find().sort('_id', 'desc').limit(2).toArray()),
  'sort overrides the option': filled(({ c }) => c.find({}, { sort: { _id: 1 } }).sort({ _id: -1 }).limit(1).toArray()),
  'options win over later maxTimeMS': filled(({ c }) => c.find({}, { maxTimeMS: 100, comment: 'first' }).maxTimeMS(200).comment('second').limit(1).toArray()),
  'query modifiers': filled(({ c }) =>
    c
      .find()
      .addQueryModifier('$query', { n: 1 })
      .addQueryModifier('$orderby', { _id: -1 })
      .addQueryModifier('$comment', 'm')
      .addQueryModifier('$maxTimeMS', 99)
      .addQueryModifier('$hint', { _id: 1 })
      .toArray(),
  ),
  'query modifier without dollar': ({ c, attempt }) => attempt(() => c.find().addQueryModifier('query', {})),
  'query modifier unknown': ({ c, attempt }) => attempt(() => c.find().addQueryModifier('$nope', {})),
  'refused arguments': async ({ c, attempt }) => [
    await attempt(() => c.find().limit('5')),
    await attempt(() => c.find().skip(null)),
    await attempt(() => c.find().batchSize('x')),
    await attempt(() => c.find().maxTimeMS('x')),
    await attempt(() => c.find().maxAwaitTimeMS('x')),
    await attempt(() => c.find().sort({ a: 'x' })),
    await attempt(() => c.find().allowDiskUse()),
    await attempt(() => c.find().addCursorFlag('nope', true)),
    await attempt(() => c.find().addCursorFlag('tailable', 1)),
    await attempt(() => c.find().withReadPreference(5)),
    await attempt(() => c.find().withReadPreference('nope')),
    await attempt(() => c.find({}, { tailable: true }).sort({ a: 1 })),
    await attempt(() => c.find({}, { tailable: true }).limit(1)),
    await attempt(() => c.find({}, { tailable: true }).skip(1)),
    await attempt(() => c.find({}, { tailable: true }).batchSize(1)),
  ],
  'changes after the start': filled(async ({ c, attempt }) => {
    const cursor = c.find().batchSize(2);
    await cursor.next();
    const outcomes = [];
    for (const change of [
      () => cursor.sort({ a: 1 }),
      () => cursor.limit(1),
      () => cursor.filter({}),
      () => cursor.map((x) => x),
      () => cursor.project({}),
      () => cursor.batchSize(5),
      () => cursor.withReadConcern({ level: 'local' }),
      () => cursor.addCursorFlag('noCursorTimeout', true),
    ]) {
      outcomes.push(await attempt(change));
    }
    await cursor.close();
    return outcomes;
  }),
  'close before the start': filled(async ({ c, attempt }) => {
    const cursor = c.find();
    await cursor.close();
    return [state(cursor), await attempt(() => cursor.next()), await attempt(() => cursor.toArray()), await attempt(() => cursor.hasNext())];
  }),
  'close in the middle': filled(async ({ c, attempt }) => {
    const cursor = c.find().batchSize(3);
    await cursor.next();
    const before = state(cursor);
    await cursor.close();
    return [before, state(cursor), await attempt(() => cursor.next()), await attempt(() => cursor.hasNext()), await attempt(() => cursor.tryNext())];
  }),
  'close after the end': filled(async ({ c, attempt }) => {
    const cursor = c.find();
    await cursor.next();
    const before = state(cursor);
    await cursor.close();
    return [before, state(cursor), await attempt(() => cursor.next()), (await cursor.toArray()).length];
  }),
  'close twice': filled(async ({ c }) => {
    const cursor = c.find().batchSize(2);
    await cursor.next();
    return [await cursor.close(), await cursor.close()];
  }),
  'rewind': filled(async ({ c }) => {
    const cursor = c.find().limit(3);
    const first = await cursor.toArray();
    cursor.rewind();
    return [first, await cursor.toArray(), state(cursor)];
  }),
  'rewind in the middle': filled(async ({ c }) => {
    const cursor = c.find().sort({ _id: 1 });
    await cursor.next();
    cursor.rewind();
    return (await cursor.next())._id;
  }),
  'clone': filled(async ({ c }) => {
    const cursor = c.find({ n: 1 }).sort({ _id: -1 }).limit(2);
    const clone = cursor.clone();
    return [await cursor.toArray(), await clone.toArray()];
  }),
  'buffered documents': filled(async ({ c }) => {
    const cursor = c.find().batchSize(5);
    await cursor.hasNext();
    const counts = [cursor.bufferedCount()];
    const two = cursor.readBufferedDocuments(2);
    counts.push(cursor.bufferedCount());
    const others = cursor.readBufferedDocuments();
    counts.push(cursor.bufferedCount());
    await cursor.close();
    return { counts, two, others };
  }),
  'limit larger than the batch': filled(async ({ c }) => (await c.find().batchSize(3).limit(7).toArray()).length),
  'limit that a batch fills': filled(async ({ c }) => {
    const cursor = c.find().batchSize(3).limit(6);
    const seen = [];
    while (await cursor.hasNext()) seen.push((await cursor.next())._id);
    return { seen, state: state(cursor) };
  }),
  'cursor.count': filled(({ c }) => c.find({ n: 1 }).limit(2).count()),
  'cursor.count with options': filled(({ c }) => c.find({ n: 1 }).count({ limit: 1, maxTimeMS: 50 })),
  'cursor.count(true)': filled(({ c }) => c.find({ n: 1 }).count(true)),
  'id, namespace and readPreference': filled(async ({ c }) => {
    const cursor = c.find().batchSize(2);
    const before = { id: cursor.id, namespace: cursor.namespace.toString(), readPreference: cursor.readPreference, readConcern: cursor.readConcern };
    await cursor.next();
    const isLong = cursor.id._bsontype;
    await cursor.close();
    return { before, isLong };
  }),
  'overlapping next': filled(async ({ c }) => {
    const cursor = c.find().batchSize(5);
    const [first, second] = await Promise.all([cursor.next(), cursor.next()]);
    await cursor.close();
    return [first?._id, second?._id].length;
  }),
  'errors while iterating': async ({ c, attempt }) => {
    const cursor = c.find({ a: { $nope: 1 } });
    const outcome = await attempt(() => cursor.next());
    return [outcome, state(cursor), await attempt(() => cursor.next()), await attempt(() => cursor.toArray())];
  },
  'close event': filled(async ({ c }) => {
    const cursor = c.find();
    let closed = 0;
    cursor.on('close', () => closed++);
    await cursor.toArray();
    await cursor.close();
    return closed;
  }),
  'stream': filled(async ({ c }) => {
    const seen = [];
    for await (const document of c.find().batchSize(2).stream()) seen.push(document._id);
    return seen;
  }),
  'stream with events': filled(
    ({ c }) =>
      new Promise((resolve, reject) => {
        const seen = [];
        c.find()
          .batchSize(4)
          .stream()
          .on('data', (document) => seen.push(document._id))
          .on('end', () => resolve(seen))
          .on('error', reject);
      }),
  ),
  'stream with an error': ({ c, attempt }) =>
    attempt(async () => {
      for await (const document of c.find({ a: { $nope: 1 } }).stream()) void document;
    }),
  'listCollections': async ({ db }) => {
    await db.createCollection('b');
    await db.createCollection('a');
    const names = (await db.listCollections().toArray()).map((each) => Object.keys(each).concat(each.name)).sort();
    const byName = await db.listCollections({ name: 'a' }, { nameOnly: true }).toArray();
    const batched = await db.listCollections({}, { batchSize: 1, comment: 'l', authorizedCollections: true }).toArray();
    return { names, byName, count: batched.length };
  },
  'listCollections one at a time': async ({ db }) => {
    await db.createCollection('a');
    const cursor = db.listCollections({ name: 'a' });
    return [await cursor.hasNext(), (await cursor.next()).name, await cursor.hasNext(), await db.listCollections({ name: 'x' }).hasNext()];
  },
  'runCursorCommand': filled(async ({ db, attempt }) => {
    const cursor = db.runCursorCommand({ find: 'c', batchSize: 4, sort: { _id: 1 } });
    cursor.setBatchSize(3).setComment('later');
    const documents = await cursor.toArray();
    return [
      documents.length,
      await attempt(() => cursor.clone()),
      await attempt(() => cursor.batchSize(1)),
      await attempt(() => cursor.maxTimeMS(1)),
      await attempt(() => cursor.withReadConcern({})),
      await attempt(() => cursor.addCursorFlag('tailable', true)),
    ];
  }),
  'runCursorCommand without cursor': ({ db }) => db.runCursorCommand({ ping: 1 }).toArray(),
  'tailable cursor of a capped collection': async ({ db }) => {
    const capped = await db.createCollection('capped', { capped: true, size: 4096 });
    await capped.insertMany([{ _id: 1 }, { _id: 2 }]);
    const cursor = capped.find({}, { tailable: true });
    const seen = [(await cursor.next())._id, (await cursor.next())._id, await cursor.tryNext()];
    await cursor.close();
    return seen;
  },
};
