/** The bridge that the facade's tests run on under Node. */

export { nodeBridge } from '../../spec-runner/node_bridge.mjs';
