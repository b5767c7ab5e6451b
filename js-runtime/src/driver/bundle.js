/**
 * The driver once more, with classes of its own, for a package that has another major than the script. Connections and the list of calls
 * under way are those of the host's bundle.
 */
/* global require -- replaced by the bundler */
export { connectShared } from './bundle_shared.js';

/** As in facade.js; nothing of the driver is evaluated before. */
export function facade(major, { Buffer, decodeUtf8 }) {
  const { setBufferClass, setUtf8Decoder } = require('../bson/index.js');
  setBufferClass(Buffer);
  setUtf8Decoder(decodeUtf8);
  return require('./facade.js').facade(major);
}
