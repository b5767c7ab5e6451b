/**
 * The names of document fields, found by their bytes: a document's keys repeat in the next document, so that they
 * are decoded once and then only compared. The table is bounded; names seen for the first time don't enter it, so
 * that documents keyed by ids neither fill it nor push the others out.
 *
 * Every known name is a node (a small number). `successors[node]` is the node that followed it last time and
 * `firstChildren[node]` the first one inside its value: a guess that saves the search while documents look alike.
 * Node 0 is no name: it stands for the start of a root document.
 */
import { readText } from './text.js';

const MAXIMUM_NAMES = 4096;
const MAXIMUM_NAME_LENGTH = 64;
const SLOTS = 16384;
const SLOT_MASK = SLOTS - 1;
const CANDIDATES = 2048;

export const nodeBytes = new Uint8Array(MAXIMUM_NAMES * MAXIMUM_NAME_LENGTH);
export const nodeLengths = new Uint8Array(MAXIMUM_NAMES);
export const nodeNames = new Array(MAXIMUM_NAMES).fill('');
export const successors = new Uint16Array(MAXIMUM_NAMES);
export const firstChildren = new Uint16Array(MAXIMUM_NAMES);
/** log2 of the room each name has in `nodeBytes`. */
export const NODE_SHIFT = 6;

const slots = new Uint16Array(SLOTS);
const candidates = new Int32Array(CANDIDATES);
let used = 1;

/** Answer of findNode for a name that isn't in the table. */
export const UNKNOWN = 0;

/**
 * Finds the name that starts at `index`, entering it when it has been seen before.
 * @param {Uint8Array} bytes
 * @param {number} index first byte of the name
 * @param {number} end index of its terminating zero
 * @returns {number} a node, or UNKNOWN
 */
export function findNode(bytes, index, end) {
  const length = end - index;
  if (length === 0 || length > MAXIMUM_NAME_LENGTH) return UNKNOWN;
  let hash = length;
  for (let i = index; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]) | 0;
  hash ^= hash >>> 15;
  let slot = hash & SLOT_MASK;
  for (let node = slots[slot]; node !== 0; node = slots[slot]) {
    if (nodeLengths[node] === length && sameBytes(bytes, index, node << NODE_SHIFT, length)) return node;
    slot = (slot + 1) & SLOT_MASK;
  }
  const candidate = (hash >>> 3) & (CANDIDATES - 1);
  if (candidates[candidate] !== hash) {
    candidates[candidate] = hash;
    return UNKNOWN;
  }
  return enter(bytes, index, end, slot);
}

function sameBytes(bytes, index, start, length) {
  for (let i = 0; i < length; i++) {
    if (bytes[index + i] !== nodeBytes[start + i]) return false;
  }
  return true;
}

function enter(bytes, index, end, slot) {
  const name = readText(bytes, index, end, false);
  if (!isOrdinary(name)) return UNKNOWN;
  if (used === MAXIMUM_NAMES) {
    forgetAll();
    return UNKNOWN;
  }
  const node = used++;
  nodeBytes.set(bytes.subarray(index, end), node << NODE_SHIFT);
  nodeLengths[node] = end - index;
  // A key read back from an object is the engine's internalized copy, which makes property stores faster.
  nodeNames[node] = Object.keys({ [name]: 0 })[0];
  slots[slot] = node;
  return node;
}

/** Array indices aren't names to V8, `__proto__` needs care and `$` may begin a DBRef: these stay on the slow path. */
function isOrdinary(name) {
  const first = name.charCodeAt(0);
  return name !== '__proto__' && first !== 0x24 && !(first >= 0x30 && first <= 0x39);
}

function forgetAll() {
  slots.fill(0);
  successors.fill(0);
  firstChildren.fill(0);
  used = 1;
}
