/** `util.types`: the engine's own checks, which no `toString` tag can fool. */

const FROM_CORE = [
  'isAnyArrayBuffer', 'isArgumentsObject', 'isArrayBuffer', 'isAsyncFunction', 'isBigIntObject', 'isBooleanObject', 'isBoxedPrimitive',
  'isDataView', 'isDate', 'isGeneratorFunction', 'isGeneratorObject', 'isMap', 'isMapIterator', 'isModuleNamespaceObject',
  'isNativeError', 'isNumberObject', 'isPromise', 'isProxy', 'isRegExp', 'isSet', 'isSetIterator', 'isSharedArrayBuffer',
  'isStringObject', 'isSymbolObject', 'isWeakMap', 'isWeakSet',
];
const ARRAY_CLASSES = [
  'Uint8Array', 'Uint8ClampedArray', 'Uint16Array', 'Uint32Array', 'Int8Array', 'Int16Array', 'Int32Array', 'Float32Array',
  'Float64Array', 'BigInt64Array', 'BigUint64Array',
];
const tagOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

/** @param {object} core the engine's checks by name */
export function makeTypes(core) {
  const types = {};
  for (const name of FROM_CORE) {
    types[name] = (value) => core[name](value);
  }
  types.isArrayBufferView = ArrayBuffer.isView;
  types.isTypedArray = (value) => tagOf.call(value) !== undefined;
  for (const name of ARRAY_CLASSES) {
    types[`is${name}`] = (value) => tagOf.call(value) === name;
  }
  types.isExternal = () => false;
  types.isCryptoKey = () => false;
  types.isKeyObject = () => false;
  return types;
}
