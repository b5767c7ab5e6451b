/**
 * The fields of a schema file for built-in models: types, setters such as `lowercase`, defaults and rules. Which fields there are, and
 * that timestamps and `deletedAt` come with them, is as dAvePi builds them.
 */
import { CastError } from './errors.js';
import { embedded, makeDefault, typeOf } from './types.js';
import { rulesOf } from './rules.js';

/** What an upload leaves in a document. */
const FILE = { key: String, bucket: String, size: Number, contentType: String, originalName: String, uploadedAt: Date };

/** One field. */
export class Field {
  constructor(name, options) {
    const isFile = options.type === 'File';
    this.name = name;
    this.options = options;
    this.type = isFile ? embedded(fieldsOf(FILE), { withId: false }) : typeOf(options.type);
    this.default = isFile && options.default === undefined ? null : options.default;
    // An explicit `default: undefined` is how a list is kept from coming by itself.
    this.isListByDefault = this.type.name === 'Array' && !('default' in options);
    this.setters = settersOf(options);
    this.rules = rulesOf(name, options);
  }

  /** The value as this field stores it. */
  cast(value, model) {
    try {
      const cast = this.type.cast(value);
      return typeof cast === 'string' ? this.setters.reduce((text, change) => change(text), cast) : cast;
    } catch (error) {
      const kind = this.type.element === undefined ? this.type.name : `[${this.type.element.name}]`;
      throw new CastError(kind, value, this.name, model, error);
    }
  }

  /** What a document gets that has no such field; `undefined` where there is nothing to get. */
  makeDefault(document) {
    if (this.default !== undefined) {
      const made = makeDefault(this.default, document);
      return made === undefined ? undefined : this.cast(made);
    }
    return this.isListByDefault ? [] : undefined;
  }
}

function fieldsOf(declared) {
  return Object.fromEntries(Object.entries(declared).map(([name, type]) => [name, typeOf(type)]));
}

function settersOf({ trim, lowercase, uppercase }) {
  const setters = [];
  if (lowercase) {
    setters.push((text) => text.toLowerCase());
  }
  if (trim) {
    setters.push((text) => text.trim());
  }
  if (uppercase) {
    setters.push((text) => text.toUpperCase());
  }
  return setters;
}

/** The fields of a model. A document of it has no others. */
export class Schema {
  /** @param {object[]} declared `fields` of a schema file, `{ name, type, ... }` each */
  constructor(declared) {
    /** @type {Map<string, Field>} */
    this.fields = new Map();
    for (const { name, ...options } of declared) {
      this.#add(name, options);
    }
    this.#add('_id', { type: 'ObjectId' });
    this.#add('__v', { type: Number });
  }

  #add(name, options) {
    if (!this.fields.has(name)) {
      this.fields.set(name, new Field(name, options));
    }
  }

  /** The field that a dotted path is or lies in. */
  field(path) {
    return this.fields.get(path) ?? this.fields.get(path.split('.', 1)[0]);
  }

  /** The type at a dotted path; `undefined` where anything may be, `null` where the schema knows no such field. */
  typeAt(path) {
    const exact = this.fields.get(path);
    if (exact !== undefined) {
      return exact.type;
    }
    const [first, ...rest] = path.split('.');
    let type = this.fields.get(first)?.type ?? null;
    for (const part of rest) {
      if (type === null || type === undefined || type.name === 'Mixed' || type.name === 'Map') {
        return type === null ? null : undefined;
      }
      if (type.name === 'Array') {
        type = type.element;
        if (/^(?:\d+|\$(?:\[.*\])?)$/.test(part)) {
          continue;
        }
      }
      if (type.name !== 'Embedded') {
        return type.name === 'Mixed' ? undefined : null;
      }
      type = part === '_id' ? undefined : (type.fields[part] ?? null);
    }
    return type;
  }
}

/** The fields that dAvePi stores for a schema file: computed ones aren't stored, and some come by themselves. */
export function storedFields(definition) {
  const fields = definition.fields.filter((field) => typeof field.computed !== 'function' && !field.computed?.fn);
  const named = new Set(fields.map(({ name }) => name));
  const added = [
    ...(definition.softDelete === false ? [] : [{ name: 'deletedAt', type: Date, default: null }]),
    { name: 'createdAt', type: Date },
    { name: 'updatedAt', type: Date },
  ];
  return [...fields, ...added.filter(({ name }) => !named.has(name))];
}
