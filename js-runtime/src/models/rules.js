/** The rules of a field (`required`, `enum`, `min`, `match`, `validate`...) and what breaking each says: mongoose's messages. */
import { ValidatorError } from './errors.js';

const MESSAGES = {
  required: 'Path `{PATH}` is required.',
  enum: '`{VALUE}` is not a valid enum value for path `{PATH}`.',
  min: 'Path `{PATH}` ({VALUE}) is less than minimum allowed value ({LIMIT}).',
  max: 'Path `{PATH}` ({VALUE}) is more than maximum allowed value ({LIMIT}).',
  before: 'Path `{PATH}` ({VALUE}) is before minimum allowed value ({LIMIT}).',
  after: 'Path `{PATH}` ({VALUE}) is after maximum allowed value ({LIMIT}).',
  regexp: 'Path `{PATH}` is invalid ({VALUE}).',
  minlength: 'Path `{PATH}` (`{VALUE}`, length {LENGTH}) is shorter than the minimum allowed length ({LIMIT}).',
  maxlength: 'Path `{PATH}` (`{VALUE}`, length {LENGTH}) is longer than the maximum allowed length ({LIMIT}).',
  'user defined': 'Validator failed for path `{PATH}` with value `{VALUE}`',
};

/** A rule's value may come with a message, as `[value, message]` or `{ value, message }`. */
function withMessage(declared) {
  if (Array.isArray(declared) && declared.length === 2 && typeof declared[1] === 'string' && !Array.isArray(declared[0]?.values)) {
    return { limit: declared[0], message: declared[1] };
  }
  const isPair = typeof declared === 'object' && declared !== null && !(declared instanceof Date) && 'message' in declared;
  return isPair ? { limit: declared.value ?? declared.values, message: declared.message } : { limit: declared };
}

function text(message, name, value, limit) {
  if (typeof message === 'function') {
    return message({ path: name, value });
  }
  const parts = { PATH: name, VALUE: value, LIMIT: limit, MIN: limit, MAX: limit, MINLENGTH: limit, MAXLENGTH: limit, LENGTH: value?.length };
  return message.replace(/\{([A-Z]+)\}/g, (whole, part) => (part in parts ? String(parts[part]) : whole));
}

/** `check(value, document)` returns or resolves to whether the value may stay; `undefined` values only reach `required`. */
function rule(kind, name, { limit, message }, check, wording = kind) {
  return {
    kind,
    check,
    error: (value) => new ValidatorError(kind, text(message ?? MESSAGES[wording], name, value, limit), name, value),
  };
}

function requiredRule(name, declared) {
  const [condition, message] = Array.isArray(declared) ? declared : [declared, undefined];
  const isNeeded = (document) => (typeof condition === 'function' ? condition.call(document, document) : Boolean(condition));
  const given = typeof condition === 'string' ? condition : message;
  const isThere = (value) => value !== undefined && value !== null && !(typeof value === 'string' && value.length === 0);
  return rule('required', name, { limit: true, message: given }, (value, document) => isThere(value) || !isNeeded(document));
}

function enumRule(name, declared) {
  const values = Array.isArray(declared) ? declared : (declared.values ?? Object.values(declared).filter((value) => typeof value !== 'object'));
  const known = (value) => value === undefined || value === null || values.includes(value);
  return rule('enum', name, { limit: values, message: Array.isArray(declared) ? undefined : declared.message }, (value) =>
    Array.isArray(value) ? value.every(known) : known(value),
  );
}

function rangeRules(name, { min, max }) {
  const rules = [];
  if (min !== undefined && min !== null) {
    const given = withMessage(min);
    rules.push(rule('min', name, given, (value) => value >= given.limit, given.limit instanceof Date ? 'before' : 'min'));
  }
  if (max !== undefined && max !== null) {
    const given = withMessage(max);
    rules.push(rule('max', name, given, (value) => value <= given.limit, given.limit instanceof Date ? 'after' : 'max'));
  }
  return rules;
}

function lengthRules(name, options) {
  const rules = [];
  const least = options.minLength ?? options.minlength;
  if (least !== undefined && least !== null) {
    const given = withMessage(least);
    rules.push(rule('minlength', name, given, (value) => value.length >= given.limit));
  }
  const most = options.maxLength ?? options.maxlength;
  if (most !== undefined && most !== null) {
    const given = withMessage(most);
    rules.push(rule('maxlength', name, given, (value) => value.length <= given.limit));
  }
  return rules;
}

function matchRule(name, declared) {
  const given = withMessage(declared);
  return rule('regexp', name, given, (value) => {
    given.limit.lastIndex = 0;
    return value === '' || given.limit.test(value);
  });
}

function validateRules(name, declared) {
  const all = Array.isArray(declared) && typeof declared[1] !== 'string' ? declared : [declared];
  return all.map((each) => {
    const [check, message] = Array.isArray(each) ? each : typeof each === 'function' ? [each] : [each.validator, each.message];
    const passes = (value, document) => (check instanceof RegExp ? check.test(value) : check.call(document, value, { path: name }));
    return rule('user defined', name, { limit: undefined, message }, passes);
  });
}

/**
 * @param {string} name of the field
 * @param {object} options of a schema file's field
 */
export function rulesOf(name, options) {
  const rules = [];
  if (options.required) {
    rules.push(requiredRule(name, options.required));
  }
  if (options.enum !== undefined && options.enum !== null) {
    rules.push(enumRule(name, options.enum));
  }
  rules.push(...rangeRules(name, options), ...lengthRules(name, options));
  if (options.match !== undefined && options.match !== null) {
    rules.push(matchRule(name, options.match));
  }
  if (options.validate !== undefined && options.validate !== null) {
    rules.push(...validateRules(name, options.validate));
  }
  return rules;
}

/**
 * The first rule that a value breaks, as an error.
 * @param {object[]} rules of a field
 */
export async function brokenRule(rules, value, document) {
  for (const { kind, check, error } of rules) {
    if (kind !== 'required' && (value === undefined || (value === null && kind !== 'user defined'))) {
      continue;
    }
    try {
      if (!(await check(value, document))) {
        return error(value);
      }
    } catch (reason) {
      return Object.assign(error(value), { message: reason?.message ?? String(reason), reason });
    }
  }
  return undefined;
}
