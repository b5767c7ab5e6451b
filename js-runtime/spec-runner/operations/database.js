/** Operations of database and client entities. */

import { forceFirstBatch, openChangeStream, runCommandCursor } from './cursor.js';
import { Skip } from '../outcomes.js';

export const databaseOperations = {
  aggregate: (database, { pipeline, ...options }) => database.aggregate(pipeline, options).toArray(),
  createChangeStream: (database, args) => openChangeStream(database, args),
  createCollection: (database, { collection, ...options }) => database.createCollection(collection, options),
  createCommandCursor: (database, args) => forceFirstBatch(runCommandCursor(database, args)),
  dropCollection: (database, { collection, ...options }) => database.dropCollection(collection, options),
  listCollectionNames: async (database, { filter, ...options }) => {
    const collections = await database.listCollections(filter, { ...options, nameOnly: true }).toArray();
    return collections.map(collection => collection.name);
  },
  listCollectionObjects: () => {
    throw new Skip('listCollectionObjects isn\'t a method of the driver');
  },
  listCollections: (database, { filter, ...options }) => database.listCollections(filter, options).toArray(),
  modifyCollection: (database, { collection, ...options }) => database.command({ collMod: collection, ...options }),
  runCommand: (database, { command, commandName: _name, ...options }) => database.command(command, options),
  runCursorCommand: (database, args) => runCommandCursor(database, args).toArray()
};

/** `{insertOne: {namespace, ...}}` of the files is `{name: 'insertOne', namespace, ...}` in the driver. */
function clientBulkModel(model) {
  const [name] = Object.keys(model);
  return { name, ...model[name] };
}

export const clientOperations = {
  clientBulkWrite: (client, { models, ...options }) => client.bulkWrite(models.map(clientBulkModel), options),
  close: client => client.close(),
  createChangeStream: (client, args) => openChangeStream(client, args),
  listDatabaseNames: async (client, options) => {
    const { databases } = await client.db().admin().listDatabases({ ...options, nameOnly: true });
    return databases.map(database => database.name);
  },
  listDatabaseObjects: () => {
    throw new Skip('listDatabaseObjects isn\'t a method of the driver');
  },
  listDatabases: async (client, options) => (await client.db().admin().listDatabases(options)).databases
};
