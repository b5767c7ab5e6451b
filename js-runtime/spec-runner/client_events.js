/**
 * Records the events of one client entity and compares them with `expectEvents`. It hides what the format says must be hidden.
 */

import { withoutKnownAdditions } from './deviations.js';
import { MALFORMED, Mismatch, Skip } from './outcomes.js';

/** File name of an event -> [event type, name on the Node driver's MongoClient]. */
const EVENTS = {
  commandStartedEvent: ['command', 'commandStarted'],
  commandSucceededEvent: ['command', 'commandSucceeded'],
  commandFailedEvent: ['command', 'commandFailed'],
  poolCreatedEvent: ['cmap', 'connectionPoolCreated'],
  poolReadyEvent: ['cmap', 'connectionPoolReady'],
  poolClearedEvent: ['cmap', 'connectionPoolCleared'],
  poolClosedEvent: ['cmap', 'connectionPoolClosed'],
  connectionCreatedEvent: ['cmap', 'connectionCreated'],
  connectionReadyEvent: ['cmap', 'connectionReady'],
  connectionClosedEvent: ['cmap', 'connectionClosed'],
  connectionCheckOutStartedEvent: ['cmap', 'connectionCheckOutStarted'],
  connectionCheckOutFailedEvent: ['cmap', 'connectionCheckOutFailed'],
  connectionCheckedOutEvent: ['cmap', 'connectionCheckedOut'],
  connectionCheckedInEvent: ['cmap', 'connectionCheckedIn'],
  serverDescriptionChangedEvent: ['sdam', 'serverDescriptionChanged'],
  topologyDescriptionChangedEvent: ['sdam', 'topologyDescriptionChanged'],
  serverHeartbeatStartedEvent: ['sdam', 'serverHeartbeatStarted'],
  serverHeartbeatSucceededEvent: ['sdam', 'serverHeartbeatSucceeded'],
  serverHeartbeatFailedEvent: ['sdam', 'serverHeartbeatFailed'],
  topologyOpeningEvent: ['sdam', 'topologyOpening'],
  topologyClosedEvent: ['sdam', 'topologyClosed'],
  serverOpeningEvent: ['sdam', 'serverOpening'],
  serverClosedEvent: ['sdam', 'serverClosed']
};

const SENSITIVE_COMMANDS = new Set([
  'authenticate', 'saslstart', 'saslcontinue', 'getnonce', 'createuser', 'updateuser', 'copydbgetnonce', 'copydbsaslstart',
  'copydb'
]);

const HELLO_COMMANDS = new Set(['hello', 'ismaster']);

/** A hello is sensitive when it authenticates; drivers then show an empty command and reply. */
function isSensitive({ commandName, command, reply }) {
  const name = commandName.toLowerCase();
  if (!HELLO_COMMANDS.has(name)) return SENSITIVE_COMMANDS.has(name);
  const shown = command ?? reply;
  return shown !== undefined && (Object.keys(shown).length === 0 || shown.speculativeAuthenticate !== undefined);
}

/** The Node driver goes on changing the read concern of a command it has shown. */
function snapshot({ commandName, databaseName, command, reply, failure, serviceId, serverConnectionId }) {
  const shown = command?.readConcern ? { ...command, readConcern: { ...command.readConcern } } : command;
  return { commandName, databaseName, command: shown, reply, failure, serviceId, serverConnectionId };
}

/** Fields that are compared by presence, not by value. */
const PRESENCE_FIELDS = { hasServiceId: 'serviceId', hasServerConnectionId: 'serverConnectionId' };

const SETTLE_LIMIT_MS = 2000;
const SETTLE_STEP_MS = 10;

export class ClientEvents {
  /**
   * @param {object} options the client entity of the file
   * @param {{sleep: (milliseconds: number) => Promise<void>}} environment
   */
  constructor(options, environment) {
    this.environment = environment;
    this.observed = new Set(options.observeEvents ?? []);
    for (const { events } of options.storeEventsAsEntities ?? []) {
      for (const name of events) this.observed.add(name.charAt(0).toLowerCase() + name.slice(1));
    }
    this.ignoredCommands = new Set((options.ignoreCommandMonitoringEvents ?? []).map(name => name.toLowerCase()));
    this.ignoredCommands.add('configurefailpoint');
    this.observeSensitive = options.observeSensitiveCommands === true;
    this.records = [];
    this.checkedOut = 0;
    this.countsConnections = false;
    this.detachments = [];
  }

  attach(client) {
    for (const name of this.observed) {
      if (!EVENTS[name]) throw new Mismatch(`unknown event \`${name}\``, MALFORMED);
      this.#listen(client, EVENTS[name][1], event => this.#record(name, event));
    }
    this.#listen(client, 'connectionCheckedOut', () => {
      this.checkedOut += 1;
      this.countsConnections = true;
    });
    this.#listen(client, 'connectionCheckedIn', () => (this.checkedOut -= 1));
  }

  #listen(client, eventName, listener) {
    client.on(eventName, listener);
    this.detachments.push(() => client.removeListener(eventName, listener));
  }

  detach() {
    for (const detach of this.detachments.splice(0)) detach();
  }

  #record(name, event) {
    const category = EVENTS[name][0];
    if (category === 'command') {
      if (this.ignoredCommands.has(event.commandName.toLowerCase())) return;
      if (!this.observeSensitive && isSensitive(event)) return;
    }
    this.records.push({ name, category, event: category === 'command' ? snapshot(event) : event });
  }

  ofCategory(category) {
    return this.records.filter(record => record.category === category);
  }

  /** A driver that never reports a kind of event can't be judged by it. */
  requireObservable(category) {
    if (this.environment.unobserved.has(category)) throw new Skip(`${category} events aren't reported`);
  }

  commandsStarted() {
    return this.records.filter(record => record.name === 'commandStartedEvent').map(record => record.event);
  }

  /** Events may reach JavaScript after the operation that caused them: wait until `isComplete`, within a limit. */
  async settle(isComplete) {
    for (let waited = 0; waited < SETTLE_LIMIT_MS && !isComplete(); waited += SETTLE_STEP_MS) {
      await this.environment.sleep(SETTLE_STEP_MS);
    }
    await this.environment.flushEvents();
  }

  countMatching(matcher, expected) {
    const [name] = Object.keys(expected);
    if (EVENTS[name]) this.requireObservable(EVENTS[name][0]);
    return this.records.filter(record => {
      try {
        matchEvent(matcher, record, expected, 'event');
        return true;
      } catch (error) {
        if (error instanceof Mismatch && error.kind !== MALFORMED) return false;
        throw error;
      }
    }).length;
  }
}

function matchFields(matcher, event, expected, path) {
  for (const [field, value] of Object.entries(expected)) {
    if (PRESENCE_FIELDS[field]) {
      const isPresent = event[PRESENCE_FIELDS[field]] != null;
      if (isPresent !== value) throw new Mismatch(`${path}.${PRESENCE_FIELDS[field]} must ${value ? '' : 'not '}be there`);
    } else if (field.endsWith('Description')) {
      matcher.matchRoot(describe(event[field]), value, `${path}.${field}`);
    } else if (field === 'command') {
      matcher.matchRoot(withoutKnownAdditions(event.command, value), value, `${path}.command`);
    } else {
      matcher.matchRoot(event[field], value, `${path}.${field}`);
    }
  }
}

/** Descriptions keep their servers in a Map of objects with getters; the files look at `type` and friends. */
function describe(description) {
  return { type: description?.type, error: description?.error, servers: description?.servers };
}

function matchEvent(matcher, record, expected, path) {
  const [name] = Object.keys(expected);
  if (!EVENTS[name]) throw new Mismatch(`${path}: unknown event \`${name}\``, MALFORMED);
  if (record.name !== name) throw new Mismatch(`${path}: expected \`${name}\`, got ${labelOf(record)}`);
  matchFields(matcher, record.event, expected[name], `${path}.${name}`);
}

const labelOf = record => record.event.commandName ? `${record.name}(${record.event.commandName})` : record.name;

/**
 * @param {import('./match.js').Matcher} matcher
 * @param {ClientEvents} clientEvents
 * @param {object} expectation one entry of `expectEvents`
 */
export async function matchExpectedEvents(matcher, clientEvents, expectation) {
  const category = expectation.eventType ?? 'command';
  clientEvents.requireObservable(category);
  const { events: expected } = expectation;
  await clientEvents.settle(() => clientEvents.ofCategory(category).length >= expected.length);
  const actual = clientEvents.ofCategory(category);
  const mayHaveMore = expectation.ignoreExtraEvents === true;
  if (actual.length < expected.length || (!mayHaveMore && actual.length > expected.length)) {
    const labels = actual.map(labelOf).join(', ');
    throw new Mismatch(`expected ${expected.length} ${category} events on \`${expectation.client}\`, got ${actual.length}: ${labels}`);
  }
  expected.forEach((event, index) => matchEvent(matcher, actual[index], event, `events[${index}]`));
}
