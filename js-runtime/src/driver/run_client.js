/** The client and the database that the host hands to a migration. */

import * as bridge from '../bridge.js';
import { MongoClient, wrapClient } from './mongo_client.js';

/** The run's own connection. */
const RUN_CONNECTION = 1;

/**
 * The client of the run's own connection; closing it ends the script's use of it, not the connection.
 * @param {object} [options] client options, such as BSON options of the configuration
 */
export function createRunClient(options = {}) {
  const info = JSON.parse(bridge.clientInfo(RUN_CONNECTION));
  const hosts = info.hosts?.length > 0 ? info.hosts.map(encodeSocket).join(',') : 'localhost';
  const url = `mongodb://${hosts}/${encodeURIComponent(info.defaultDb ?? '')}`;
  return wrapClient(RUN_CONNECTION, url, { ...optionsFrom(info), ...options });
}

/** How models find the run's client of the driver that mongoose has, which may be another major than the script's. */
export const RUN_CLIENT = Symbol.for('mmk-js: the client of the run');
Object.defineProperty(MongoClient, RUN_CLIENT, { value: createRunClient });

function encodeSocket(host) {
  return host.endsWith('.sock') ? encodeURIComponent(host) : host;
}

function optionsFrom({ setName, appName, readPreference, readConcern, writeConcern, retryReads, retryWrites }) {
  return {
    replicaSet: setName,
    appName,
    readPreference,
    readConcern,
    writeConcern,
    retryReads,
    retryWrites,
  };
}

/**
 * The same database with an ambient session: its calls, and those of everything made from it (`db.client` too), join
 * the session unless they name their own or `null`.
 */
export function useAmbientSession(db, session) {
  return db.client.joinedTo(session).db(db.databaseName, db.options);
}
