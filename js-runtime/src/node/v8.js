/** `v8`: serialization and heap figures. Snapshots and flags belong to the host. */
import { builtin, native } from './registry.js';
import { notProvided } from './errors.js';

const toBuffer = (bytes) => builtin('buffer').Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export default {
  serialize: (value) => toBuffer(native.core.serialize(value)),
  deserialize: (bytes) => native.core.deserialize(bytes),
  getHeapStatistics() {
    const { rss, heapTotal, heapUsed, heapLimit, external } = JSON.parse(native.ops.op_node_memory());
    return {
      total_heap_size: heapTotal, total_heap_size_executable: 0, total_physical_size: rss, total_available_size: heapLimit - heapUsed,
      used_heap_size: heapUsed, heap_size_limit: heapLimit, malloced_memory: 0, peak_malloced_memory: 0, does_zap_garbage: 0,
      number_of_native_contexts: 1, number_of_detached_contexts: 0, total_global_handles_size: 0, used_global_handles_size: 0, external_memory: external,
    };
  },
  getHeapSpaceStatistics: () => [],
  cachedDataVersionTag: () => 0,
  setFlagsFromString() {},
  getHeapSnapshot() {
    throw notProvided('v8.getHeapSnapshot', 'heap snapshots are not part of mmk-js.');
  },
};
