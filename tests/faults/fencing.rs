//! A holder of the lock that falls asleep, or whose last words are held up on the way, while somebody else takes over. What the old
//! one had sent may still arrive; nothing else of it follows, and its record never does.

use std::time::Duration;

use super::PATIENCE;
use super::age_the_lock;
use super::output;
use super::proxy::Caught;
use super::proxy::Moment;
use super::proxy::Proxy;
use super::proxy::Verdict;
use super::server_addresses;
use super::signal;
use super::wire::Seen;
use crate::support::Output;
use crate::support::Project;
use crate::support::finish;
use crate::support::with_database;

/// Seconds; the shortest that a busy machine renews in time.
const TIME_TO_LIVE: &str = "8";
const EXPIRED: Duration = Duration::from_millis(8500);

/// One migration that writes a hundred documents, each with the number of the process that wrote it.
fn project(transaction: bool) -> Project {
    let project = Project::new();
    project.migration(
        "1-writes.js",
        &format!(
            "module.exports = {{\n  useTransaction: {transaction},\n  async up(db) {{\n    for (let n = 0; n < 100; n++) await db.collection('writes').insertOne({{ n, by: process.env.WRITER }});\n  }},\n  async down() {{}},\n}};\n"
        ),
    );
    // A transaction that makes a collection keeps everybody else from writing to it until the server gives the transaction up.
    with_database(&project.database, async |database| {
        database.create_collection("writes").await
    });
    project
}

struct Old {
    project: Project,
    proxy: Proxy,
    child: std::process::Child,
    caught: Caught,
}

/// Starts a run, holds the command that matches after `skip` others, and puts the process to sleep until its lock has expired.
fn start(
    transaction: bool,
    moment: Moment,
    skip: usize,
    matches: impl Fn(&Seen) -> bool + Send + 'static,
) -> Old {
    let project = project(transaction);
    let proxy = Proxy::start(&server_addresses());
    let caught = proxy.trap(moment, skip, move |seen| !seen.is_timed() && matches(seen));
    let mut command = project.command(&["up"]);
    command
        .env("MMK_URI", proxy.uri())
        .env("MMK_LOCK_TTL", TIME_TO_LIVE)
        .env("WRITER", "old");
    let child = command.spawn().expect("the binary starts");
    let caught = caught
        .recv_timeout(PATIENCE)
        .expect("the run comes to this step");
    signal(&child, "-STOP");
    std::thread::sleep(EXPIRED);
    Old {
        project,
        proxy,
        child,
        caught,
    }
}

fn take_over(project: &Project) -> Output {
    // The old one's clock has run out; the new one's lock may live longer than that.
    age_the_lock(&project.database);
    let mut command = project.command(&["up"]);
    command.env("WRITER", "new");
    finish(command)
}

fn written_by(project: &Project, writer: &str) -> usize {
    project
        .documents("writes")
        .iter()
        .filter(|document| document.get_str("by").ok() == Some(writer))
        .count()
}

/// Everything that changed data, without what a run may always say of its own attempt and its own lock.
fn writes(seen: &[Seen]) -> Vec<String> {
    seen.iter()
        .filter(|seen| {
            ["insert", "update", "delete", "findAndModify"].contains(&seen.name.as_str())
                && !["_mmk_history", "_mmk_locks"].contains(&seen.collection.as_str())
        })
        .map(|seen| format!("{} {}", seen.name, seen.collection))
        .collect()
}

fn recorded_once(project: &Project) {
    let records = project.documents("_mmk_migrations");
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0].get_i32("batch").ok(), Some(1), "{records:?}");
    project.run(&["status", "--check"]).exits(0);
    assert!(project.documents("_mmk_locks").is_empty());
}

#[test]
fn a_holder_that_slept_past_its_lock_writes_nothing_when_it_wakes() {
    let old = start(false, Moment::After, 40, |seen| seen.is("insert", "writes"));
    old.caught.release(Verdict::Forward);
    take_over(&old.project)
        .exits(0)
        .says("Took over the lock")
        .says("Unfinished");
    let before = writes(&old.proxy.seen()).len();
    signal(&old.child, "-CONT");
    let stopped = output(old.child);
    assert!(!stopped.status.success());
    assert!(stopped.stderr.contains("LOCK_LOST"), "{}", stopped.stderr);
    let after = writes(&old.proxy.seen());
    assert_eq!(after.len(), before, "{:?}", &after[before..]);
    assert_eq!(written_by(&old.project, "old"), 41);
    assert_eq!(written_by(&old.project, "new"), 100);
    recorded_once(&old.project);
    println!("asleep past the lock's expiry: 0 writes after waking");
}

#[test]
fn a_write_that_was_on_its_way_is_the_last_one() {
    let old = start(false, Moment::Before, 40, |seen| {
        seen.is("insert", "writes")
    });
    take_over(&old.project).exits(0);
    assert_eq!(written_by(&old.project, "old"), 40);
    // MongoDB can't know that it is late: this is as far as the lock reaches without a transaction.
    old.caught.release(Verdict::Forward);
    signal(&old.child, "-CONT");
    let stopped = output(old.child);
    assert!(stopped.stderr.contains("LOCK_LOST"), "{}", stopped.stderr);
    assert!(written_by(&old.project, "old") <= 41);
    assert_eq!(written_by(&old.project, "new"), 100);
    recorded_once(&old.project);
    println!("a write held on its way past the lock's expiry: at most that one arrived");
}

#[test]
fn a_late_record_is_refused() {
    // The first command of what records the end.
    let old = start(false, Moment::Before, 0, |seen| {
        seen.is("update", "_mmk_history") && seen.is_in_transaction()
    });
    take_over(&old.project).exits(0);
    let records = old.project.documents("_mmk_migrations");
    old.caught.release(Verdict::Forward);
    signal(&old.child, "-CONT");
    let stopped = output(old.child);
    assert!(!stopped.status.success());
    assert!(stopped.stderr.contains("LOCK_LOST"), "{}", stopped.stderr);
    assert_eq!(old.project.documents("_mmk_migrations"), records);
    recorded_once(&old.project);
    println!("a record held on its way past a takeover: refused");
}

#[test]
fn a_record_that_is_late_though_nobody_took_over_still_counts() {
    let old = start(false, Moment::Before, 0, |seen| {
        seen.is("update", "_mmk_history") && seen.is_in_transaction()
    });
    old.caught.release(Verdict::Forward);
    signal(&old.child, "-CONT");
    output(old.child);
    take_over(&old.project).exits(0).says("Nothing to migrate");
    assert_eq!(written_by(&old.project, "old"), 100);
    recorded_once(&old.project);
}

#[test]
fn a_transaction_that_is_late_leaves_nothing() {
    for (what, matches) in [
        (
            "a write",
            (|seen| seen.is("insert", "writes")) as fn(&Seen) -> bool,
        ),
        ("the end of the attempt", |seen| {
            seen.is("update", "_mmk_history")
        }),
    ] {
        let old = start(true, Moment::Before, 0, matches);
        take_over(&old.project).exits(0);
        old.caught.release(Verdict::Forward);
        signal(&old.child, "-CONT");
        let stopped = output(old.child);
        assert!(stopped.stderr.contains("LOCK_LOST"), "{}", stopped.stderr);
        assert_eq!(written_by(&old.project, "old"), 0, "{what}");
        assert_eq!(written_by(&old.project, "new"), 100, "{what}");
        recorded_once(&old.project);
        println!("{what} in a transaction, held past a takeover: nothing of it stayed");
    }
}

#[test]
fn a_commit_on_its_way_is_waited_for_by_whoever_takes_over() {
    for transaction in [false, true] {
        let old = start(transaction, Moment::Before, 0, |seen| {
            seen.name == "commitTransaction"
        });
        let project = &old.project;
        std::thread::scope(|scope| {
            let new = scope.spawn(|| take_over(project));
            // It has the lock, and waits for the fate of the old one's attempt.
            std::thread::sleep(Duration::from_secs(2));
            assert!(!new.is_finished());
            old.caught.release(Verdict::Forward);
            new.join()
                .expect("the thread ends")
                .exits(0)
                .says("Took over the lock")
                .says("Nothing to migrate");
        });
        signal(&old.child, "-CONT");
        output(old.child);
        assert_eq!(written_by(project, "old"), 100);
        assert_eq!(written_by(project, "new"), 0);
        recorded_once(project);
    }
    println!(
        "a commit held past the lock's expiry: it counts, and whoever took over did not run it again"
    );
}
