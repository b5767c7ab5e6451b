/** What built-in models throw. Names, messages and fields are mongoose's, because scripts look at them. */

/** What mongoose names as the reason, by type. */
const BECAUSE = { Boolean: 'CastError', String: 'CastError', ObjectId: 'BSONError' };

class ModelError extends Error {
  get name() {
    return this.constructor.errorName;
  }
}

/** A value that can't be turned into a field's type. */
export class CastError extends ModelError {
  static errorName = 'CastError';

  constructor(kind, value, path, model, reason) {
    const because = BECAUSE[kind] === undefined ? '' : ` because of "${BECAUSE[kind]}"`;
    const shown = typeof value === 'string' ? `"${value}"` : show(value);
    const where = model === undefined ? '' : ` for model "${model}"`;
    super(`Cast to ${kind} failed for value ${shown} (type ${typeName(value)}) at path "${path}"${because}${where}`);
    Object.assign(this, { stringValue: shown, kind, value, path, valueType: typeName(value), reason });
    if (reason !== undefined) {
      this.cause = reason;
    }
  }
}

/** One field that broke one rule. */
export class ValidatorError extends ModelError {
  static errorName = 'ValidatorError';

  constructor(kind, message, path, value) {
    super(message);
    Object.assign(this, { kind, path, value, properties: { message, type: kind, path, value } });
  }
}

/** All fields of a document that broke a rule. */
export class ValidationError extends ModelError {
  static errorName = 'ValidationError';

  constructor(model, errors) {
    const reasons = Object.entries(errors).map(([path, error]) => `${path}: ${error.message}`);
    super(`${model} validation failed: ${reasons.join(', ')}`);
    this.errors = errors;
    this._message = `${model} validation failed`;
  }
}

/** The document to be saved or found isn't there. */
export class DocumentNotFoundError extends ModelError {
  static errorName = 'DocumentNotFoundError';

  constructor(filter, model) {
    super(`No document found for query "${show(filter)}" on model "${model}"`);
    this.filter = filter;
    this.query = filter;
  }
}

/** Somebody else changed an array of the document since it was read. */
export class VersionError extends ModelError {
  static errorName = 'VersionError';

  constructor(id, version, paths) {
    super(`No matching document found for id "${id}" version ${version} modifiedPaths "${paths.join(', ')}"`);
    this.version = version;
    this.modifiedPaths = paths;
  }
}

/** Something that only mongoose can do. */
export class NeedsMongooseError extends ModelError {
  static errorName = 'NeedsMongooseError';

  constructor(what) {
    super(`\`${what}\` is not part of the built-in models: install mongoose in this project, and \`models\` are mongoose's`);
  }
}

function typeName(value) {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'Object') : value === null ? 'null' : typeof value;
}

/** A value as `util.inspect` shows it, as far as filters go. */
function show(value) {
  if (typeof value === 'string') {
    return `'${value}'`;
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[ ${value.map(show).join(', ')} ]`;
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (value?._bsontype === 'ObjectId') {
    return `new ObjectId('${value}')`;
  }
  if (typeof value !== 'object' || value === null || value._bsontype !== undefined || value instanceof RegExp) {
    return String(value);
  }
  const fields = Object.entries(value).map(([name, item]) => `${name}: ${show(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
