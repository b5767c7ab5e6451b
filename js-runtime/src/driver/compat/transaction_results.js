/** What ending a transaction resolves with before major 6: the server's reply to the commit, and in 3 also to the abort. */

import { TransactionState } from '../session/transaction.js';
import { replaceMethod } from './patch.js';

const SENT_NOTHING = new Set([TransactionState.STARTING_TRANSACTION, TransactionState.TRANSACTION_COMMITTED_EMPTY]);

/** The reply carries nothing but times that the session has taken over. */
function replyOf(session, major) {
  const reply = { ok: 1 };
  if (session.clusterTime) reply.$clusterTime = session.clusterTime;
  if (session.operationTime) reply.operationTime = session.operationTime;
  return major === 3 ? { result: reply } : reply;
}

/** Majors 3 to 5. */
export function returnReplies({ ClientSession, MongoClient }, major) {
  const nothing = major === 3 ? null : undefined;
  replaceMethod(ClientSession, 'commitTransaction', (commit) => async function (...args) {
    const isEmpty = SENT_NOTHING.has(this.transaction.state);
    await commit.apply(this, args);
    return isEmpty ? nothing : replyOf(this, major);
  });
  if (major === 3) {
    replaceMethod(ClientSession, 'abortTransaction', (abort) => async function (...args) {
      const isEmpty = SENT_NOTHING.has(this.transaction.state);
      await abort.apply(this, args);
      return isEmpty ? nothing : replyOf(this, major);
    });
  }
  replaceMethod(ClientSession, 'withTransaction', (withTransaction) => async function (...args) {
    await withTransaction.apply(this, args);
    return this.transaction.state === TransactionState.TRANSACTION_COMMITTED ? replyOf(this, major) : undefined;
  });
  replaceMethod(MongoClient, 'withSession', (withSession) => async function (...args) {
    await withSession.apply(this, args);
  });
}
