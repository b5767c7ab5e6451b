/**
 * BSON classes as older majors have them: numbers and 12-byte strings as ids, and constructors that work without `new`.
 * The codec goes on making instances of the classes themselves; scripts get a callable stand-in with the same prototype.
 */

/** Classes of bson 1 and 4 that can be called as functions. */
const CALLABLE = [
  'ObjectId', 'Binary', 'Long', 'Double', 'Int32', 'Decimal128', 'Timestamp', 'Code', 'DBRef', 'MinKey', 'MaxKey',
  'BSONSymbol', 'BSONRegExp',
];

const TWELVE_BYTES = 12;
const NOT_AN_ID = 'Argument passed in must be a string of 12 bytes or a string of 24 hex characters or an integer';

/** What `new ObjectId(…)` took before it became strict: numbers until 6, strings of 12 characters until 5. */
function olderIdArguments(ObjectId, args, major) {
  const [input] = args;
  if (typeof input === 'number') return [ObjectId.generate(input)];
  if (major <= 5 && typeof input === 'string' && input.length === TWELVE_BYTES) {
    const bytes = new TextEncoder().encode(input);
    if (bytes.length === TWELVE_BYTES) return [bytes];
  }
  return args;
}

/** What bson 4 throws of arguments. */
class BSONTypeError extends TypeError {
  get name() {
    return 'BSONTypeError';
  }
}

/** Errors are matched by text now and then. */
function olderIdError(error, major) {
  if (major === 5) error.message = NOT_AN_ID;
  if (major === 4) return new BSONTypeError(NOT_AN_ID);
  if (major === 3) return new Error('Argument passed in must be a single String of 12 bytes or a string of 24 hex characters');
  return error;
}

function isValidId(ObjectId, input, major) {
  if (input == null) return false;
  if (typeof input === 'number') return true;
  if (major <= 5 && typeof input === 'string') return input.length === TWELVE_BYTES || ObjectId.isValid(input);
  return ObjectId.isValid(input);
}

/** Class and major -> stand-in: `require('mongodb')` and `require('bson')` give the same. */
const standIns = new Map();

function standIn(Class, major, options) {
  const key = `${Class.name} ${major}`;
  if (!standIns.has(key)) standIns.set(key, makeStandIn(Class, options));
  return standIns.get(key);
}

function makeStandIn(Class, { adaptArguments = (args) => args, adaptError = (error) => error, isCallable, statics = {} }) {
  const make = (args, newTarget) => {
    try {
      return Reflect.construct(Class, adaptArguments(args), newTarget);
    } catch (error) {
      throw adaptError(error);
    }
  };
  const proxy = new Proxy(Class, {
    construct: (target, args, newTarget) => make(args, newTarget === proxy ? target : newTarget),
    apply(target, _this, args) {
      if (!isCallable) throw new TypeError(`Class constructor ${target.name} cannot be invoked without 'new'`);
      return make(args, target);
    },
    get: (target, name) => (Object.hasOwn(statics, name) ? statics[name] : Reflect.get(target, name, target)),
  });
  Object.defineProperty(Class.prototype, 'constructor', { value: proxy, writable: true, configurable: true });
  return proxy;
}

function decimalOf4(Decimal128) {
  const fromString = (text) => {
    try {
      return Decimal128.fromString(text);
    } catch (error) {
      throw new BSONTypeError(error.message);
    }
  };
  return standIn(Decimal128, 4, { isCallable: true, statics: { fromString } });
}

/**
 * @param {object} bson exports with BSON classes: the driver's, or those of `bson`
 * @param {number} major of npm `mongodb`
 * @returns {object} the exports that change
 */
export function adaptBsonClasses(bson, major) {
  const isCallable = major <= 4;
  const adapted = {};
  const { ObjectId } = bson;
  adapted.ObjectId = standIn(ObjectId, major, {
    adaptArguments: (args) => olderIdArguments(ObjectId, args, major),
    adaptError: (error) => olderIdError(error, major),
    isCallable,
    statics: { isValid: (input) => isValidId(ObjectId, input, major) },
  });
  if (!isCallable) return adapted;
  adapted.ObjectID = adapted.ObjectId;
  if (major === 4) adapted.Decimal128 = decimalOf4(bson.Decimal128);
  for (const name of CALLABLE) {
    if (adapted[name] === undefined && bson[name] !== undefined) adapted[name] = standIn(bson[name], major, { isCallable });
  }
  if (adapted.BSONSymbol !== undefined && major === 3) adapted.Symbol = adapted.BSONSymbol;
  adapted.Map = Map;
  return adapted;
}
