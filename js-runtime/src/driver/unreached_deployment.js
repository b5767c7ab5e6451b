/** What npm `mongodb` tells of a deployment none of whose servers answered: `reason` of a server selection error. Libraries look into it. */

class ServerDescription {
  constructor(address, error) {
    this.address = address;
    this.type = 'Unknown';
    Object.assign(this, { hosts: [], passives: [], arbiters: [], tags: {}, minWireVersion: 0, maxWireVersion: 0, roundTripTime: -1, lastWriteDate: 0 });
    this.error = error;
  }

  get host() {
    return this.address.split(':', 1)[0];
  }

  get port() {
    return Number(this.address.split(':').at(-1));
  }
}

class TopologyDescription {
  constructor({ hosts, replicaSet, heartbeatFrequencyMS, localThresholdMS }, error) {
    this.type = replicaSet ? 'ReplicaSetNoPrimary' : 'Unknown';
    this.servers = new Map(hosts.map(String).map((address) => [address, new ServerDescription(address, error)]));
    Object.assign(this, { stale: false, compatible: true, heartbeatFrequencyMS, localThresholdMS });
    this.setName = replicaSet ?? null;
    this.commonWireVersion = 0;
    this.logicalSessionTimeoutMinutes = null;
  }
}

/**
 * @param {object} options parsed client options
 * @param {Error} error why the servers could not be reached
 */
export function unreachedDeployment(options, error) {
  return new TopologyDescription(options, error);
}
