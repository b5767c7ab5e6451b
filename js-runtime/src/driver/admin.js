/** Commands for the whole server, on the database `admin`. */

import { execute, READ, RETRYABLE } from './execute.js';
import { removeUser } from './operations/remove_user.js';
import { runCommand } from './operations/run_command.js';
import { validateCollection } from './operations/validate_collection.js';
import { asOptions, NO_OPTIONS, resolveSettings } from './settings.js';

/** What `db.admin()` gives. */
export class Admin {
  constructor(db) {
    this.s = { db };
  }

  async command(command, options) {
    return await runCommand(this.s.db, 'admin', command, asOptions(options));
  }

  async buildInfo(options) {
    return await this.command({ buildinfo: 1 }, options);
  }

  async serverInfo(options) {
    return await this.command({ buildinfo: 1 }, options);
  }

  async serverStatus(options) {
    return await this.command({ serverStatus: 1 }, options);
  }

  async ping(options) {
    return await this.command({ ping: 1 }, options);
  }

  async replSetGetStatus(options) {
    return await this.command({ replSetGetStatus: 1 }, options);
  }

  async removeUser(username, options) {
    return await removeUser(this.s.db, 'admin', username, asOptions(options));
  }

  async validateCollection(collectionName, options = NO_OPTIONS) {
    return await validateCollection(this.s.db, collectionName, asOptions(options));
  }

  async listDatabases(options) {
    options = asOptions(options);
    const command = { listDatabases: 1 };
    if (typeof options.nameOnly === 'boolean') command.nameOnly = options.nameOnly;
    if (options.filter) command.filter = options.filter;
    if (typeof options.authorizedDatabases === 'boolean') command.authorizedDatabases = options.authorizedDatabases;
    if (options.comment !== undefined) command.comment = options.comment;
    const settings = resolveSettings(this.s.db.nothingInherited, options);
    const reply = await execute({
      method: 'listDatabases',
      client: this.s.db.client,
      database: 'admin',
      namespace: 'admin',
      settings,
      command,
      kind: READ | RETRYABLE,
      options,
    });
    return reply.toObject(settings.bson);
  }
}
