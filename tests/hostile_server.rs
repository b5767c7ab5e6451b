//! A server that answers with broken, lying and random bytes, as a faulty proxy or a hostile host could: whatever comes, a script's call
//! ends in an answer or an error with a name, `status` in records or a code, and no process ends in a panic, an abort or a hang.
//! `MMK_TEST_REPLIES=<number>` sends more to the scripts, `PROPTEST_RNG_SEED=<number>` others.

use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use bson::Bson;
use bson::Document;
use bson::doc;

use crate::faults::wire::Frame;
use crate::support::Output;
use crate::support::Project;

const OP_MSG: i32 = 2013;

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// A reply that some server could have sent.
fn honest(command: &str) -> Document {
    let rows = vec![
        doc! {"_id": 1, "name": "1-a.js", "fileName": "1-a.js", "appliedAt": bson::DateTime::from_millis(0), "batch": 1, "text": "é", "list": [1, {"a": 2.5}], "big": 5_i64},
        doc! {"_id": bson::oid::ObjectId::from_bytes([1; 12]), "name": "2-b.js", "more": {"deep": [[[]]]}, "bytes": bson::Binary { subtype: bson::spec::BinarySubtype::Uuid, bytes: vec![0; 16] }},
    ];
    match command {
        "find" | "aggregate" | "listCollections" | "listIndexes" => {
            doc! {"cursor": {"firstBatch": rows, "id": 5_i64, "ns": "app.c"}, "ok": 1.0}
        }
        "getMore" => doc! {"cursor": {"nextBatch": rows, "id": 0_i64, "ns": "app.c"}, "ok": 1.0},
        "distinct" => doc! {"values": [1, "a"], "ok": 1.0},
        "findAndModify" => doc! {"value": {"_id": 1}, "lastErrorObject": {"n": 1}, "ok": 1.0},
        _ => doc! {"n": 1, "nModified": 1, "ok": 1.0},
    }
}

/// A reply with one thing wrong.
fn wrong(command: &str, random: &mut Random) -> Document {
    let mut reply = honest(command);
    let odd = || -> Vec<Bson> {
        vec![
            Bson::Null,
            Bson::Undefined,
            "text".into(),
            (-1_i64).into(),
            i64::MAX.into(),
            f64::NAN.into(),
            true.into(),
            Bson::Array(vec![]),
            doc! {}.into(),
            Bson::MaxKey,
            Bson::Decimal128(bson::Decimal128::from_bytes([255; 16])),
            Bson::RegularExpression(bson::Regex {
                pattern: bson::cstr!("(").into(),
                options: bson::cstr!("zz").into(),
            }),
            bson::DateTime::MAX.into(),
            Bson::Timestamp(bson::Timestamp {
                time: u32::MAX,
                increment: u32::MAX,
            }),
            Bson::Binary(bson::Binary {
                subtype: bson::spec::BinarySubtype::Uuid,
                bytes: vec![1],
            }),
            Bson::Binary(bson::Binary {
                subtype: bson::spec::BinarySubtype::Vector,
                bytes: vec![9, 9],
            }),
            Bson::Binary(bson::Binary {
                subtype: bson::spec::BinarySubtype::Column,
                bytes: vec![1; 5],
            }),
            Bson::JavaScriptCode("throw".to_owned()),
        ]
    };
    let pick = |random: &mut Random| odd().swap_remove(random.below(18));
    let fields = [
        "cursor",
        "ok",
        "n",
        "nModified",
        "values",
        "value",
        "writeErrors",
        "writeConcernError",
        "errorLabels",
        "$clusterTime",
        "operationTime",
        "recoveryToken",
        "errInfo",
    ];
    match random.below(8) {
        0 => drop(reply.remove(fields[random.below(4)])),
        1 | 2 => drop(reply.insert(fields[random.below(fields.len())], pick(random))),
        3 => {
            let inner = [
                "firstBatch",
                "nextBatch",
                "id",
                "ns",
                "postBatchResumeToken",
            ];
            if let Ok(cursor) = reply.get_document_mut("cursor") {
                cursor.insert(inner[random.below(5)], pick(random));
            }
        }
        4 => {
            if let Ok(cursor) = reply.get_document_mut("cursor") {
                cursor.remove(["firstBatch", "nextBatch", "id", "ns"][random.below(4)]);
            }
        }
        5 => {
            reply = doc! {"ok": 0.0, "errmsg": pick(random), "code": pick(random), "codeName": pick(random), "errorLabels": [pick(random)], "errInfo": pick(random)};
        }
        6 => {
            let error = doc! {"index": pick(random), "code": pick(random), "errmsg": pick(random), "errInfo": pick(random), "keyPattern": pick(random)};
            drop(reply.insert("writeErrors", vec![Bson::from(error), pick(random)]));
        }
        _ => {
            let rows: Vec<Bson> = (0..4).map(|_| pick(random)).collect();
            if let Ok(cursor) = reply.get_document_mut("cursor") {
                cursor.insert("firstBatch", rows.clone());
                cursor.insert("nextBatch", rows);
            }
        }
    }
    reply
}

/// A document with arrays in arrays.
fn deep(depth: usize) -> Vec<u8> {
    let mut bytes = vec![5, 0, 0, 0, 0];
    for _ in 0..depth {
        let mut outer = ((bytes.len() + 8) as i32).to_le_bytes().to_vec();
        outer.extend([4, b'0', 0]);
        outer.extend(&bytes);
        outer.push(0);
        bytes = outer;
    }
    bytes
}

/// The bytes of a reply's document, wrong in themselves.
fn broken(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    const NUMBERS: [i32; 9] = [0, 1, 4, -1, i32::MAX, i32::MIN, 5, 255, 16_777_217];
    match random.below(9) {
        0 => bytes.truncate(random.below(bytes.len())),
        1 => bytes[..4].copy_from_slice(&NUMBERS[random.below(9)].to_le_bytes()),
        2 => {
            let at = random.below(bytes.len() - 4);
            bytes[at..at + 4].copy_from_slice(&NUMBERS[random.below(9)].to_le_bytes());
        }
        3 => {
            let at = random.below(bytes.len());
            bytes[at] = [0, 1, 0x14, 0x7f, 0x80, 0xc0, 0xff][random.below(7)];
        }
        4 => {
            for _ in 0..1 + random.below(8) {
                let at = 4 + random.below(bytes.len() - 4);
                bytes[at] = random.below(256) as u8;
            }
        }
        5 => bytes = deep([50, 150, 3000, 20_000][random.below(4)]),
        6 => {
            // Everything twice under the same names.
            let inside = bytes[4..bytes.len() - 1].to_vec();
            let end = bytes.len() - 1;
            bytes.splice(end..end, inside);
            let length = (bytes.len() as i32).to_le_bytes();
            bytes[..4].copy_from_slice(&length);
        }
        7 => {
            bytes = (0..random.below(200))
                .map(|_| random.below(256) as u8)
                .collect()
        }
        _ => {
            let last = bytes.len() - 1;
            bytes[last] = 1;
        }
    }
    bytes
}

/// A message with its header; what is wrong with it is wrong around the document.
fn message(body: &[u8], request: i32, random: &mut Random, is_honest: bool) -> Vec<u8> {
    let kind = if is_honest { 99 } else { random.below(14) };
    let mut bytes = Vec::new();
    let length = 16 + 4 + 1 + body.len() as i32;
    let told = match kind {
        0 => [0, 15, 16, -1, i32::MAX, 48_000_001][random.below(6)],
        1 => length + 1,
        2 => length - 1,
        _ => length,
    };
    let answers = if kind == 3 {
        request.wrapping_add(1)
    } else {
        request
    };
    let code = if kind == 4 {
        [1, 2012, 2004, 0, -1][random.below(5)]
    } else {
        OP_MSG
    };
    let flags: u32 = if kind == 5 {
        [1, 2, 0x1_0000, u32::MAX][random.below(4)]
    } else {
        0
    };
    for field in [told, 7, answers, code] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend(flags.to_le_bytes());
    bytes.push(if kind == 6 {
        [1, 2, 255][random.below(3)]
    } else {
        0
    });
    bytes.extend(body);
    if kind == 7 {
        bytes.truncate(random.below(bytes.len()));
    }
    bytes
}

struct Hostile {
    port: u16,
    sent: Arc<AtomicUsize>,
}

impl Hostile {
    fn start(seed: u64, honesty: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = sent.clone();
        // Lives as long as the test program, which ends it.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counter = counter.clone();
                std::thread::spawn(move || serve(stream, seed, honesty, &counter));
            }
        });
        Self { port, sent }
    }

    fn uri(&self) -> String {
        format!(
            "mongodb://127.0.0.1:{}/app?directConnection=true&serverSelectionTimeoutMS=2000&socketTimeoutMS=2000&connectTimeoutMS=2000",
            self.port
        )
    }
}

/// Of so many replies in ten nothing is wrong.
fn serve(mut stream: TcpStream, seed: u64, honesty: usize, counter: &AtomicUsize) {
    while let Some(frame) = Frame::read(&mut stream) {
        let name = frame
            .command()
            .map(|command| command.name)
            .unwrap_or_default();
        let mut random = Random(seed);
        let mut is_honest = [
            "hello",
            "isMaster",
            "ismaster",
            "buildInfo",
            "endSessions",
            "",
        ]
        .contains(&name.as_str());
        let body = if is_honest {
            let hello = doc! {"ismaster": true, "isWritablePrimary": true, "helloOk": true, "maxWireVersion": 21, "minWireVersion": 0, "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "logicalSessionTimeoutMinutes": 30, "version": "7.0.0", "ok": 1.0};
            hello.to_vec().expect("a document")
        } else {
            let turn = counter.fetch_add(1, Ordering::SeqCst) as u64;
            random = Random(seed.wrapping_add(turn.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            random.below(2);
            is_honest = random.below(10) < honesty;
            match random.below(4) {
                _ if is_honest => honest(&name).to_vec().expect("a document"),
                0 => wrong(&name, &mut random).to_vec().expect("a document"),
                _ => broken(honest(&name).to_vec().expect("a document"), &mut random),
            }
        };
        let is_plain = is_honest || random.below(4) > 0;
        let bytes = message(&body, frame.request(), &mut random, is_plain);
        if stream.write_all(&bytes).is_err() {
            return;
        }
        if !is_plain {
            // Whoever waits for the rest shall not wait for long.
            return;
        }
    }
}

/// Runs against the server, for two minutes at most, or longer where more is sent.
fn run(project: &Project, server: &Hostile, arguments: &[&str]) -> Output {
    let begin = Instant::now();
    let mut command = project.command(arguments);
    command.env("MMK_URI", server.uri());
    let output = crate::support::finish(command);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(
        begin.elapsed()
            < Duration::from_secs(120).max(Duration::from_secs(number("MMK_TEST_REPLIES", 80))),
        "it took too long:\n{said}"
    );
    assert!(
        output.status.code().is_some_and(|code| code < 70),
        "{}:\n{said}",
        output.status
    );
    assert!(!said.contains("panicked"), "{said}");
    output
}

const CALLS: &str = r#"
const { MongoClient } = require('mongodb');
const { inspect } = require('util');
const figures = { answers: 0, errors: {} };

const callOf = (turn, client, collection) => [
  () => collection.find().batchSize(2).toArray(),
  () => collection.aggregate([{ $match: {} }]).toArray(),
  () => collection.insertOne({ a: 1 }),
  () => collection.bulkWrite([{ updateOne: { filter: {}, update: { $set: { a: 1 } } } }, { deleteOne: { filter: {} } }]),
  () => collection.distinct('a'),
  () => collection.findOneAndUpdate({}, { $set: { a: 1 } }),
  () => collection.countDocuments(),
  () => client.db('app').listCollections().toArray(),
  () => collection.indexes(),
  () => client.db('app').command({ ping: 1 }),
  () => collection.find({}, { raw: true }).toArray(),
  () => collection.find({}, { promoteValues: false, useBigInt64: false }).toArray(),
][turn % 12]();

const once = async (turn) => {
  const client = new MongoClient(process.env.MMK_URI);
  try {
    const found = await callOf(turn, client, client.db('app').collection('c'));
    inspect(found, { depth: 20 });
    JSON.stringify(found, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    figures.answers++;
  } catch (error) {
    if (!(error instanceof Error) || typeof error.message !== 'string' || error.message === '') {
      console.log('NAMELESS', turn, error);
    }
    figures.errors[error.name] = (figures.errors[error.name] ?? 0) + 1;
  }
  await client.close().catch((error) => console.log('NAMELESS close', error));
};

(async () => {
  // After a connection that broke, a client waits half a second for its server: so many wait together.
  for (let turn = 0; turn < COUNT; turn += 40) {
    await Promise.all(Array.from({ length: 40 }, (_, index) => once(turn + index)));
  }
  console.log(JSON.stringify(figures));
})();
"#;

#[test]
fn no_reply_to_a_script_ends_the_process() {
    let count = number("MMK_TEST_REPLIES", 80);
    let server = Hostile::start(number("PROPTEST_RNG_SEED", 20_260_101), 2);
    let project = Project::new();
    project.file("calls.js", &CALLS.replace("COUNT", &count.to_string()));
    let output = run(&project, &server, &["run", "calls.js"]).exits(0);
    assert!(!output.stdout.contains("NAMELESS"), "{}", output.stdout);
    let line = output.stdout.lines().last().unwrap_or_default();
    let figures: serde_json::Value = serde_json::from_str(line).expect("figures");
    println!(
        "{} hostile replies: {figures}",
        server.sent.load(Ordering::SeqCst)
    );
    assert!(figures["answers"].as_u64() > Some(count / 20), "{figures}");
    assert!(
        figures["errors"]
            .as_object()
            .is_some_and(|errors| errors.len() > 2),
        "{figures}"
    );
}

#[test]
fn no_reply_to_a_command_ends_the_process() {
    let count = number("MMK_TEST_REPLIES", 80) / 5;
    let seed = number("PROPTEST_RNG_SEED", 20_260_101);
    let project = Project::new();
    project.script(
        "1-a.js",
        "await db.collection('c').insertOne({ a: 1 });",
        "",
    );
    let commands: [&[&str]; 4] = [
        &["status", "--json"],
        &["list"],
        &["up", "--json"],
        &["status"],
    ];
    let mut codes = std::collections::BTreeMap::<String, u32>::new();
    let code_printed = regex::Regex::new(r#"✖ ([A-Z_]+):|"code": "([A-Z_]+)""#).expect("valid");
    for turn in 0..count {
        let server = Hostile::start(seed.wrapping_add(turn), 7);
        let arguments = commands[turn as usize % commands.len()];
        let output = run(&project, &server, arguments);
        let said = format!("{}{}", output.stdout, output.stderr);
        let code = if output.code() == 0 {
            "success".to_owned()
        } else {
            let found = code_printed
                .captures(&said)
                .unwrap_or_else(|| panic!("no code: {said}"));
            let code = found.get(1).or(found.get(2)).map(|code| code.as_str());
            code.unwrap_or_default().to_owned()
        };
        assert_ne!(code, "INTERNAL", "{said}");
        *codes.entry(code).or_default() += 1;
    }
    println!("{count} commands against a hostile server: {codes:?}");
    assert!(codes.len() > 1, "{codes:?}");
}
