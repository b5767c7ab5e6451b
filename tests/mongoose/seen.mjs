/**
 * Writes what a mongoose script gives back as text in which two runs can be compared: documents as their plain content, connections and the
 * like by their class, the time of the run as a word, addresses without their port.
 */
import { Describer } from '../../js-runtime/test/driver/describe.mjs';

const HOUR = 3_600_000;

/** Objects that lead to everything else. */
const OPAQUE = /^(?:Aggregate|Collection|Connection|Db|Mongo(?:Client|ose)|Native\w+|Query|Schema\w*|Topology\w*|ServerDescription|ClientSession|.*Cursor|.*Stream)$/;

export class Seen extends Describer {
  #path = new Set();
  #numbers = true;

  /** @param {[string, string][]} replacements */
  constructor(replacements, { uri }) {
    const addresses = uri.match(/[\w.]+:\d+/g) ?? [];
    super([...addresses.map((address) => [address, '<address>']), ...replacements]);
  }

  /** The same with a word for every id; numbers nothing. */
  unnumbered(value) {
    this.#numbers = false;
    const text = this.describe(value);
    this.#numbers = true;
    return text;
  }

  text(value) {
    return super.text(this.#numbers ? value : value.replace(/\b[0-9a-f]{24}\b/g, '<id>'));
  }

  describe(value, depth = 0) {
    if (typeof value === 'function' && value.modelName) return `<model ${value.modelName}>`;
    if (typeof value !== 'object' || value === null) return super.describe(value, depth);
    if (value instanceof Date && Math.abs(value.getTime() - Date.now()) < HOUR) return '<now>';
    const name = value.constructor?.name ?? '';
    if (this.#path.has(value)) return `<above ${name}>`;
    if (OPAQUE.test(name)) return `<${name}>`;
    this.#path.add(value);
    const text = value._bsontype === 'ObjectID'
      ? this.text(value.toHexString())
      : isDocument(value)
      ? `${value.constructor.modelName ?? 'Subdocument'}${super.describe(value.toObject({ getters: false, flattenMaps: false }), depth)}`
      : super.describe(value, depth);
    this.#path.delete(value);
    return text;
  }
}

function isDocument(value) {
  return value.$__ !== undefined && typeof value.toObject === 'function';
}
