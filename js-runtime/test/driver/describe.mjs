/**
 * Writes any value as text in which two drivers can be compared: types, class names and the order of properties count;
 * ids, times and other things that differ from run to run are numbered in the order of their appearance.
 */

const VOLATILE_FIELDS = new Set([
  '$clusterTime', 'operationTime', 'opTime', 'electionId', 'topologyVersion', 'connectionId', 'localTime',
  'serverInfo', 'uptime', 'uptimeMillis', 'uptimeEstimate', 'executionTimeMillis', 'executionTimeMillisEstimate',
  'serverParameters', 'commitQuorum', 'queryHash', 'planCacheKey', 'fsUsedSize', 'fsTotalSize', 'works', 'sizeOnDisk', 'totalSize',
  'totalSizeMb', 'storageSize', 'uuid', 'lastUse', 'generation',
]);

/** Fields that hold the connection's internals in one driver or the other. */
const INTERNAL_FIELDS = new Set(['stack', 'connectionGeneration']);

export class Describer {
  #seen = new Map();
  #replacements;

  /** @param {[string, string][]} replacements texts that differ between the runs */
  constructor(replacements = []) {
    this.#replacements = replacements;
  }

  #number(kind, text) {
    const key = `${kind} ${text}`;
    if (!this.#seen.has(key)) this.#seen.set(key, this.#seen.size + 1);
    return `<${kind} ${this.#seen.get(key)}>`;
  }

  text(value) {
    let text = value;
    for (const [from, to] of this.#replacements) text = text.split(from).join(to);
    text = text
      .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>')
      .replace(/Timestamp\(\d+, \d+\)/g, '<timestamp>');
    return text.replace(/\b[0-9a-f]{24}\b/g, (hex) => this.#number('id', hex));
  }

  describe(value, depth = 0) {
    if (value === null || value === undefined) return String(value);
    switch (typeof value) {
      case 'string':
        return JSON.stringify(this.text(value));
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value);
      case 'bigint':
        return `${value}n`;
      case 'function':
        return 'function';
      case 'symbol':
        return value.toString();
      case 'object':
        return depth > 30 ? '…' : this.#object(value, depth);
      default:
        return String(value);
    }
  }

  #object(value, depth) {
    if (value instanceof Date) return `Date(${value.getTime()})`;
    if (value instanceof RegExp) return `RegExp(${value})`;
    if (ArrayBuffer.isView(value)) return `Bytes(${Array.from(value).join(',')})`;
    if (Array.isArray(value)) return `[${value.map((each) => this.describe(each, depth + 1)).join(', ')}]`;
    if (value instanceof Map) return `Map${this.describe([...value], depth + 1)}`;
    if (value instanceof Set) return `Set${this.describe([...value], depth + 1)}`;
    if (value._bsontype !== undefined) return this.#bson(value, depth);
    if (value instanceof Error) return this.#error(value, depth);
    const name = Object.getPrototypeOf(value)?.constructor?.name ?? 'null';
    return `${name === 'Object' ? '' : name}${this.#fields(value, depth)}`;
  }

  #bson(value, depth) {
    const type = value._bsontype;
    if (type === 'ObjectId') return this.text(value.toHexString());
    if (type === 'Timestamp') return 'Timestamp';
    if (type === 'Binary') return `Binary(${value.sub_type}, ${Array.from(value.buffer).join(',')})`;
    if (type === 'DBRef') return `DBRef${this.#fields({ ...value }, depth)}`;
    return `${type}(${this.text(JSON.stringify(value.toString()))})`;
  }

  #error(error, depth) {
    const shown = { name: error.name, message: error.message };
    for (const field of Object.keys(error)) if (!(field in shown)) shown[field] = error[field];
    if (error.cause !== undefined) shown.cause = error.cause;
    return `${error.constructor.name}${this.#fields(shown, depth)}`;
  }

  #fields(value, depth) {
    const fields = [];
    for (const name of Object.keys(value)) {
      if (INTERNAL_FIELDS.has(name)) continue;
      const shown = VOLATILE_FIELDS.has(name) ? '<volatile>' : this.describe(value[name], depth + 1);
      fields.push(`${this.text(name)}: ${shown}`);
    }
    return `{ ${fields.join(', ')} }`;
  }
}
