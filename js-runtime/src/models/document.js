/**
 * A document of a built-in model: its fields, what it remembers of how they were read, and `save()`, which writes the difference.
 * Without a schema the fields are the object's own properties; with one they are accessors that cast, and there are no others.
 */
import { ObjectId } from '../driver/bson.js';
import { Changes } from './changes.js';
import { NeedsMongooseError, ValidationError } from './errors.js';
import { brokenRule } from './rules.js';
import { saveDocument } from './save.js';
import { cloned, putAt, same, valueAt, withoutEmpty } from './values.js';

/** What `hydrated` hands to the constructor in place of fields. */
const READ = Symbol('fields that were read');

/** What a document knows beside its fields. */
class State {
  isNew = true;
  isSaving = false;
  isDeleted = false;
  session = null;
  /** The fields as they were read or last saved; `undefined` for a new document. */
  original = undefined;
  /** The arrays and objects that were read, by field: another one in its place was assigned. */
  holders = new Map();
  /** Fields that got their default when the document was read. */
  defaulted = new Set();
  /** Fields that the script says it changed. */
  marked = new Set();
  /** Values that could not be cast, by field. */
  uncast = new Map();
  isSelected = everything;

  constructor(data, model) {
    this.data = data;
    this.model = model;
  }
}

const everything = () => true;

/** The base of all built-in models; a model is a subclass with `definition` and `schema`. */
export class Document {
  #state;

  constructor(fields = {}, reading) {
    const { schema } = new.target;
    this.#state = new State(schema === undefined ? this : {}, new.target);
    const { data } = this.#state;
    if (fields === READ) {
      this.#read(reading);
      return;
    }
    const given = fields instanceof Document ? fields.toObject() : fields;
    this.#giveDefaults((declared) => typeof declared !== 'function');
    this.set(given);
    this.#giveDefaults((declared) => typeof declared === 'function');
    if (data._id === undefined) {
      data._id = new ObjectId();
    }
  }

  /** How the document differs from what was read; a document may have a field of any method's name. */
  static changesOf(document) {
    return document.#changes();
  }

  static async validated(document) {
    await document.#validate();
  }

  /** A document as the server has it. */
  static hydrated(fields, { isSelected = everything, session = null } = {}) {
    return new this(READ, { fields, isSelected, session });
  }

  #read({ fields, isSelected, session }) {
    const state = this.#state;
    const { schema } = this.#state.model;
    putFields(state.data, fields);
    state.isNew = false;
    state.isSelected = isSelected;
    state.session = session;
    for (const field of schema?.fields.values() ?? []) {
      this.#readField(field, state);
    }
    rememberFields(state);
  }

  #readField(field, { data, isSelected, uncast, defaulted }) {
    const { name } = field;
    if (data[name] !== undefined) {
      try {
        data[name] = field.type.cast(data[name]);
      } catch {
        uncast.set(name, data[name]);
      }
    } else if (isSelected(name)) {
      const value = field.makeDefault(this);
      if (value !== undefined) {
        data[name] = value;
        defaulted.add(name);
      }
    }
  }

  #giveDefaults(wanted) {
    const { data } = this.#state;
    for (const field of this.#state.model.schema?.fields.values() ?? []) {
      if (data[field.name] === undefined && wanted(field.default)) {
        const value = field.makeDefault(this);
        if (value !== undefined) {
          data[field.name] = value;
        }
      }
    }
  }

  /** Reads a field by its dotted path. */
  get(path) {
    return valueAt(this.#state.data, path);
  }

  /** Sets a field by its dotted path, or several by an object. */
  set(path, value) {
    if (typeof path === 'object' && path !== null) {
      for (const [name, item] of Object.entries(path instanceof Document ? path.toObject() : path)) {
        this.set(name, item);
      }
      return this;
    }
    const { schema } = this.#state.model;
    if (schema === undefined) {
      putAt(this.#state.data, path, value);
    } else if (schema.fields.has(path)) {
      this.#assign(schema.fields.get(path), value);
    } else if (schema.typeAt(path) !== null) {
      putAt(this.#state.data, path, value);
    }
    return this;
  }

  $set(path, value) {
    return this.set(path, value);
  }

  unset(path) {
    return this.set(path, undefined);
  }

  /** The setter of a field that the schema knows. */
  #assign(field, value) {
    const { data, uncast } = this.#state;
    uncast.delete(field.name);
    if (value === undefined) {
      delete data[field.name];
      return;
    }
    try {
      data[field.name] = field.cast(value, this.#state.model.modelName);
    } catch {
      // As in mongoose: the assignment is silent, saving tells.
      uncast.set(field.name, value);
    }
  }

  /** Makes the accessors of a model with a schema. */
  static defineFields(Model) {
    for (const field of Model.schema.fields.values()) {
      if (field.name.includes('.')) {
        continue;
      }
      Object.defineProperty(Model.prototype, field.name, {
        get() {
          return this.#state.data[field.name];
        },
        set(value) {
          this.#assign(field, value);
        },
        enumerable: true,
        configurable: true,
      });
    }
  }

  #changes() {
    const { data, original, holders, marked, model } = this.#state;
    const { schema } = model;
    const changes = new Changes();
    const before = original ?? {};
    const names = schema === undefined ? new Set([...Object.keys(before), ...Object.keys(data)]) : schema.fields.keys();
    for (const name of names) {
      if (!marked.has(name)) {
        changes.compare(name, before[name], data[name], holders.get(name) !== data[name]);
      }
    }
    for (const path of marked) {
      if (!changes.paths.some((changed) => isWithin(changed, path) || isWithin(path, changed))) {
        changes.write(path, valueAt(data, path));
      }
    }
    return changes;
  }

  /** Whether anything changed, or one of these fields (by name, or several names in one text or array). */
  isModified(paths) {
    const changed = this.#modifiedPaths();
    if (paths === undefined) {
      return changed.length > 0;
    }
    const asked = Array.isArray(paths) ? paths : String(paths).split(' ');
    return asked.some((path) => changed.some((other) => isWithin(other, path) || isWithin(path, other)));
  }

  $isModified(paths) {
    return this.isModified(paths);
  }

  isDirectModified(path) {
    return this.#changes().paths.includes(path);
  }

  /** The names of what changed: `a` and `a.b` for a change of `a.b`. */
  modifiedPaths() {
    return this.#modifiedPaths();
  }

  #modifiedPaths() {
    const all = new Set();
    for (const path of this.#changes().paths) {
      const parts = path.split('.');
      parts.forEach((_, at) => all.add(parts.slice(0, at + 1).join('.')));
    }
    return [...all];
  }

  markModified(path) {
    this.#state.marked.add(path);
  }

  unmarkModified(path) {
    this.#state.marked.delete(path);
  }

  get isNew() {
    return this.#state.isNew;
  }

  set isNew(value) {
    this.#state.isNew = Boolean(value);
  }

  get $isNew() {
    return this.#state.isNew;
  }

  get id() {
    const { _id } = this.#state.data;
    return _id === null || _id === undefined ? null : String(_id);
  }

  /** Without a schema, `id` may be a field like any other. */
  set id(value) {
    if (this.#state.model.schema === undefined) {
      putFields(this, { id: value });
    }
  }

  /** The fields themselves; mongoose's name for them. */
  get _doc() {
    return this.#state.data;
  }

  /** The session that saving joins; sets it when one is given. */
  $session(session) {
    if (session !== undefined) {
      this.#state.session = session;
    }
    return this.#state.session;
  }

  /** Checks the rules of the schema; throws a `ValidationError` that names every field that breaks one. */
  async validate() {
    await this.#validate();
  }

  async #validate() {
    const { data, uncast, isNew, isSelected, model } = this.#state;
    const { schema, modelName } = model;
    const errors = {};
    for (const [name, value] of uncast) {
      errors[name] = castFailure(schema.fields.get(name), value, modelName);
    }
    for (const field of schema?.fields.values() ?? []) {
      if (uncast.has(field.name)) {
        continue;
      }
      if (isNew || isSelected(field.name) || data[field.name] !== undefined) {
        const broken = await brokenRule(field.rules, data[field.name], this);
        if (broken !== undefined) {
          errors[field.name] = broken;
        }
      }
    }
    if (Object.keys(errors).length > 0) {
      throw new ValidationError(modelName, errors);
    }
  }

  /** Writes what changed, or inserts a new document. */
  async save(options) {
    return await saveDocument(this, this.#state, options ?? {});
  }

  async deleteOne(options) {
    const { data, session } = this.#state;
    const result = await this.#state.model.collection.deleteOne({ _id: data._id }, withSession(options, session));
    this.#state.isDeleted = true;
    return result;
  }

  async updateOne(update, options) {
    return await this.#state.model.updateOne({ _id: this._id }, update, withSession(options, this.#state.session));
  }

  populate() {
    throw new NeedsMongooseError('populate');
  }

  equals(other) {
    return other instanceof Document && same(this._id, other._id);
  }

  /** The fields as a plain object that shares nothing with the document. */
  toObject() {
    return withoutEmpty({ ...this.#state.data }) ?? {};
  }

  toJSON() {
    return this.toObject();
  }

  toBSON() {
    return this.toObject();
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return this.toObject();
  }
}

/** Remembers the fields as the server has them now. */
export function rememberFields(state) {
  const { data } = state;
  const original = {};
  state.holders.clear();
  for (const name of Object.keys(data)) {
    const value = data[name];
    original[name] = cloned(value);
    if (typeof value === 'object') {
      state.holders.set(name, value);
    }
  }
  state.original = original;
  state.isNew = false;
  state.marked.clear();
}

/** Own fields, whatever the prototype has of that name. */
function putFields(target, fields) {
  for (const name of Object.keys(fields)) {
    if (name in target) {
      Object.defineProperty(target, name, { value: fields[name], writable: true, enumerable: true, configurable: true });
    } else {
      target[name] = fields[name];
    }
  }
}

function castFailure(field, value, modelName) {
  try {
    field.cast(value, undefined);
  } catch (error) {
    return error;
  }
  return new ValidationError(modelName, {});
}

function isWithin(inner, outer) {
  return inner === outer || inner.startsWith(`${outer}.`);
}

function withSession(options, session) {
  return session === null || options?.session !== undefined ? { ...options } : { ...options, session };
}
