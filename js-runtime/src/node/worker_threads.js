/** `worker_threads`: says that this is the main thread; starting a worker is refused. */
import { defineLazy } from './registry.js';
import { notProvided } from './errors.js';

const environment = new Map();

const module = {
  isMainThread: true,
  parentPort: null,
  workerData: null,
  threadId: 0,
  resourceLimits: {},
  SHARE_ENV: Symbol.for('nodejs.worker_threads.SHARE_ENV'),
  Worker: class Worker {
    constructor() {
      throw notProvided('worker_threads.Worker', 'a migration runs in one thread; do the work in the script itself.');
    }
  },
  getEnvironmentData: (key) => environment.get(key),
  setEnvironmentData: (key, value) => (value === undefined ? environment.delete(key) : environment.set(key, value)),
  markAsUntransferable() {},
  moveMessagePortToContext: (port) => port,
  receiveMessageOnPort: () => undefined,
};
for (const name of ['MessageChannel', 'MessagePort', 'BroadcastChannel']) {
  defineLazy(module, name, () => globalThis[name], true);
}

export default module;
