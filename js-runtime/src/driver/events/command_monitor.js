/** Fetches recorded command events and emits them on the client, before the call they belong to is settled. */

import * as bridge from '../../bridge.js';
import { deserialize } from '../bson.js';
import { CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent } from './command_events.js';

const EVENTS = {
  commandStarted: CommandStartedEvent,
  commandSucceeded: CommandSucceededEvent,
  commandFailed: CommandFailedEvent,
};

/** Starts emitting the client's command events. */
export function startMonitoring(client, handle) {
  bridge.subscribe(handle, 'command');
  void pump(client, handle);
}

async function pump(client, handle) {
  try {
    while (client.isMonitoring) {
      const bytes = await bridge.nextEvents(handle);
      if (bytes == null) return;
      for (const recorded of deserialize(bytes).events) {
        client.emit(recorded.name, new EVENTS[recorded.name](recorded));
      }
    }
  } catch {
    // The client was closed; nobody waits for its events any more.
  }
}

/** Gives the pump a turn of the event loop, so that events come before the result of their command. */
export function flushEvents() {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
