//! The network between the binary and MongoDB: frozen or cut, for moments and for longer than the lock lives.

use std::process::Child;
use std::time::Duration;
use std::time::Instant;

use bson::Document;
use bson::doc;

use super::PATIENCE;
use super::age_the_lock;
use super::output;
use super::proxy::Moment;
use super::proxy::Proxy;
use super::proxy::Verdict;
use super::rounds;
use super::server_addresses;
use super::wire::Seen;
use crate::support::Output;
use crate::support::Project;

/// What is done to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Nothing passes, and no connection breaks.
    Freeze,
    /// All connections break.
    Cut,
}

const TROUBLES: [Trouble; 2] = [Trouble::Freeze, Trouble::Cut];

impl Trouble {
    fn begin(self, proxy: &Proxy) {
        match self {
            Self::Freeze => proxy.freeze(),
            Self::Cut => proxy.cut(),
        }
    }
}

/// Two hundred writes, half of which count twice if they are sent twice.
fn project() -> Project {
    let project = Project::new();
    project.script(
        "1-writes.js",
        "for (let n = 0; n < 100; n++) {\n      await db.collection('writes').insertOne({ n });\n      await db.collection('sum').updateOne({ _id: 1 }, { $inc: { sum: 1 } }, { upsert: true });\n    }",
        "",
    );
    project
}

/// Starts a run, and begins the trouble when it has written 30 documents and the next one is on its way.
fn start(project: &Project, proxy: &Proxy, time_to_live: &str, trouble: Trouble) -> Child {
    let caught = proxy.trap(Moment::Before, 30, |seen| seen.is("insert", "writes"));
    let child = project
        .command(&["up"])
        .env("MMK_URI", proxy.uri())
        .env("MMK_LOCK_TTL", time_to_live)
        .spawn()
        .expect("the binary starts");
    let caught = caught.recv_timeout(PATIENCE).expect("the run writes");
    trouble.begin(proxy);
    caught.release(Verdict::Forward);
    child
}

fn sum(project: &Project) -> i32 {
    project
        .documents("sum")
        .first()
        .map_or(0, |document| document.get_i32("sum").expect("a number"))
}

#[test]
fn a_short_interruption_is_survived_and_nothing_is_doubled() {
    for trouble in TROUBLES {
        let project = project();
        let proxy = Proxy::start(&server_addresses());
        let child = start(&project, &proxy, "300", trouble);
        std::thread::sleep(Duration::from_secs(2));
        proxy.heal();
        output(child).exits(0);
        assert_eq!(project.documents("writes").len(), 100, "{trouble:?}");
        assert_eq!(sum(&project), 100, "{trouble:?}");
        assert_eq!(project.applied().len(), 1);
        println!("{trouble:?} for 2 s: every one of 200 writes once");
    }
}

#[test]
fn an_interruption_longer_than_the_lock_ends_in_a_clear_stop() {
    for trouble in TROUBLES {
        let project = project();
        let proxy = Proxy::start(&server_addresses());
        let child = start(&project, &proxy, "8", trouble);
        std::thread::sleep(Duration::from_secs(10));
        proxy.heal();
        let stopped = output(child);
        assert!(!stopped.status.success(), "{trouble:?}");
        assert!(
            stopped.stderr.contains("LOCK_LOST"),
            "{trouble:?}: {}",
            stopped.stderr
        );
        let (documents, sum) = (project.documents("writes").len(), sum(&project));
        // The call that was on its way may have been done.
        assert!((30..=32).contains(&documents), "{trouble:?}: {documents}");
        assert!((30..=32).contains(&sum), "{trouble:?}: {sum}");
        assert!(project.applied().is_empty());
        // Where the end came before the network did, the lock is still there.
        age_the_lock(&project.database);
        let next = project.run(&["up"]).exits(0);
        assert!(next.stderr.contains("1-writes.js"), "{}", next.stderr);
        println!(
            "{trouble:?} for longer than the lock: LOCK_LOST, {documents} documents, none after it"
        );
    }
}

#[test]
fn a_network_that_never_comes_back_holds_nobody_for_long() {
    if rounds("MMK_TEST_KILLS", 0) == 0 {
        println!("skipped: part of the long form");
        return;
    }
    for trouble in TROUBLES {
        let project = project();
        let proxy = Proxy::start(&server_addresses());
        let child = start(&project, &proxy, "8", trouble);
        let began = Instant::now();
        let stopped = output(child);
        let took = began.elapsed();
        assert!(
            stopped.stderr.contains("LOCK_LOST"),
            "{trouble:?}: {}",
            stopped.stderr
        );
        assert!(took < Duration::from_secs(120), "{trouble:?}: {took:?}");
        println!("{trouble:?} for good: LOCK_LOST and the end after {took:?}");
    }
}

/// What a primary says that did the command and stepped down before a majority had it.
fn interrupted() -> Document {
    doc! {
        "ok": 1, "n": 1, "nModified": 1,
        "writeConcernError": { "code": 11602, "codeName": "InterruptedDueToReplStateChange", "errmsg": "operation was interrupted" },
        "errorLabels": ["RetryableWriteError"],
    }
}

/// What a server says that is primary no more.
fn refused() -> Document {
    doc! {
        "ok": 0, "code": 10107, "codeName": "NotWritablePrimary", "errmsg": "not primary",
        "errorLabels": ["RetryableWriteError"],
    }
}

/// Runs the script, and answers that command of it and the attempt after it in the server's place.
fn answered(
    project: &Project,
    matches: fn(&Seen) -> bool,
    first: (Moment, Document),
    second: Document,
) -> Output {
    let proxy = Proxy::start(&server_addresses());
    // A command springs the first trap that matches, once.
    let caught = [
        (proxy.trap(first.0, 0, matches), first.1),
        (proxy.trap(Moment::Before, 0, matches), second),
    ];
    let mut command = project.command(&["up"]);
    let child = command
        .env("MMK_URI", proxy.uri())
        .spawn()
        .expect("the binary starts");
    for (caught, answer) in caught {
        caught
            .recv_timeout(PATIENCE)
            .expect("the run comes to this step")
            .release(Verdict::Answer(answer));
    }
    output(child)
}

fn is_increment(seen: &Seen) -> bool {
    seen.is("update", "sum")
}

#[test]
fn a_step_down_that_only_a_write_concern_tells_of_fails_nothing() {
    let project = project();
    let first = (Moment::After, interrupted());
    answered(&project, is_increment, first, refused()).exits(0);
    assert_eq!(project.documents("writes").len(), 100);
    assert_eq!(sum(&project), 100);

    let project = Project::new();
    project.script(
        "1-commit.js",
        "await client.withSession(async (own) => {\n      own.startTransaction();\n      await db.collection('sum').updateOne({ _id: 1 }, { $inc: { sum: 1 } }, { upsert: true, session: own });\n      await own.commitTransaction();\n    });",
        "",
    );
    let first = (Moment::After, interrupted());
    let commits = |seen: &Seen| seen.name == "commitTransaction";
    answered(&project, commits, first, refused()).exits(0);
    assert_eq!(sum(&project), 1);
    assert_eq!(project.applied().len(), 1);
    println!("a step-down told by a write concern: the write and the commit counted once");
}

#[test]
fn a_write_that_is_refused_twice_fails_as_under_node() {
    let project = project();
    let first = (Moment::Before, refused());
    answered(&project, is_increment, first, refused())
        .exits(1)
        .says("not primary")
        .says("RetryableWriteError");
    assert_eq!(sum(&project), 0);
    assert!(project.applied().is_empty());
    assert!(project.documents("_mmk_locks").is_empty());
}
