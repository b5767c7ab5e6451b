/** Turns any value into text that two runtimes can be compared by, without using either one's inspect. */

function show(value, seen = new Set()) {
  if (value === undefined || value === null || typeof value === 'boolean') {
    return String(value);
  }
  if (typeof value === 'number') {
    return Object.is(value, -0) ? '-0' : String(value);
  }
  if (typeof value === 'bigint') {
    return `${value}n`;
  }
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'symbol') {
    return String(value);
  }
  if (typeof value === 'function') {
    return `function ${value.name}`;
  }
  if (seen.has(value)) {
    return '<cycle>';
  }
  const inner = new Set(seen).add(value);
  if (value instanceof Error) {
    return `${value.name}<${value.code ?? ''}>: ${value.message}`;
  }
  if (value instanceof Uint8Array) {
    return `${value.constructor.name}<${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}>`;
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => show(item, inner)).join(', ')}]`;
  }
  if (value instanceof Date) {
    return `Date(${value.getTime()})`;
  }
  return `${Object.getPrototypeOf(value) === null ? 'null-prototype ' : ''}{${Object.keys(value).map((key) => `${key}: ${show(value[key], inner)}`).join(', ')}}`;
}

/** Collects `label → outcome`; a thrown error is an outcome too. */
function recorder() {
  const results = {};
  const record = (label, work) => {
    try {
      const value = work();
      results[label] = typeof value?.then === 'function'
        ? value.then((settled) => show(settled), (error) => `rejected ${show(error)}`)
        : show(value);
    } catch (error) {
      results[label] = `thrown ${show(error)}`;
    }
  };
  record.results = async () => Object.fromEntries(await Promise.all(Object.entries(results).map(async ([label, outcome]) => [label, await outcome])));
  return record;
}

module.exports = { recorder, show };
