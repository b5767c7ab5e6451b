/** What the native client knows about the servers, in the shapes that libraries look for on `client.topology`. */

import * as bridge from '../bridge.js';

/** What is assumed until a server has answered. */
export const UNKNOWN_FACTS = Object.freeze({
  hosts: [],
  topologyType: 'Unknown',
  setName: undefined,
  maxWireVersion: 0,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  loadBalanced: false,
});

/** The facts behind a client handle; `isKnown` tells whether a server has answered yet. */
export function readFacts(handle) {
  const facts = JSON.parse(bridge.clientInfo(handle));
  return { ...UNKNOWN_FACTS, ...facts, isKnown: facts.maxWireVersion > 0 };
}

/** Stands where npm `mongodb` has its topology: enough for code that asks what kind of deployment it is. */
export class Topology {
  #client;

  constructor(client) {
    this.#client = client;
  }

  get description() {
    const { topologyType, setName, maxWireVersion, logicalSessionTimeoutMinutes, hosts } = this.#client.facts;
    return {
      type: topologyType,
      setName,
      commonWireVersion: maxWireVersion,
      logicalSessionTimeoutMinutes,
      servers: new Map(hosts.map((address) => [address, { address }])),
    };
  }

  get logicalSessionTimeoutMinutes() {
    return this.#client.facts.logicalSessionTimeoutMinutes;
  }

  get loadBalanced() {
    return this.#client.facts.loadBalanced;
  }

  get s() {
    return { options: this.#client.options };
  }

  isConnected() {
    return this.#client.isConnected;
  }

  lastHello() {
    const { maxBsonObjectSize, maxMessageSizeBytes, maxWriteBatchSize, maxWireVersion, setName } = this.#client.facts;
    return { maxBsonObjectSize, maxMessageSizeBytes, maxWriteBatchSize, maxWireVersion, setName };
  }
}
