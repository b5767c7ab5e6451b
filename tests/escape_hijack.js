// Replaces builtins before the host uses them, catches everything that passes through, looks for the host's functions in what was
// caught, and calls them. `OUTSIDE` and `attempt` come from tests/escape.rs.
const fs = require('fs');
const { apply, ownKeys, construct, getPrototypeOf } = Reflect;
const describe = Object.getOwnPropertyDescriptor;
const { add } = Set.prototype;
const caught = new Set();
let listening = true;

function keep(value) {
  if (listening && ((typeof value === 'object' && value !== null) || typeof value === 'function')) {
    apply(add, caught, [value]);
  }
}

function spy(holder, name) {
  const property = describe(holder, name);
  if (typeof property?.value !== 'function' || name === 'constructor' || !property.configurable) {
    return;
  }
  const original = property.value;
  property.value = function () {
    keep(this);
    for (let index = 0; index < arguments.length; index++) {
      keep(arguments[index]);
    }
    return new.target ? construct(original, arguments, new.target) : apply(original, this, arguments);
  };
  Object.defineProperty(holder, name, property);
}

const classes = [Object, Array, Map, Set, WeakMap, Promise, RegExp, String, Date, Uint8Array, ArrayBuffer, DataView, Symbol, Error, Number, Function];
const holders = [...classes.map((one) => one.prototype), getPrototypeOf(Uint8Array.prototype), JSON, Promise, Array, Reflect, Object];
const methods = holders.flatMap((holder) => ownKeys(holder).map((name) => [holder, name]));
for (const [holder, name] of methods) {
  if (name !== Symbol.hasInstance) {
    spy(holder, name);
  }
}
for (const key of ['then', 'path', 'mode', 'ops', 'core', 'session', 'toBSON', 'permission', 'flags', 'recursive']) {
  Object.defineProperty(Object.prototype, key, {
    configurable: true,
    get() {
      keep(this);
      return undefined;
    },
    set(value) {
      keep(value);
      Object.defineProperty(this, key, { value, writable: true, configurable: true, enumerable: true });
    },
  });
}

const read = () => fs.readFileSync(OUTSIDE, 'utf8');
const uses = [
  read,
  () => fs.promises.readFile(OUTSIDE, 'utf8'),
  () => fs.promises.stat(OUTSIDE),
  () => new Promise((resolve, reject) => fs.readFile(OUTSIDE, (error, bytes) => (error ? reject(error) : resolve(bytes)))),
  () => require(OUTSIDE),
  () => import(OUTSIDE, { with: { type: 'json' } }),
  () => fs.writeFileSync(OUTSIDE, 'x'),
  () => fs.renameSync(OUTSIDE, 'x'),
];
const harmless = [
  () => require('crypto').createHash('sha256').update('x').digest('hex'),
  () => require('zlib').gzipSync('x'),
  () => new Promise((resolve) => setTimeout(resolve, 1)),
  () => new TextDecoder().decode(new TextEncoder().encode('x')),
  () => structuredClone({ a: 1 }),
  () => new URL('http://host/x?y').search,
];

/** Everything that can be reached from what was caught. */
function reachable() {
  const seen = new Set();
  const queue = [...caught];
  while (queue.length > 0 && seen.size < 2e5) {
    const value = queue.pop();
    if (seen.has(value)) {
      continue;
    }
    seen.add(value);
    try {
      for (const key of ownKeys(value)) {
        const property = describe(value, key);
        for (const next of [property.value, property.get, property.set]) {
          if ((typeof next === 'object' && next !== null) || typeof next === 'function') {
            queue.push(next);
          }
        }
      }
      const parent = getPrototypeOf(value);
      if (parent !== null) {
        queue.push(parent);
      }
    } catch {
      // A proxy that refuses.
    }
  }
  return seen;
}

(async () => {
  const through = [];
  for (const use of uses) {
    try {
      through.push(String(await use()).slice(0, 40));
    } catch {
      // Refused, as it should be.
    }
  }
  for (const use of harmless) {
    try {
      await use();
    } catch {
      // What the overrides break is the script's own loss.
    }
  }
  listening = false;
  const natives = [...reachable()].filter((value) => typeof value === 'function' && value.name.startsWith('op_'));
  const named = (name) => natives.find((native) => native.name === name);
  const request = (op, more) => JSON.stringify({ op, path: OUTSIDE, ...more });
  const calls = [
    ['op_node_fs_read_file_sync', OUTSIDE],
    ['op_node_fs_read_file', OUTSIDE],
    ['op_node_fs_open_sync', OUTSIDE, 'r', 0],
    ['op_node_fs_write_file_sync', OUTSIDE, 'w', 0, new Uint8Array(1)],
    ['op_node_fs_call_sync', request('stat')],
    ['op_node_fs_call_sync', request('unlink')],
    ['op_node_fs_call_sync', request('rename', { to: 'x' })],
    ['op_node_fs_call_sync', request('copyFile', { to: 'x', exclusive: false })],
    ['op_mmk_modules_read', OUTSIDE, false],
    ['op_mmk_modules_read', OUTSIDE, true],
    ['op_import_sync', `file://${OUTSIDE}`],
    ['op_import_sync', 'ext:mmk/host.js'],
  ];
  // Of the engine's own functions only those that the host itself calls, and what a promise's function passes on.
  const known = new Set(['op_import_sync', 'op_preview_entries', 'op_blob_read_part', 'op_defer', 'op_message_port_recv_message']);
  const foreign = natives.map((native) => native.name).filter((name) => !/^op_(mmk|net|node)_/.test(name) && !known.has(name));
  let called = 0;
  for (const [name, ...parameters] of calls) {
    const native = named(name);
    if (native === undefined) {
      continue;
    }
    called++;
    try {
      const given = await native(...parameters);
      through.push(`${name} ${String(given).slice(0, 40)}`);
    } catch {
      // Refused, as it should be.
    }
  }
  console.log(JSON.stringify({ caught: caught.size, natives: natives.length, foreign, called, through }));
})();
