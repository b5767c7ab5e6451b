//! Isolates start from one snapshot (docs/decisions/0009-startup-snapshot.md). What must be new in each of them is new, and the
//! binary needs nothing of the machine that built it.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use serde_json::Value;

use crate::support::Project;
use crate::support::finish;
use crate::support::skip;

/// Everything that a program can ask of the engine's own classes.
const USES_EVERYTHING: &str = "
const parts = [
  new URL('https://a.example/b?c=d').searchParams.get('c'),
  new TextDecoder('latin1').decode(new TextEncoder().encode('x')),
  structuredClone({ a: 1 }).a,
  atob(btoa('y')),
  performance.now() >= 0,
  performance.timeOrigin > 1e12,
  new Blob(['z']).size,
  new AbortController().signal.aborted,
  new Event('e').type,
  new DOMException('m', 'AbortError').code,
  typeof new ReadableStream().getReader,
  typeof new CompressionStream('gzip').readable,
  new MessageChannel().port1.constructor.name,
  require('url').parse('http://h/p').host,
  require('zlib').gunzipSync(require('zlib').gzipSync('q')).toString(),
  require('crypto').createHash('md5').update('').digest('hex').length,
  typeof fetch,
  typeof require('net'),
  typeof require('bson').EJSON.stringify,
  typeof require('mongodb').MongoClient,
];
console.log(JSON.stringify(parts));
process.exit(0);
";

const EXPECTED: &str = r#"["d","x",1,"y",true,true,1,false,"e",20,"function","object","MessagePort","h","q",32,"function","object","function","function"]"#;

#[test]
fn what_differs_from_run_to_run_is_not_part_of_the_snapshot() {
    let project = Project::new();
    let file = project.file(
        "facts.js",
        "const { ObjectId } = require('mongodb');
        const { randomUUID } = require('crypto');
        console.log(JSON.stringify({
          random: Math.random(), id: new ObjectId().toHexString(), uuid: randomUUID(), web: crypto.randomUUID(),
          pid: process.pid, variable: process.env.MMK_STARTUP_TEST, folder: process.cwd(), argv: process.argv.slice(2),
          now: Date.now(), uptime: process.uptime(), elapsed: performance.now(), memory: process.memoryUsage().rss,
          zone: new Date(0).getTimezoneOffset(), columns: process.stdout.isTTY ?? false,
        }));",
    );
    let path = file.to_string_lossy().into_owned();
    let run = |word: &str, zone: &str| -> Value {
        let mut command = project.command(&["run", &path, word]);
        command.env("MMK_STARTUP_TEST", word).env("TZ", zone);
        finish(command).exits(0).json()
    };
    let (one, other) = (run("one", "UTC"), run("other", "Asia/Kolkata"));
    for name in ["random", "id", "uuid", "web", "pid"] {
        assert_ne!(one[name], other[name], "{name}");
    }
    for (facts, word, zone) in [(&one, "one", 0), (&other, "other", -330)] {
        assert_eq!(facts["variable"], word);
        assert_eq!(facts["argv"], serde_json::json!([word]));
        assert_eq!(facts["zone"], zone);
        let folder = project.path().canonicalize().expect("it exists");
        assert_eq!(facts["folder"], folder.to_string_lossy().as_ref());
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970")
            .as_secs_f64();
        let then = facts["now"].as_f64().expect("a number") / 1000.0;
        assert!((now - 3600.0..=now + 1.0).contains(&then), "{then} {now}");
        for name in ["uptime", "elapsed"] {
            assert!(facts[name].as_f64().expect("a number") >= 0.0, "{name}");
        }
    }
}

#[test]
fn migrations_of_one_run_share_no_random_numbers_and_no_ids() {
    let project = Project::new();
    for number in 1..=4 {
        project.script(
            &format!("20260101_00000{number}-a.js"),
            "await db.collection('made').insertOne({ random: Math.random(), seen: globalThis.seen ?? null });
            globalThis.seen = true;",
            "",
        );
    }
    project.run(&["up"]).exits(0);
    let made = project.documents("made");
    assert_eq!(made.len(), 4);
    let randoms: BTreeSet<String> = made
        .iter()
        .map(|document| document.get_f64("random").expect("a number").to_string())
        .collect();
    assert_eq!(randoms.len(), 4);
    let processes: BTreeSet<String> = made
        .iter()
        .map(|document| document.get_object_id("_id").expect("an id").to_hex()[8..18].to_owned())
        .collect();
    assert_eq!(
        processes.len(),
        4,
        "each isolate has a process part of its own"
    );
    assert!(
        made.iter()
            .all(|document| document.get("seen") == Some(&bson::Bson::Null))
    );
}

#[test]
fn classes_of_the_engine_work_and_no_source_is_read_from_the_machine_that_built_us() {
    let project = Project::new();
    let file = project.file("everything.js", USES_EVERYTHING);
    let path = file.to_string_lossy().into_owned();
    let output = project.run(&["run", &path]).exits(0);
    assert_eq!(output.stdout.trim(), EXPECTED);
    if Command::new("strace").arg("-V").output().is_err() {
        skip("`strace` is not installed, which shows the files that are opened");
        return;
    }
    let traced = project.path().join("trace");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=openat,open", "-o"])
        .arg(&traced)
        .arg(env!("CARGO_BIN_EXE_mmk-js"))
        .args(["run", &path])
        .current_dir(project.path())
        .output()
        .expect("strace runs");
    if !output.status.success() {
        skip("`strace` may not trace here");
        return;
    }
    let opened = std::fs::read_to_string(traced).expect("the trace");
    let sources: Vec<&str> = opened
        .lines()
        .filter(|line| line.contains(".js\"") && !line.contains("everything.js"))
        .collect();
    assert!(sources.is_empty(), "{sources:?}");
}
