/** Results of writes as majors 3 to 5 have them; in 3: `result` with the server's fields, and `ops` with the documents. */

import { replaceMethod } from './patch.js';

function insertResult(counts, documents) {
  return { result: { ok: 1, n: counts.insertedCount }, ops: documents, ...counts };
}

/** The server's reply to an update, as far as its result tells. */
export function updateReply({ acknowledged, matchedCount, modifiedCount, upsertedCount, upsertedId }) {
  if (acknowledged === false) return { ok: 1 };
  const reply = { n: matchedCount + upsertedCount, nModified: modifiedCount, ok: 1 };
  if (upsertedCount > 0) reply.upserted = [{ index: 0, _id: upsertedId }];
  return reply;
}

function updateResult(modern) {
  const result = updateReply(modern);
  return {
    result,
    modifiedCount: modern.modifiedCount,
    upsertedId: result.upserted?.[0] ?? null,
    upsertedCount: modern.upsertedCount,
    matchedCount: modern.matchedCount,
  };
}

/** An explained operation resolves with the plan, which is left alone. */
const isWriteResult = (value) => value != null && typeof value === 'object' && 'acknowledged' in value;

function adaptResult(Collection, name, adapt) {
  replaceMethod(Collection, name, (method) => async function (...args) {
    const result = await method.apply(this, args);
    return isWriteResult(result) ? adapt(result, args) : result;
  });
}

/** Majors 4 and 5 count zero where nothing is known. */
export function countNothingUnacknowledged({ Collection }) {
  const counts = (names) => (result) => {
    if (!result.acknowledged) for (const name of names) result[name] ??= 0;
    return result;
  };
  for (const name of ['updateOne', 'updateMany', 'replaceOne']) adaptResult(Collection, name, counts(['modifiedCount', 'matchedCount']));
  for (const name of ['deleteOne', 'deleteMany']) adaptResult(Collection, name, counts(['deletedCount']));
}

/** Changes what the methods of `Collection` resolve with. */
export function returnServerResults({ Collection }) {
  adaptResult(Collection, 'insertOne', ({ acknowledged, insertedId }, [document]) =>
    insertResult({ insertedCount: acknowledged ? 1 : 0, insertedId }, [document]),
  );
  adaptResult(Collection, 'insertMany', ({ insertedCount, insertedIds }, [documents]) =>
    insertResult({ insertedCount, insertedIds }, documents),
  );
  for (const name of ['updateOne', 'updateMany']) adaptResult(Collection, name, updateResult);
  adaptResult(Collection, 'replaceOne', (modern, [, replacement]) => ({ ...updateResult(modern), ops: [replacement] }));
  for (const name of ['deleteOne', 'deleteMany']) {
    adaptResult(Collection, name, ({ acknowledged, deletedCount }) => ({
      result: acknowledged ? { n: deletedCount, ok: 1 } : { ok: 1 },
      deletedCount,
    }));
  }
}
