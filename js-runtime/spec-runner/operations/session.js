/** Operations of a session entity, and assertions about sessions. */

import { Mismatch } from '../outcomes.js';
import { Kind } from '../entities.js';

export const sessionOperations = {
  abortTransaction: session => session.abortTransaction(),
  commitTransaction: session => session.commitTransaction(),
  endSession: session => session.endSession(),
  getSnapshotTime: session => session.snapshotTime,
  startTransaction: (session, options) => session.startTransaction(options),
  withTransaction: async (session, { callback, ...options }, context) => {
    await session.withTransaction(async () => {
      for (const operation of callback) await context.playInCallback(operation);
    }, options);
  }
};

const TRANSACTION_STATES = {
  none: 'NO_TRANSACTION',
  starting: 'STARTING_TRANSACTION',
  in_progress: 'TRANSACTION_IN_PROGRESS',
  committed: 'TRANSACTION_COMMITTED',
  aborted: 'TRANSACTION_ABORTED'
};

function requireThat(condition, message) {
  if (!condition) throw new Mismatch(message);
}

/** `isDirty` is no public fact: a driver that doesn't show it is judged by the lsids it sends afterwards. */
function assertDirty(session, expected) {
  const isDirty = session.serverSession?.isDirty;
  requireThat(isDirty === undefined || isDirty === expected, `the session must ${expected ? '' : 'not '}be dirty`);
}

async function lastTwoLsids(clientId, context) {
  const { events } = context.entities.entry(clientId);
  await events.settle(() => events.commandsStarted().length >= 2);
  const started = events.commandsStarted().slice(-2);
  requireThat(started.length === 2 && started.every(event => event.command.lsid), 'the last two commands must have an lsid');
  return started.map(event => event.command.lsid);
}

function lsidsAreEqual(lsids, context) {
  try {
    context.matcher.match(lsids[0], lsids[1], 'lsid');
    return true;
  } catch (error) {
    if (error instanceof Mismatch) return false;
    throw error;
  }
}

/** Assertions of the `testRunner` object that are about sessions. */
export const sessionAssertions = {
  assertDifferentLsidOnLastTwoCommands: async ({ client }, context) => {
    requireThat(!lsidsAreEqual(await lastTwoLsids(client, context), context), 'the last two commands must have different lsids');
  },
  assertSameLsidOnLastTwoCommands: async ({ client }, context) => {
    requireThat(lsidsAreEqual(await lastTwoLsids(client, context), context), 'the last two commands must have the same lsid');
  },
  assertSessionDirty: ({ session }) => assertDirty(session, true),
  assertSessionNotDirty: ({ session }) => assertDirty(session, false),
  assertSessionPinned: ({ session }) => requireThat(session.isPinned === true, 'the session must be pinned'),
  assertSessionTransactionState: ({ session, state }) => {
    const actual = session.transaction.state;
    requireThat(actual === TRANSACTION_STATES[state], `the transaction must be \`${state}\`, is \`${actual}\``);
  },
  assertSessionUnpinned: ({ session }) => requireThat(session.isPinned !== true, 'the session must not be pinned'),
  assertNumberConnectionsCheckedOut: async ({ client, connections }, context) => {
    const { events } = context.entities.entry(client);
    if (!events.countsConnections) return;
    await events.settle(() => events.checkedOut === connections);
    requireThat(events.checkedOut === connections, `${connections} connections must be checked out, not ${events.checkedOut}`);
  }
};

/** Replaces the name of a session by the session in an operation's arguments. */
export function withSession(args, entities) {
  if (typeof args.session !== 'string') return args;
  const entry = entities.entry(args.session);
  if (entry.kind !== Kind.SESSION) throw new Mismatch(`\`${args.session}\` isn't a session`);
  return { ...args, session: entry.value };
}
