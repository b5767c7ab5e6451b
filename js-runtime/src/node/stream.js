/** `stream`: the package readable-stream, which is Node's own code, with `promises` and the parts it leaves to Node. */
import stream from 'readable-stream';
import { defineLazy, web } from './registry.js';

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

/** The engine's web streams keep to themselves whether they were read. */
const isNodeStreamDisturbed = module.isDisturbed;
module.isDisturbed = function isDisturbed(stream) {
  return typeof stream?.getReader === 'function' ? web('06_streams').isReadableStreamDisturbed(stream) : isNodeStreamDisturbed(stream);
};
defineLazy(module, 'web', () => globalThis.process.getBuiltinModule('stream/web'));

export default module;
