/**
 * Filters and updates as a model sends them: values cast to the fields' types, fields that the schema doesn't know left out of updates.
 * Without a schema only `_id` is cast, from 24 hexadecimal digits.
 */
import { ObjectId } from '../driver/bson.js';
import { CastError } from './errors.js';
import { isPlain } from './values.js';

const HEX_ID = /^[0-9a-f]{24}$/i;
const LOGICAL = new Set(['$and', '$or', '$nor']);
const LISTS = new Set(['$in', '$nin', '$all']);
const COMPARISONS = new Set(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte']);

/** How values at a path are cast; nothing where they stay as they are, `null` where the schema has no such field. */
function casterAt(Model, path) {
  const { schema, modelName } = Model;
  if (schema === undefined) {
    return path === '_id' ? { one: castId, whole: castId } : undefined;
  }
  const type = schema.typeAt(path);
  if (type === null || type === undefined) {
    return type;
  }
  const field = schema.fields.get(path);
  const cast = (using) => (value) => {
    try {
      return using.cast(value);
    } catch (error) {
      throw new CastError(using.name, value, path, modelName, error);
    }
  };
  const whole = field === undefined ? cast(type) : (value) => field.cast(value, modelName);
  return { one: type.name === 'Array' ? cast(type.element) : whole, whole };
}

function castId(value) {
  return typeof value === 'string' && HEX_ID.test(value) ? new ObjectId(value) : value;
}

/** @param {Function} Model */
export function castFilter(Model, filter) {
  if (!isPlain(filter)) {
    return filter;
  }
  const cast = {};
  for (const [path, value] of Object.entries(filter)) {
    if (LOGICAL.has(path)) {
      cast[path] = value.map((each) => castFilter(Model, each));
    } else {
      const caster = path.startsWith('$') ? undefined : casterAt(Model, path);
      cast[path] = caster ? castCondition(caster, value) : value;
    }
  }
  return cast;
}

function castCondition(caster, value) {
  if (value === null || value === undefined || value instanceof RegExp) {
    return value;
  }
  if (isPlain(value) && Object.keys(value).some((key) => key.startsWith('$'))) {
    return Object.fromEntries(Object.entries(value).map(([operator, operand]) => [operator, castOperand(caster, operator, operand)]));
  }
  return Array.isArray(value) ? caster.whole(value) : caster.one(value);
}

function castOperand(caster, operator, operand) {
  if (LISTS.has(operator)) {
    const list = Array.isArray(operand) ? operand : [operand];
    return list.map((each) => (each instanceof RegExp || isPlain(each) ? each : castCondition(caster, each)));
  }
  if (COMPARISONS.has(operator) || operator === '$not') {
    return castCondition(caster, operand);
  }
  return operand;
}

/**
 * An update with operators only; fields beside them are set. Nothing is left where every field is unknown to the schema.
 * @param {Function} Model
 */
export function castUpdate(Model, update) {
  if (Array.isArray(update)) {
    return update;
  }
  const operators = {};
  for (const [key, value] of Object.entries(update ?? {})) {
    if (key.startsWith('$')) {
      operators[key] = { ...operators[key], ...value };
    } else {
      operators.$set = { ...operators.$set, [key]: value };
    }
  }
  const cast = {};
  for (const [operator, fields] of Object.entries(operators)) {
    const kept = castFields(Model, operator, fields);
    if (Object.keys(kept).length > 0) {
      cast[operator] = kept;
    }
  }
  return cast;
}

function castFields(Model, operator, fields) {
  const kept = {};
  for (const [path, value] of Object.entries(fields)) {
    const caster = casterAt(Model, path);
    if (caster !== null) {
      kept[path] = caster === undefined ? value : castChange(caster, operator, value);
    }
  }
  return kept;
}

function castChange(caster, operator, value) {
  switch (operator) {
    case '$set':
    case '$setOnInsert':
    case '$min':
    case '$max':
    case '$inc':
    case '$mul':
      return value === null || value === undefined ? value : caster.whole(value);
    case '$push':
    case '$addToSet':
      return isPlain(value) && value.$each !== undefined
        ? { ...value, $each: value.$each.map((item) => caster.one(item)) }
        : caster.one(value);
    case '$pullAll':
      return value.map((item) => caster.one(item));
    case '$pull':
      return isPlain(value) ? value : caster.one(value);
    default:
      return value;
  }
}

/**
 * What an upsert adds to a document that it makes: `__v`, and defaults of fields that neither filter nor update name.
 * @param {Function} Model
 */
export function withInsertDefaults(Model, filter, update) {
  if (Array.isArray(update)) {
    return update;
  }
  const named = new Set(Object.keys(filter ?? {}));
  for (const fields of Object.values(update)) {
    Object.keys(fields).forEach((path) => named.add(path));
  }
  const isNamed = (name) => named.has(name) || [...named].some((path) => path.startsWith(`${name}.`));
  const defaults = isNamed('__v') ? {} : { __v: 0 };
  for (const field of Model.schema?.fields.values() ?? []) {
    const value = isNamed(field.name) ? undefined : field.makeDefault(undefined);
    if (value !== undefined) {
      defaults[field.name] = value;
    }
  }
  return Object.keys(defaults).length === 0 ? update : { ...update, $setOnInsert: { ...update.$setOnInsert, ...defaults } };
}
