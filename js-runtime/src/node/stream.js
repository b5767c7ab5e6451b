/** `stream`: the package readable-stream, which is Node's own code, with `promises` and the parts it leaves to Node. */
import stream from 'readable-stream';
import { defineLazy } from './registry.js';

const { Stream = stream } = stream;
const module = Stream;

for (const name of Object.keys(stream)) {
  if (!(name in module)) {
    module[name] = stream[name];
  }
}
module.Stream ??= module;
module.promises ??= stream.promises;
module.getDefaultHighWaterMark ??= (objectMode) => (objectMode ? 16 : 16 * 1024);
module.isDestroyed ??= (value) => value.destroyed;
defineLazy(module, 'web', () => globalThis.process.getBuiltinModule('stream/web'));

export default module;
