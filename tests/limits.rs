//! Scripts that want too much: time, memory inside and outside V8's heap, documents larger than MongoDB takes. Each must end within
//! its limit in a named error that is on record, with the lock given back and the exit code of its kind; never in an abort.

use std::time::Duration;
use std::time::Instant;

use crate::support::Project;

/// What a script that is stopped may take beyond its limit, on a machine that is busy.
const SLACK: Duration = Duration::from_secs(120);

/// A migration that goes wrong, and how it has to end.
struct Case {
    name: &'static str,
    /// The body of `up`.
    up: &'static str,
    flags: &'static [&'static str],
    code: &'static str,
    exit: i32,
    /// Part of the message that stays on record.
    says: &'static str,
}

const SHORT: &[&str] = &["--timeout", "1s"];
const SMALL: &[&str] = &["--timeout", "300s", "--max-memory", "64MiB"];

const fn endless(name: &'static str, up: &'static str) -> Case {
    Case {
        name,
        up,
        flags: SHORT,
        code: "TIMEOUT",
        exit: 6,
        says: "stopped after 1 s",
    }
}

const fn bomb(name: &'static str, up: &'static str) -> Case {
    Case {
        name,
        up,
        flags: SMALL,
        code: "OUT_OF_MEMORY",
        exit: 6,
        says: "stopped at the memory limit of 64 MB",
    }
}

const fn error(name: &'static str, up: &'static str, says: &'static str) -> Case {
    Case {
        name,
        up,
        flags: &["--timeout", "300s"],
        code: "MIGRATION_EXECUTION_FAILED",
        exit: 1,
        says,
    }
}

const CASES: &[Case] = &[
    endless("endless loop", "while (true) {}"),
    endless("endless promise chain", "while (true) await null;"),
    endless(
        "endless recursion of promises",
        "const again = () => Promise.resolve().then(again); await again();",
    ),
    endless(
        "endless timers",
        "await new Promise(() => setInterval(() => {}, 1));",
    ),
    endless(
        "regular expression",
        "/^(a+)+$/.test('a'.repeat(60) + 'b');",
    ),
    endless(
        "sleep on shared memory",
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    ),
    endless(
        "WebAssembly",
        "const code = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 108, 111, 111, 112, 0, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]);
         new WebAssembly.Instance(new WebAssembly.Module(code)).exports.loop();",
    ),
    endless(
        "loop that swallows everything",
        "for (;;) { try { for (;;); } catch {} finally { for (;;); } }",
    ),
    endless(
        "native function that hears nothing",
        "require('crypto').pbkdf2Sync('a', 'b', 1e9, 64, 'sha512');",
    ),
    bomb(
        "heap",
        "const all = []; while (true) all.push({ n: all.length });",
    ),
    bomb("array in one piece", "new Array(3e7).fill(1.5);"),
    // V8 finds no memory inside a builtin, where nothing can be terminated: its thread is left behind.
    Case {
        name: "array made by V8 itself",
        up: "Array.from({ length: 3e7 });",
        flags: &["--timeout", "300s", "--max-memory", "32MiB"],
        code: "OUT_OF_MEMORY",
        exit: 6,
        says: "stopped at the memory limit of 32 MB",
    },
    bomb(
        "string of 100 MB",
        "const text = 'x'.repeat(1e8) + 'y'; [...text];",
    ),
    bomb(
        "ArrayBuffers",
        "const all = []; while (true) all.push(new ArrayBuffer(1e7));",
    ),
    bomb("one ArrayBuffer", "new ArrayBuffer(2 ** 33);"),
    bomb(
        "Buffers",
        "const all = []; while (true) all.push(Buffer.alloc(1e6, 1));",
    ),
    bomb(
        "WebAssembly memory",
        "const all = []; for (;;) { const one = new WebAssembly.Memory({ initial: 1000 }); new Uint8Array(one.buffer).fill(1); all.push(one); }",
    ),
    bomb(
        "compressed bomb",
        "const zlib = require('zlib'); const one = zlib.gzipSync(Buffer.alloc(2e7)); zlib.gunzipSync(Buffer.concat(Array(200).fill(one)));",
    ),
    bomb(
        "toArray of a million",
        "await db.collection('one').insertOne({});
         const range = (field) => [{ $addFields: { [field]: { $range: [0, 1000] } } }, { $unwind: '$' + field }];
         await db.collection('one').aggregate([...range('n'), ...range('m')]).toArray();",
    ),
    bomb(
        "raw documents of a million",
        "await db.collection('one').insertOne({ text: 'x'.repeat(1000) });
         const range = (field) => [{ $addFields: { [field]: { $range: [0, 1000] } } }, { $unwind: '$' + field }];
         await db.collection('one').aggregate([...range('n'), ...range('m')], { raw: true }).toArray();",
    ),
    bomb(
        "writes that nobody awaits",
        "const bytes = Buffer.alloc(1e6); for (let n = 0; ; n++) db.collection('flood').insertOne({ n, bytes });",
    ),
    error(
        "recursion",
        "const down = () => down(); down();",
        "Maximum call stack size exceeded",
    ),
    error(
        "document without a bottom",
        "const top = {}; let one = top; for (let n = 0; n < 1e5; n++) one = one.a = {}; await db.collection('deep').insertOne(top);",
        "exceeds maximum nested object depth",
    ),
    error(
        "document that is too large",
        "await db.collection('large').insertOne({ text: 'x'.repeat(17e6) });",
        "Size must be between 0 and",
    ),
    error(
        "document that grows too large",
        "await db.collection('large').insertOne({ _id: 1, text: 'x'.repeat(16777216 - 100) });
         await db.collection('large').updateOne({ _id: 1 }, { $set: { more: 'y'.repeat(1000) } });",
        "large",
    ),
];

fn run(case: &Case) -> Result<(), String> {
    let project = Project::new();
    project.script("1-greedy.js", case.up, "");
    let started = Instant::now();
    let arguments = [&["up", "--json", "--exit-codes", "detailed"], case.flags].concat();
    let output = project.run(&arguments);
    let took = started.elapsed();
    let broken = |what: String| {
        Err(format!(
            "{}: {what}\n{:.800}\n{:.800}",
            case.name, output.stdout, output.stderr
        ))
    };
    if output.code() != case.exit {
        return broken(format!("exit code {}", output.code()));
    }
    let code = &output.json()["error"]["code"];
    if code != case.code {
        return broken(format!("code {code}"));
    }
    if took > SLACK + Duration::from_secs(1) {
        return broken(format!("took {took:?}"));
    }
    if !project.documents("_mmk_locks").is_empty() {
        return broken("the lock is still held".to_owned());
    }
    let attempts = project.documents("_mmk_history");
    let state = attempts[0].get_str("state").unwrap_or_default();
    let message = attempts[0]
        .get_document("error")
        .and_then(|error| error.get_str("message"))
        .unwrap_or_default();
    if attempts.len() != 1 || state != "failed" || !message.contains(case.says) {
        return broken(format!("on record is `{state}`: {message}"));
    }
    println!("{}: {} in {took:.1?}", case.name, case.code);
    Ok(())
}

#[test]
fn every_greedy_script_ends_in_a_named_error() {
    let failures: Vec<String> = CASES.iter().filter_map(|case| run(case).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn the_limit_of_a_file_wins_and_is_told() {
    let project = Project::new();
    project.migration(
        "1-endless.js",
        "module.exports = { timeout: 500, up() { for (;;); } };",
    );
    project
        .run(&["up", "--timeout", "600s"])
        .exits(1)
        .says("`1-endless.js` ran longer than its limit of 500 ms in `up`");
}

#[test]
fn a_refused_buffer_can_be_caught_and_the_script_goes_on() {
    let project = Project::new();
    project.script(
        "1-careful.js",
        "try { new ArrayBuffer(1e9); } catch (error) { await db.collection('seen').insertOne({ name: error.name, message: error.message }); }
         for (let n = 0; n < 100; n++) new ArrayBuffer(1e7);",
        "",
    );
    project.run(&["up", "--max-memory", "64MiB"]).exits(0);
    let seen = &project.documents("seen")[0];
    assert_eq!(seen.get_str("name").expect("a name"), "RangeError");
    assert_eq!(
        seen.get_str("message").expect("a message"),
        "Array buffer allocation failed"
    );
}

#[test]
fn a_transaction_that_is_stopped_leaves_nothing() {
    let project = Project::new();
    let cases = [
        ("1s", "for (;;);"),
        (
            "300s",
            "const all = []; while (true) all.push([all.length]);",
        ),
        ("300s", "Array.from({ length: 3e7 });"),
        (
            "1s",
            "require('crypto').pbkdf2Sync('a', 'b', 1e9, 64, 'sha512');",
        ),
    ];
    for (timeout, greedy) in cases {
        project.migration(
            "1-all.js",
            &format!(
                "module.exports = {{ useTransaction: true, async up({{ db }}) {{ await db.collection('a').insertOne({{}}); {greedy} }} }};"
            ),
        );
        project
            .run(&["up", "--timeout", timeout, "--max-memory", "32MiB"])
            .exits(1);
        assert!(project.documents("a").is_empty(), "{greedy}");
        assert!(project.documents("_mmk_locks").is_empty(), "{greedy}");
    }
}

#[test]
fn a_file_that_hangs_or_swells_while_it_is_loaded_is_refused() {
    let project = Project::new();
    project.migration(
        "1-bomb.js",
        "const all = []; while (true) all.push([all.length]);",
    );
    let refused = project
        .run(&["up", "--max-memory", "64MiB", "--json"])
        .exits(1);
    assert_eq!(refused.json()["error"]["code"], "OUT_OF_MEMORY");
    assert!(project.documents("_mmk_history").is_empty());
    assert!(project.documents("_mmk_locks").is_empty());
}

#[test]
fn a_limit_beyond_all_numbers_is_no_limit() {
    for limit in [
        "1e300",
        "'1e300h'",
        "'999999999999999999999999h'",
        "Infinity",
        "NaN",
        "-1",
    ] {
        let project = Project::new();
        project.migration(
            "1-a.js",
            &format!("module.exports = {{ timeout: {limit}, async up(db) {{ await db.collection('a').insertOne({{}}); }} }};"),
        );
        project.run(&["up"]).exits(0);
        assert_eq!(project.documents("a").len(), 1, "{limit}");
    }
}
