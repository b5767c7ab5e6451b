// Calls every op with hostile values; see fuzz.rs. `ROUNDS` and `SEED` are set before.
(() => {
  // What an attacker finds in the object that holds the ops, and those of the engine's that can be caught one by one.
  const ops = { ...CAUGHT };
  for (const name of ['op_blob_read_part', 'op_defer', 'op_message_port_recv_message', ...(globalThis.MORE ?? [])]) {
    ops[name] = ALL[name];
  }
  let state = SEED >>> 0;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const choose = (list) => list[random(list.length)];

  const refuse = () => {
    throw new Error('a getter');
  };
  const detached = new ArrayBuffer(64);
  structuredClone?.(detached, { transfer: [detached] });
  const made = [];
  const numbers = [0, -0, 1, -1, 2, 3, 255, 256, 65536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 1e308, -1e308, NaN, Infinity, -Infinity, 0.5];
  const texts = ['', 'a', '\0', '\ud800', '\udfff\ud800', '..', '/', '/etc/passwd', '/proc/self/environ', '{}', '[]', 'null', '"', '{"op":"stat","path":""}',
    '{"op":"mkdir","path":"\\u0000","mode":4294967295,"recursive":true}', '{"op":"rm","path":"x","recursive":true,"force":true}', '{"op":"readlink","path":"/"}',
    '{"batchSize":-1,"maxTimeMS":18446744073709551615,"comment":{"$oid":1}}', '{"mode":"primary"}', 'mongodb://', 'mongodb://a:b@127.0.0.1:1/?x', 'sha256', 'aes-256-gcm', 'aes-128-cbc', 'gzip',
    'deflate-raw', 'utf-8', 'utf16le', 'latin1', 'base64', 'file:///x', 'data:,x', 'ext:core/ops', 'blob:x', 'a'.repeat(70000), '\u{1f600}'.repeat(300), '127.0.0.1', '::1', 'w', 'r+', 'SIGKILL'];
  const things = [
    () => undefined, () => null, () => true, () => false, () => 10n ** 40n, () => -1n, () => Symbol('s'), () => Symbol.iterator, () => refuse, () => class {}, () => ({}), () => [], () => [1, 'a', null],
    () => new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse }), () => new Proxy(() => {}, { apply: refuse, construct: refuse }), () => ({ get length() { return refuse(); } }),
    () => ({ length: 2 ** 32, 0: 1 }), () => ({ toString: refuse, valueOf: refuse }), () => ({ valueOf: () => 2 ** 40, toString: () => 'x' }), () => new Date(NaN), () => new Error('e'), () => /x/g,
    () => new Map([[1, 2]]), () => new WeakMap(), () => Promise.resolve(1), () => new Promise(() => {}), () => new Uint8Array(0), () => new Uint8Array(1), () => new Uint8Array(1000).fill(255),
    () => new Uint8Array(new SharedArrayBuffer(16)), () => new Uint8Array(detached), () => detached, () => new Uint8Array(new ArrayBuffer(8, { maxByteLength: 64 })), () => new Float64Array(4), () => new DataView(new ArrayBuffer(4)),
    () => new Uint32Array(3), () => new BigInt64Array(2), () => new ArrayBuffer(16), () => new SharedArrayBuffer(8), () => Object.create(null), () => globalThis, () => ops, () => Object.freeze([1]),
    () => new Uint8Array([5, 0, 0, 0, 0]), () => new Uint8Array([255, 255, 255, 127, 0]), () => new Uint8Array([12, 0, 0, 0, 16, 97, 0, 1, 0, 0, 0, 0]), () => async function* () {}, () => new String('s'), () => Object(1n),
  ];
  const value = () => {
    const kind = random(20);
    if (kind < 7) {
      return choose(numbers);
    }
    if (kind < 12) {
      return choose(texts);
    }
    return kind < 15 && made.length > 0 ? choose(made) : choose(things)();
  };

  // What the ops of several parameters expect, so that they get further than to their first refusal: texts, numbers, small numbers, bytes,
  // what other ops gave.
  const expected = {
    op_mmk_advance_cluster_time: 'nb', op_mmk_command: 'ntbnnt', op_mmk_command_sync: 'ntbnnt', op_mmk_connect_client: 'tt', op_mmk_connect_client_sync: 'tt', op_mmk_decode_utf8: 'bnn',
    op_mmk_modules_call_at: 'tnn', op_mmk_modules_installed_version: 'tt', op_mmk_modules_resolve: 'ttt', op_mmk_modules_syntax_place: 'ot', op_mmk_open_cursor: 'nntbnntt', op_mmk_open_cursor_sync: 'nntbnntt',
    op_net_connect: 'ttn', op_net_listen: 'ttn', op_net_start_tls: 'nt', op_net_write: 'nb', op_node_child_run_sync: 'ttb', op_node_child_write: 'nb', op_node_cipher: 'cnbbbbb', op_node_fs_ftruncate: 'nn',
    op_node_fs_call: 'r', op_node_fs_call_sync: 'r', op_node_fs_open: 'ptn', op_node_fs_open_sync: 'ptn', op_node_fs_read: 'dnn', op_node_fs_read_sync: 'dbn', op_node_fs_write: 'dbn', op_node_fs_write_file: 'ptnb', op_node_fs_write_file_sync: 'ptnb',
    op_node_fs_write_sync: 'dbn', op_node_hash_update: 'ob', op_node_hash_digest: 'o', op_node_hash_copy: 'o', op_node_hmac_new: 'hb', op_node_pbkdf2: 'hbbss', op_node_pbkdf2_sync: 'hbbss', op_node_scrypt: 'bbssss',
    op_node_scrypt_sync: 'bbssss', op_node_text_decode: 'bsnn', op_node_text_encode: 'ts', op_node_text_write: 'btnns', op_node_zlib_flush: 'o', op_node_zlib_finish: 'o', op_node_zlib_new: 'zss',
    op_node_zlib_whole: 'zssb', op_node_zlib_whole_sync: 'zssb', op_node_zlib_write: 'ob',
  };
  const bytes = () => choose([new Uint8Array(0), new Uint8Array(1), new Uint8Array(16), new Uint8Array(32).fill(7), new Uint8Array(1000).fill(255), new Uint8Array([31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 255]), Uint8Array.from({ length: 64 }, () => random(256)),
    new Uint8Array([5, 0, 0, 0, 0]), new Uint8Array([255, 255, 255, 127, 0]), new Uint8Array([0, 0, 0, 0]), new Uint8Array([16, 0, 0, 0, 16, 112, 105, 110, 103, 0, 1, 0, 0, 0, 0, 0])]);
  // What `fs` asks for by name, with any number and any path that lies inside.
  const request = () => {
    const name = choose(['stat', 'lstat', 'access', 'readdir', 'mkdir', 'mkdtemp', 'rmdir', 'rm', 'unlink', 'rename', 'copyFile', 'link', 'symlink', 'readlink', 'realpath', 'chmod', 'chown', 'utimes', 'truncate', 'exists']);
    const path = () => choose(['own', 'own/er', 'a'.repeat(300), '', '.', '..', '\0', '/dev/null', '/proc/self/fd/0']);
    const number = () => choose([...numbers.filter(Number.isFinite), 1e15, 8.64e15, 2 ** 63]);
    const fields = { path: path(), from: path(), to: path(), target: path(), prefix: path(), exclusive: random(2) === 0, recursive: random(2) === 0, force: random(2) === 0 };
    for (const field of ['mode', 'uid', 'gid', 'accessed', 'modified', 'length', 'flags']) {
      fields[field] = random(3) === 0 ? 0 : number();
    }
    return JSON.stringify({ op: name, ...fields });
  };
  const kinds = {
    r: request,
    t: () => choose(texts), n: () => choose(numbers), s: () => random(20) - 2, b: bytes, o: () => (made.length > 0 ? choose(made) : {}), d: () => 18 + random(6), p: () => choose(['own', 'own/er', '', '\0', '..']),
    h: () => choose(['sha1', 'sha256', 'sha512', 'md5', 'SHA-256', 'x']), z: () => choose(['gzip', 'gunzip', 'deflate', 'inflate', 'deflateRaw', 'inflateRaw', 'unzip', 'brotliCompress', 'brotliDecompress', 'x']),
    c: () => choose(['aes-128-cbc', 'aes-256-cbc', 'aes-128-gcm', 'aes-256-gcm', 'aes-256-ctr', 'aes-128-ecb', 'x']),
  };
  const parametersOf = (name) => {
    // A hash that takes years is what a script may ask for; the numbers stay small.
    const isSlow = /pbkdf2|scrypt/.test(name);
    if (!isSlow && (expected[name] === undefined || random(3) === 0)) {
      return Array.from({ length: random(10) }, value);
    }
    const parameters = [...expected[name]].map((letter) => (isSlow && letter === 's' ? choose([0, 1, 2, 4, 16]) : kinds[letter]()));
    if (!isSlow && random(3) === 0) {
      parameters[random(parameters.length)] = value();
    }
    return parameters;
  };

  // Not here: what a script may well ask for and then waits for (a sleep), and what ends the run by design.
  const byDesign = new Set(['op_mmk_sleep_sync', 'op_mmk_exit', 'op_dispatch_exception', 'op_set_captured_bootstrap', 'op_mmk_print']);
  const names = Object.keys(ops).filter((name) => typeof ops[name] === 'function' && !byDesign.has(name)).sort();
  const describe = (one) => {
    try {
      return typeof one === 'string' ? JSON.stringify(one).slice(0, 60) : Object.is(one, -0) ? '-0' : `${Object.prototype.toString.call(one)} ${typeof one === 'number' ? one : ''}`;
    } catch {
      return '?';
    }
  };
  let answered = 0;
  let refused = 0;
  // What is printed is kept by whoever reads it, so not without end.
  for (let round = 0; round < Math.min(ROUNDS, 5000); round++) {
    for (const name of names) {
      const parameters = parametersOf(name);
      ops.op_mmk_print(2, `${name} ${parameters.map(describe).join(', ')}\n`);
      try {
        const result = (random(10) === 0 && !name.startsWith('op_is_')) ? Reflect.construct(ops[name], parameters) : Reflect.apply(ops[name], random(3) === 0 ? value() : undefined, parameters);
        answered++;
        if (typeof result?.then === 'function') {
          Promise.prototype.then.call(result, (given) => made.push(given), () => {});
        } else if (typeof result === 'object' && result !== null && made.length < 500) {
          made.push(result);
        }
      } catch {
        refused++;
      }
    }
  }
  ops.op_mmk_print(2, `${names.length} ops, ${answered} answers, ${refused} refusals\n`);
})();
