//! Races, kills, stolen locks, broken networks and endless loops, on real processes.

mod crash;
mod crash_commands;
mod fencing;
mod network;
mod partition;
mod power;
mod profile;
mod proxy;
mod races;
pub(crate) mod wire;

use std::process::Child;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use bson::doc;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Topology;

use crate::support::Output;
use crate::support::Project;
use crate::support::start_sandbox;
use crate::support::with_database;

/// How long a test waits for something that must happen, at the very most, on a machine that does much else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// Polls until the condition holds; fails the test when it never does.
#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A replica set of three, with these arguments for each `mongod`.
pub(crate) async fn three_nodes(arguments: &[&str]) -> Sandbox {
    start_sandbox(|options| {
        let mut options = options.topology(Topology::ReplicaSet { nodes: 3 });
        // On a machine that does much else, members that wait for less hold elections of their own accord, and a write that meets two
        // in a row fails under every driver.
        options.election_timeout = Duration::from_secs(5);
        options.deadline = PATIENCE;
        options.arguments = arguments.iter().copied().map(Into::into).collect();
        options
    })
    .await
}

fn signal(child: &Child, signal: &str) {
    let status = std::process::Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(status.success());
}

pub(crate) fn output(child: Child) -> Output {
    let output = child.wait_with_output().expect("the child ends");
    Output::of(&output)
}

/// Each run of a migration leaves a document of its own, so that a second run would show.
fn counting_project(count: usize) -> Project {
    let project = Project::new();
    for number in 0..count {
        project.script(
            &format!("{number:02}-count.js"),
            &format!("await db.collection('runs').insertOne({{ migration: {number} }});"),
            &format!("await db.collection('runs').deleteMany({{ migration: {number} }});"),
        );
    }
    project
}

fn runs(project: &Project) -> Vec<i64> {
    let mut runs: Vec<i64> = project
        .documents("runs")
        .iter()
        .map(|run| match run.get("migration") {
            Some(bson::Bson::Int32(number)) => i64::from(*number),
            other => panic!("an odd run: {other:?}"),
        })
        .collect();
    runs.sort_unstable();
    runs
}

#[test]
fn eight_processes_race_and_every_migration_runs_once() {
    let rounds = rounds("MMK_TEST_RACES", 8);
    for round in 0..rounds {
        let project = counting_project(3);
        let children: Vec<Child> = (0..8)
            .map(|_| {
                project
                    .command(&["up", "--wait", "600s"])
                    .spawn()
                    .expect("the binary starts")
            })
            .collect();
        let outputs: Vec<Output> = children.into_iter().map(output).collect();
        for output in outputs {
            output.exits(0);
        }
        assert_eq!(runs(&project), [0, 1, 2], "round {round}");
        let batches: Vec<_> = project
            .documents("_mmk_migrations")
            .iter()
            .map(|record| record.get("batch").cloned())
            .collect();
        assert!(
            batches.iter().all(|batch| *batch == batches[0]),
            "one run applied them all: {batches:?}"
        );
        assert!(project.documents("_mmk_locks").is_empty());
    }
    println!("{rounds} races of 8 processes: every migration ran once");
}

/// The addresses of the tests' server.
fn server_addresses() -> Vec<String> {
    addresses(crate::support::server_uri())
}

/// The hosts of a connection string without credentials.
fn addresses(uri: &str) -> Vec<String> {
    let rest = uri.strip_prefix("mongodb://").unwrap_or(uri);
    let hosts = rest.split('/').next().unwrap_or(rest);
    hosts.split(',').map(str::to_owned).collect()
}

/// Takes all the trials, a few at a time. The first one that fails fails the test.
fn side_by_side<T: Send>(trials: Vec<T>, run: impl Fn(T) + Sync) {
    const WORKERS: usize = 3;
    let queue = Mutex::new(trials.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("nobody panics while holding it").next();
                    let Some(trial) = next else { break };
                    run(trial);
                }
            });
        }
    });
}

/// Lets the lock of a dead process expire, as time would.
fn age_the_lock(database: &str) {
    let long_ago = bson::DateTime::from_millis(0);
    with_database(database, async move |database| {
        database
            .collection::<bson::Document>("_mmk_locks")
            .update_one(doc! {}, doc! { "$set": { "lockedAt": long_ago } })
            .await
            .map(drop)
    });
}

fn rounds(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

#[test]
fn kill_nine_at_any_moment_and_the_next_run_recovers() {
    let kills = rounds("MMK_TEST_KILLS", 20);
    let next = AtomicUsize::new(0);
    let interrupted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                loop {
                    let kill = next.fetch_add(1, Ordering::Relaxed);
                    if kill >= kills {
                        break;
                    }
                    if kill_and_recover(kill) {
                        interrupted.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let interrupted = interrupted.into_inner();
    println!("{kills} kills, {interrupted} of them in the middle: every next run ended right");
    assert!(
        interrupted > 0,
        "no kill hit a run: the moments are chosen badly"
    );
}

/// Kills a run at its own moment and lets the next one recover; whether the kill hit a run that was still going.
fn kill_and_recover(kill: usize) -> bool {
    let project = Project::new();
    // Idempotent on purpose: a killed migration runs again, and the end state must be right all the same.
    for number in 0..4 {
        project.script(
            &format!("{number}-set.js"),
            &format!(
                "for (let n = 0; n < 5; n++) await db.collection('state').updateOne({{ _id: '{number}-' + n }}, {{ $set: {{ done: true }} }}, {{ upsert: true }});"
            ),
            "",
        );
    }
    let mut child = project.command(&["up"]).spawn().expect("the binary starts");
    // Spread over the whole life of a run, start-up included.
    std::thread::sleep(Duration::from_millis((kill as u64 * 37) % 400));
    kill_if_alive(&mut child);
    let hit = !output(child).status.success();
    // The dead process's request for the lock may still be on its way.
    let start = Instant::now();
    loop {
        age_the_lock(&project.database);
        let next = project.run(&["up"]);
        if !next.stderr.contains("LOCK_ALREADY_HELD") || start.elapsed() > PATIENCE {
            next.exits(0);
            break;
        }
    }
    assert_eq!(project.documents("state").len(), 20);
    assert_eq!(project.applied().len(), 4, "after kill {kill}");
    let status = project
        .run(&["status", "--json", "--check"])
        .exits(0)
        .json();
    assert!(
        status
            .as_array()
            .expect("rows")
            .iter()
            .all(|row| row["status"] == "applied")
    );
    hit
}

fn kill_if_alive(child: &mut Child) {
    // `kill` fails only when the process has ended by itself, which is as good.
    let _ = child.kill();
}

#[test]
fn an_endless_loop_keeps_its_lock_and_ends_at_control_c() {
    let project = Project::new();
    project.script(
        "1-endless.js",
        "await db.collection('started').insertOne({ _id: 1 });\n    while (true) {}",
        "",
    );
    let child = project
        .command(&["up"])
        .env("MMK_LOCK_TTL", "6")
        .spawn()
        .expect("the binary starts");
    wait_until("the migration runs", || {
        !project.documents("started").is_empty()
    });
    let locked_at = || {
        project.documents("_mmk_locks")[0]
            .get_datetime("lockedAt")
            .expect("a time")
            .timestamp_millis()
    };
    let first = locked_at();
    wait_until("the lock is renewed while the loop spins", || {
        locked_at() > first
    });
    let second = project.run(&["up"]).exits(1);
    assert!(
        second.stderr.contains("LOCK_ALREADY_HELD"),
        "{}",
        second.stderr
    );
    signal(&child, "-INT");
    let stopped = output(child);
    assert!(!stopped.status.success());
    assert!(
        project.documents("_mmk_locks").is_empty(),
        "the lock is given back"
    );
    assert!(project.applied().is_empty());
    let attempt = &project.documents("_mmk_history")[0];
    assert_eq!(attempt.get_str("state").expect("a state"), "failed");
}

#[test]
fn an_endless_loop_ends_at_its_timeout() {
    let project = Project::new();
    project.script("1-endless.js", "while (true) {}", "");
    let failed = project.run(&["up", "--timeout", "1s"]).exits(1);
    assert!(failed.stderr.contains("TIMEOUT"), "{}", failed.stderr);
    assert!(project.documents("_mmk_locks").is_empty());
}

#[test]
fn nothing_is_written_after_the_lock_was_stolen() {
    let project = Project::new();
    project.script(
        "1-writer.js",
        "for (let n = 0; n < 1e9; n++) await db.collection('writes').insertOne({ n });",
        "",
    );
    let child = project
        .command(&["up"])
        .env("MMK_LOCK_TTL", "6")
        .spawn()
        .expect("the binary starts");
    wait_until("the migration writes", || {
        !project.documents("writes").is_empty()
    });
    with_database(&project.database, async |database| {
        database
            .collection::<bson::Document>("_mmk_locks")
            .update_one(
                doc! {"_id": "mmk_lock"},
                doc! {"$set": {"owner": "somebody-else", "lockedAt": bson::DateTime::from_millis(i64::MAX / 2_000_000)}},
            )
            .await
            .map(drop)
    });
    let stopped = output(child);
    let count = project.documents("writes").len();
    assert!(!stopped.status.success());
    assert!(stopped.stderr.contains("LOCK_LOST"), "{}", stopped.stderr);
    assert!(project.applied().is_empty());
    // The process is gone; nothing can follow. The thief's lock is left alone.
    assert_eq!(project.documents("writes").len(), count);
    assert_eq!(
        project.documents("_mmk_locks")[0]
            .get_str("owner")
            .expect("an owner"),
        "somebody-else"
    );
}

#[test]
fn a_terminated_run_gives_its_lock_back() {
    let project = Project::new();
    project.script(
        "1-slow.js",
        "await db.collection('started').insertOne({ _id: 1 });\n    await new Promise((resolve) => setTimeout(resolve, 600000));",
        "",
    );
    let child = project.command(&["up"]).spawn().expect("the binary starts");
    wait_until("the migration runs", || {
        !project.documents("started").is_empty()
    });
    signal(&child, "-TERM");
    assert!(!output(child).status.success());
    assert!(project.documents("_mmk_locks").is_empty());
}

#[test]
fn a_heap_bomb_ends_in_a_named_error() {
    let project = Project::new();
    project.script(
        "1-bomb.js",
        "const all = []; while (true) all.push({ n: all.length });",
        "",
    );
    let failed = project.run(&["up", "--max-memory", "128MB"]).exits(1);
    assert!(failed.stderr.contains("OUT_OF_MEMORY"), "{}", failed.stderr);
    assert!(project.documents("_mmk_locks").is_empty());
}
