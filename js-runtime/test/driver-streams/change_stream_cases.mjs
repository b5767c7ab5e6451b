/** Change streams, call by call: each case is played with npm `mongodb` and with the facade, and must look the same. */

const WAIT_MS = 200;
const LIMIT_MS = 10_000;

async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    return { name: error.name, message: error.message.replace(/Expected: .*/, ''), code: error.code };
  }
}

/** Waits for something the server must still do; a limit makes a bug a failure and not a hang. */
async function until(isSo) {
  for (let waited = 0; !isSo(); waited += 10) {
    if (waited > LIMIT_MS) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function failOnce({ client }, data) {
  await client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data });
}

/** A stream whose aggregate has run. */
async function opened(context, options, pipeline) {
  const stream = context.watch(options, pipeline);
  await stream.tryNext();
  return stream;
}

/** Counts the getMores of an emitting stream, which show that it is open. */
const isPolling = ({ commands }) => () => commands.includes('getMore');

async function afterStart(context, pipeline, act) {
  const stream = context.watch({}, pipeline);
  const seen = [];
  stream.on('change', (change) => seen.push(change.documentKey._id));
  stream.on('error', (error) => seen.push({ name: error.name, code: error.code }));
  await until(isPolling(context));
  await act(seen);
  const { closed } = stream;
  await stream.close();
  return { seen, closed };
}

const insert = ({ c }, ...ids) => c.insertMany(ids.map((_id) => ({ _id })));

/** A token and a time to start from: those of the first of two inserts. */
async function startingPoint(context) {
  const stream = await opened(context);
  await insert(context, 1, 2);
  const { _id, clusterTime } = await stream.next();
  await stream.close();
  return { token: _id, clusterTime };
}

async function startFrom(context, optionsFrom) {
  const stream = context.watch(optionsFrom(await startingPoint(context)));
  const { documentKey } = await stream.next();
  await stream.close();
  return documentKey;
}

/** name -> (context) => something plain; `context` is {driver, client, db, c, commands, watch}. */
export const changeStreamCases = {
  next: async (context) => {
    const stream = await opened(context);
    await insert(context, 1, 2);
    const first = await stream.next();
    const outcome = [first.operationType, Object.keys(first).sort(), await stream.hasNext(), (await stream.next()).documentKey];
    await stream.close();
    return [outcome, stream.closed, stream.resumeToken != null];
  },
  'tryNext without a change': async (context) => {
    const stream = context.watch();
    const change = await stream.tryNext();
    const hasToken = stream.resumeToken != null;
    await stream.close();
    return [change, hasToken];
  },
  'next after close': async (context) => {
    const stream = await opened(context);
    await stream.close();
    return [await attempt(() => stream.next()), await attempt(() => stream.hasNext()), await attempt(async () => stream.stream())];
  },
  'close during next': async (context) => {
    const stream = await opened(context);
    const waiting = attempt(() => stream.next());
    await stream.close();
    return await waiting;
  },
  'emitter after iterator': async (context) => {
    const stream = await opened(context);
    const refused = await attempt(async () => stream.on('change', () => {}));
    await stream.close();
    return refused;
  },
  'iterator after emitter': async (context) => {
    const stream = context.watch();
    stream.on('change', () => {}).on('error', () => {});
    const refused = await attempt(() => stream.next());
    await stream.close();
    return refused;
  },
  'change events': (context) =>
    afterStart(context, [], async (seen) => {
      await insert(context, 1, 2);
      await until(() => seen.length === 2);
    }),
  'for await with break': async (context) => {
    const stream = await opened(context);
    await insert(context, 1, 2);
    const seen = [];
    for await (const change of stream) if (seen.push(change.documentKey._id) === 2) break;
    return [seen, stream.closed];
  },
  fullDocument: async (context) => {
    await insert(context, 0);
    const stream = await opened(context, { fullDocument: 'updateLookup' });
    await context.c.updateOne({ _id: 0 }, { $set: { x: 1 } });
    const { fullDocument, updateDescription } = await stream.next();
    await stream.close();
    return { fullDocument, updateDescription };
  },
  resumeAfter: (context) => startFrom(context, ({ token }) => ({ resumeAfter: token })),
  startAfter: (context) => startFrom(context, ({ token }) => ({ startAfter: token })),
  startAtOperationTime: (context) => startFrom(context, ({ clusterTime }) => ({ startAtOperationTime: clusterTime })),
  pipeline: async (context) => {
    const stream = await opened(context, {}, [{ $match: { operationType: 'delete' } }]);
    await insert(context, 1);
    await context.c.deleteOne({ _id: 1 });
    const { operationType } = await stream.next();
    await stream.close();
    return operationType;
  },
  'a pipeline that drops the token': async (context) => {
    const stream = await opened(context, {}, [{ $project: { _id: 0 } }]);
    await insert(context, 1);
    return [await attempt(() => stream.next()), stream.closed];
  },
  'options and stages that the server refuses': async (context) => [
    await attempt(() => context.watch({ nonsense: 1 }).next()),
    await attempt(() => context.watch({}, [{ $out: 'x' }]).next()),
  ],
  'watch on the database': async (context) => {
    const stream = context.db.watch([], { maxAwaitTimeMS: WAIT_MS });
    await stream.tryNext();
    await insert(context, 1);
    const { ns } = await stream.next();
    await stream.close();
    return ns.coll;
  },
  'watch on the client': async (context) => {
    const stream = context.client.watch([], { maxAwaitTimeMS: WAIT_MS });
    await stream.tryNext();
    await insert(context, 1);
    let change;
    do change = await stream.next();
    while (change.ns.db !== context.db.databaseName);
    await stream.close();
    return change.ns.coll;
  },
  'resuming an iterator': async (context) => {
    const stream = await opened(context);
    await failOnce(context, { failCommands: ['getMore'], closeConnection: true });
    await insert(context, 1);
    const { documentKey } = await stream.next();
    await stream.close();
    return documentKey;
  },
  'resuming an emitter': (context) =>
    afterStart(context, [], async (seen) => {
      await failOnce(context, { failCommands: ['getMore'], errorCode: 43 });
      const { length } = context.commands;
      await until(() => context.commands.slice(length).includes('aggregate'));
      await insert(context, 1);
      await until(() => seen.length === 1);
    }),
  'an error that does not resume': async (context) => {
    const stream = await opened(context);
    await failOnce(context, { failCommands: ['getMore'], errorCode: 11601 });
    return [await attempt(() => stream.next()), stream.closed];
  },
  'an error that does not resume, emitted': (context) =>
    afterStart(context, [], async (seen) => {
      await failOnce(context, { failCommands: ['getMore'], errorCode: 11601 });
      await until(() => seen.length === 1);
    }),
  invalidate: async (context) => {
    const stream = await opened(context);
    await context.c.drop();
    const types = [(await stream.next()).operationType, (await stream.next()).operationType];
    return [types, await attempt(() => stream.next()), stream.closed];
  },
};

/** @returns {Promise<object>} outcome and commands of one case on a fresh collection */
export async function runChangeStreamCase(name, driver, client, databaseName) {
  const db = client.db(databaseName);
  await db.dropDatabase();
  const c = await db.createCollection('c');
  const commands = [];
  const note = ({ commandName }) => commands.push(commandName);
  client.on('commandStarted', note);
  const watch = (options, pipeline = []) => c.watch(pipeline, { maxAwaitTimeMS: WAIT_MS, ...options });
  const outcome = await attempt(() => changeStreamCases[name]({ driver, client, db, c, commands, watch }));
  client.removeListener('commandStarted', note);
  // How many times it polled depends on time; what it sent besides doesn't.
  return { outcome, commands: commands.filter((each) => each === 'aggregate') };
}
