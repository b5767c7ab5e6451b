//! Migrations that spoil JavaScript's own objects before they do their work: the run still ends, says in order what it did, gives the lock
//! back, and the next migration finds a clean world.

use serde_json::Value;

use crate::support::Project;

/// What is spoiled, as a statement. Whether the migration itself then succeeds is its own affair.
const SPOILED: &[(&str, &str)] = &[
    (
        "a then for all",
        "Object.prototype.then = function (done) { done(7); };",
    ),
    (
        "a throwing then",
        "Object.defineProperty(Object.prototype, 'then', { get() { throw new Error('then'); }, configurable: true });",
    ),
    (
        "a toJSON for all",
        "Object.prototype.toJSON = () => 'spoiled';",
    ),
    (
        "a toBSON for all",
        "Object.prototype.toBSON = () => ({ spoiled: true });",
    ),
    (
        "iterators",
        "Array.prototype[Symbol.iterator] = function* () { yield 'spoiled'; };",
    ),
    ("call", "Function.prototype.call = () => 'spoiled';"),
    (
        "apply",
        "Function.prototype.apply = () => { throw new Error('apply'); };",
    ),
    (
        "promises that never answer",
        "Promise.prototype.then = () => new Promise(() => {});",
    ),
    (
        "a throwing then of promises",
        "Promise.prototype.then = () => { throw new Error('then'); };",
    ),
    (
        "promise functions",
        "Promise.race = Promise.all = Promise.resolve = () => 'spoiled';",
    ),
    ("the promise itself", "globalThis.Promise = class {};"),
    (
        "errors",
        "Error.prepareStackTrace = () => { throw new Error('stack'); }; Error.captureStackTrace = null; Error.stackTraceLimit = NaN;",
    ),
    (
        "error texts",
        "Object.defineProperty(Error.prototype, 'message', { get() { throw 1; } }); Error.prototype.toString = null;",
    ),
    (
        "maps",
        "Map.prototype.get = Map.prototype.set = Map.prototype.has = () => { throw new Error('map'); };",
    ),
    (
        "weak maps",
        "WeakMap.prototype.get = WeakMap.prototype.set = () => undefined;",
    ),
    (
        "texts",
        "String.prototype.split = String.prototype.slice = () => []; RegExp.prototype.exec = () => null;",
    ),
    ("JSON", "JSON.stringify = JSON.parse = () => 'spoiled';"),
    (
        "arrays",
        "Array.prototype.map = Array.prototype.push = Array.prototype.filter = () => { throw new Error('array'); };",
    ),
    (
        "keys",
        "Object.keys = Object.entries = Object.assign = Reflect.ownKeys = () => [];",
    ),
    (
        "bytes",
        "Uint8Array.prototype.set = Uint8Array.prototype.subarray = Uint8Array.prototype.slice = () => null;",
    ),
    (
        "sizes of bytes",
        "for (const name of ['length', 'byteLength', 'byteOffset', 'buffer']) Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), name, { get: () => 2 ** 31 });",
    ),
    (
        "options for all",
        "Object.assign(Object.prototype, { session: {}, readPreference: 'x', writeConcern: { w: 0 }, timeoutMS: 1, ordered: false, upsert: true, batchSize: -1 });",
    ),
    (
        "setters",
        "Object.defineProperty(Object.prototype, '_id', { set() { throw new Error('id'); }, get() { return 'spoiled'; }, configurable: true });",
    ),
    (
        "indexes",
        "Object.defineProperty(Array.prototype, '0', { set() {}, get() { return 'spoiled'; }, configurable: true });",
    ),
    (
        "timers",
        "globalThis.setTimeout = globalThis.queueMicrotask = () => { throw new Error('timer'); };",
    ),
    (
        "everything frozen",
        "for (const one of [Object, Array, Promise, Function, Error, Map]) { Object.freeze(one); Object.freeze(one.prototype); }",
    ),
    (
        "globals gone",
        "for (const name of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[name]; } catch {} }",
    ),
];

fn rows(project: &Project) -> Vec<Value> {
    let output = project.run(&["status", "--json"]);
    let output = output.exits(0);
    let rows: Value = serde_json::from_str(&output.stdout).expect("JSON");
    rows["migrations"]
        .as_array()
        .or(rows.as_array())
        .expect("a list of migrations")
        .clone()
}

#[test]
fn spoiled_builtins_spoil_nothing_but_the_migration_itself() {
    let (mut succeeded, mut failed) = (0, 0);
    let body = "await db.collection('first').insertOne({ a: [1, { b: 'c' }] }); await db.collection('first').find().toArray();";
    let clean = "await db.collection('second').insertOne({ _id: 1 }); if ((await db.collection('second').find().toArray()).length !== 1) throw new Error('not clean');";
    let places = [("in `up`", true), ("around it", false)];
    for ((name, statement), (place, is_inside)) in SPOILED
        .iter()
        .flat_map(|one| places.map(|place| (one, place)))
    {
        let project = Project::new();
        if is_inside {
            project.script("1-spoils.js", &format!("{statement}\n{body}"), "");
        } else {
            let text = format!(
                "module.exports = {{ async up(db) {{ {body} }}, async down() {{}} }};\n{statement}"
            );
            project.migration("1-spoils.js", &text);
        }
        // Enough of them for isolates to be kept where nothing is left in them.
        project.script(
            "0-first.js",
            "await db.collection('first').find().toArray();",
            "",
        );
        project.script("2-clean.js", clean, "");
        project.script(
            "3-last.js",
            "await db.collection('first').find().toArray();",
            "",
        );
        let output = project.run(&["up", "--timeout", "3s"]);
        let said = format!("{name} {place}:\n{}{}", output.stdout, output.stderr);
        assert!(
            !said.contains("INTERNAL") && !said.contains("panicked"),
            "{said}"
        );
        let rows = rows(&project);
        let state = |index: usize| {
            rows[index]["status"]
                .as_str()
                .or(rows[index]["state"].as_str())
                .unwrap_or_default()
                .to_owned()
        };
        match output.code() {
            0 => {
                succeeded += 1;
                for index in 0..4 {
                    assert_eq!(state(index), "applied", "{said}\n{rows:?}");
                }
                assert_eq!(project.documents("second").len(), 1, "{said}");
            }
            1 => {
                failed += 1;
                assert!(said.contains("✖ "), "{said}");
                assert_ne!(state(1), "applied", "{said}\n{rows:?}");
                assert_ne!(state(2), "applied", "{said}\n{rows:?}");
                assert!(project.documents("second").is_empty(), "{said}");
            }
            other => panic!("{other}: {said}"),
        }
        assert!(project.documents("_mmk_locks").is_empty(), "{said}");
    }
    println!(
        "{} ways to spoil: {succeeded} runs succeeded, {failed} failed, each told the truth",
        SPOILED.len()
    );
    assert!(succeeded > 3 && failed > 3);
}
