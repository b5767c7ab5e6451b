/** Events about single commands, made from what the native client recorded. */

import { MongoNetworkError, MongoServerError } from '../errors.js';

function failureOf({ failure, reply, message }) {
  return failure ?? (reply ? new MongoServerError(reply) : new MongoNetworkError(message));
}

class CommandEvent {
  constructor(name, { address, connectionId, serviceId, requestId, databaseName, commandName, serverConnectionId }) {
    this.name = name;
    this.address = address;
    this.connectionId = connectionId;
    this.serviceId = serviceId;
    this.requestId = requestId;
    this.databaseName = databaseName;
    this.commandName = commandName;
    this.serverConnectionId = serverConnectionId;
  }

  get hasServiceId() {
    return !!this.serviceId;
  }
}

/** A command is about to be sent. */
export class CommandStartedEvent extends CommandEvent {
  constructor(recorded) {
    super('commandStarted', recorded);
    this.command = recorded.command;
  }
}

/** The server did what it was asked. */
export class CommandSucceededEvent extends CommandEvent {
  constructor(recorded) {
    super('commandSucceeded', recorded);
    this.duration = recorded.duration;
    this.reply = recorded.reply;
  }
}

/** The server refused, or could not be heard. */
export class CommandFailedEvent extends CommandEvent {
  constructor(recorded) {
    super('commandFailed', recorded);
    this.duration = recorded.duration;
    this.failure = failureOf(recorded);
  }
}
