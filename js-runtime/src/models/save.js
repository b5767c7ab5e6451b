/** `document.save()`: timestamps, rules, and then an insert of the whole document or an update of what changed. */
import { DocumentNotFoundError, VersionError } from './errors.js';
import { Document, rememberFields } from './document.js';
import { cloned, same, withoutEmpty } from './values.js';

/**
 * @param {import('./document.js').Document} document
 * @param {object} state what it remembers
 * @param {{ session?: object | null, validateBeforeSave?: boolean, timestamps?: boolean }} options
 */
export async function saveDocument(document, state, options) {
  if (state.isSaving) {
    throw Object.assign(new Error(`Can't save() the same doc multiple times in parallel. Document: ${document.id}`), {
      name: 'ParallelSaveError',
    });
  }
  state.isSaving = true;
  try {
    if (options.session !== undefined) {
      state.session = options.session;
    }
    castChanged(state);
    if (state.model.hasTimestamps && options.timestamps !== false) {
      stamp(document, state);
    }
    if (options.validateBeforeSave !== false) {
      await Document.validated(document);
    }
    await (state.isNew ? insert(state) : update(document, state));
    return document;
  } finally {
    state.isSaving = false;
  }
}

/** Values inside arrays and objects that the script changed in place. */
function castChanged({ data, original, uncast, model }) {
  for (const field of model.schema?.fields.values() ?? []) {
    const { name } = field;
    const value = data[name];
    if (typeof value === 'object' && value !== null && !uncast.has(name) && !same(value, original?.[name])) {
      try {
        kept(data, name, field.cast(value, model.modelName));
      } catch {
        uncast.set(name, value);
      }
    }
  }
}

/** Cast elements go into the array that is there, which else would count as assigned. */
function kept(data, name, cast) {
  const before = data[name];
  if (Array.isArray(before) && Array.isArray(cast)) {
    cast.forEach((item, at) => (before[at] = item));
  } else if (!same(before, cast)) {
    data[name] = cast;
  }
}

/** As the plugin of dAvePi's models does: a document without `createdAt` gets both, others a new `updatedAt` when they changed. */
function stamp(document, state) {
  if (!state.data.createdAt) {
    const now = new Date();
    state.data.createdAt = now;
    state.data.updatedAt = now;
  } else if (state.isNew || !Document.changesOf(document).isEmpty) {
    state.data.updatedAt = new Date();
  }
}

function optionsOf({ session }) {
  return session === null ? {} : { session };
}

async function insert(state) {
  const { collection } = state.model;
  const fields = withoutEmpty({ ...state.data }) ?? {};
  if (fields.__v === undefined) {
    fields.__v = 0;
    state.data.__v = 0;
  }
  state.isNew = false;
  try {
    await collection.insertOne(fields, optionsOf(state));
  } catch (error) {
    state.isNew = true;
    throw error;
  }
  rememberFields(state);
}

async function update(document, state) {
  const { data, original, defaulted } = state;
  const changes = Document.changesOf(document);
  for (const name of defaulted) {
    if (data[name] !== null && data[name] !== undefined && same(data[name], original[name])) {
      changes.replace(name, data[name]);
    }
  }
  if (changes.isEmpty) {
    return;
  }
  const filter = { _id: original._id };
  if (changes.isGuarded && original.__v !== null && original.__v !== undefined) {
    filter.__v = original.__v;
  }
  const { collection, writer, modelName } = state.model;
  const failure = () =>
    filter.__v === undefined
      ? new DocumentNotFoundError(cloned(filter), modelName)
      : new VersionError(String(original._id), filter.__v, changes.paths);
  await writer.update(collection, { filter, update: changes.toUpdate(), failure }, optionsOf(state));
  if (changes.raisesVersion) {
    data.__v = (original.__v ?? 0) + 1;
  }
  defaulted.clear();
  rememberFields(state);
}
