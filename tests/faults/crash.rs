//! The process dies: at every command that a run sends, before the server has seen it and after the server has done it. Each time
//! `status` must tell what had begun and what was recorded, and the next run must end right without anybody's help.

use std::process::Command;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use bson::Document;
use bson::doc;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::PATIENCE;
use super::age_the_lock;
use super::output;
use super::proxy::Caught;
use super::proxy::Moment;
use super::proxy::Proxy;
use super::proxy::Verdict;
use super::rounds;
use super::server_addresses;
use super::side_by_side;
use super::wait_until;
use super::wire::Seen;
use crate::support::Project;
use crate::support::with_database;

pub(super) const FILES: [&str; 3] = ["1-plain.js", "2-transaction.js", "3-plain.js"];

/// Two migrations that bear being run twice, and between them one that doesn't and runs in a transaction. Each run of a plain one leaves
/// a trace of its own.
pub(super) fn project() -> Project {
    let project = Project::new();
    for (file, number) in [(FILES[0], 1), (FILES[2], 3)] {
        project.script(
            file,
            &format!(
                "await db.collection('runs').insertOne({{ up: {number} }});\n    await db.collection('state').updateOne({{ _id: {number} }}, {{ $set: {{ done: true }} }}, {{ upsert: true }});"
            ),
            &format!(
                "await db.collection('runs').insertOne({{ down: {number} }});\n    await db.collection('state').deleteOne({{ _id: {number} }});"
            ),
        );
    }
    project.migration(
        FILES[1],
        "const add = (by) => async (db) => {\n  for (const _id of ['a', 'b']) await db.collection('sums').updateOne({ _id }, { $inc: { sum: by } });\n};\nmodule.exports = { useTransaction: true, up: add(1), down: add(-1) };\n",
    );
    with_database(&project.database, async |database| {
        let sums = [
            doc! { "_id": "a", "sum": 0_i32 },
            doc! { "_id": "b", "sum": 0_i32 },
        ];
        database
            .collection::<Document>("sums")
            .insert_many(sums)
            .await
            .map(drop)
    });
    project
}

fn through(proxy: &Proxy, project: &Project, direction: &str) -> Command {
    let mut command = project.command(&[direction]);
    command.env("MMK_URI", proxy.uri());
    command
}

/// How many commands a run in this direction sends.
fn steps_of(direction: &str) -> usize {
    let project = ready_for(direction);
    let proxy = Proxy::start(&server_addresses());
    let child = through(&proxy, &project, direction)
        .spawn()
        .expect("the binary starts");
    output(child).exits(0);
    proxy.seen().iter().filter(|seen| !seen.is_timed()).count()
}

fn ready_for(direction: &str) -> Project {
    let project = project();
    if direction == "down" {
        project.run(&["up"]).exits(0);
    }
    project
}

#[test]
fn killed_at_every_step_of_a_run_the_next_one_ends_right() {
    // The short form stops after the first list: every step of `up` once, and some of `down`.
    let (up, down) = (steps_of("up"), steps_of("down"));
    let after = |direction, steps| (0..steps).map(move |step| (direction, step, Moment::After));
    let before = |direction, steps| (0..steps).map(move |step| (direction, step, Moment::Before));
    let short: Vec<_> = after("up", up)
        .chain(after("down", down).skip(4).step_by(4))
        .collect();
    let kills = rounds("MMK_TEST_KILLS", short.len());
    let trials: Vec<_> = short
        .into_iter()
        .chain(before("up", up))
        .chain(before("down", down))
        .chain(after("down", down))
        .cycle()
        .take(kills)
        .collect();
    let (running, twice) = (AtomicUsize::new(0), AtomicUsize::new(0));
    side_by_side(trials, |(direction, step, moment)| {
        let ended = kill_at(direction, step, moment);
        running.fetch_add(usize::from(ended.was_running), Ordering::Relaxed);
        twice.fetch_add(usize::from(ended.ran_again), Ordering::Relaxed);
    });
    println!(
        "{kills} kills at named steps: {} while a migration ran, {} of which had to run again without a transaction; every status was right, \
         every next run ended right",
        running.into_inner(),
        twice.into_inner()
    );
}

struct Ended {
    was_running: bool,
    ran_again: bool,
}

fn kill_at(direction: &str, step: usize, moment: Moment) -> Ended {
    let project = ready_for(direction);
    let proxy = Proxy::start(&server_addresses());
    let caught = proxy.trap(moment, step, |seen| {
        seen.is_worth_knowing() && !seen.is_timed()
    });
    let began = OffsetDateTime::now_utc();
    let mut child = through(&proxy, &project, direction)
        .spawn()
        .expect("the binary starts");
    let pid = child.id();
    let caught = wait_for(&caught);
    child.kill().expect("it runs, because it waits for us");
    output(child);
    let killed = OffsetDateTime::now_utc();
    let place = format!(
        "{direction}, killed {moment:?} {step}: {} {}",
        caught.command.name, caught.command.collection
    );
    caught.release(Verdict::Drop);
    let done = Done::of(&proxy.seen());
    if let Some(session) = &done.open_transaction {
        // What the server does by itself after `transactionLifetimeLimitSeconds`.
        end_session(session);
    }
    age_the_lock(&project.database);

    let order: Vec<&str> = match direction {
        "up" => FILES.to_vec(),
        _ => FILES.iter().rev().copied().collect(),
    };
    let before = project.run(&["status", "--json"]).exits(0).json();
    let running = order
        .get(done.recorded)
        .filter(|_| done.begun > done.recorded);
    for (index, file) in order.iter().enumerate() {
        let row = row(&before, file);
        let is_done = index < done.recorded;
        let is_applied = is_done == (direction == "up");
        let expected = if is_applied { "applied" } else { "pending" };
        assert_eq!(row["status"], expected, "{place}: {file} in {before:#}");
        if running != Some(file) {
            assert_eq!(row.get("attempt"), None, "{place}: {file} in {before:#}");
            continue;
        }
        let attempt = &row["attempt"];
        assert_eq!(attempt["state"], "unfinished", "{place}");
        assert_eq!(attempt["direction"], direction, "{place}");
        assert_eq!(attempt["pid"], pid, "{place}");
        assert_eq!(attempt["host"], host(), "{place}");
        assert_eq!(attempt["transaction"], *file == FILES[1], "{place}");
        let since = attempt["startedAt"].as_str().expect("a time");
        let since = OffsetDateTime::parse(since, &Rfc3339).expect("a time");
        let tolerance = Duration::from_millis(2);
        assert!(
            began - tolerance <= since && since <= killed,
            "{place}: {since}"
        );
    }

    let next = project.run(&[direction]).exits(0);
    match running {
        Some(file) => {
            let told = format!("Unfinished: {direction} of {file} was begun");
            assert!(next.stderr.contains(&told), "{place}: {}", next.stderr);
        }
        None => assert!(
            !next.stderr.contains("nfinished"),
            "{place}: {}",
            next.stderr
        ),
    }
    assert!(project.documents("_mmk_locks").is_empty(), "{place}");
    check_end(&project, direction, &done, &place);
    let was_running = running.is_some();
    Ended {
        was_running,
        ran_again: was_running && done.plain_writes > 0 && running != Some(&FILES[1]),
    }
}

/// What the whole database must hold after the second run.
fn check_end(project: &Project, direction: &str, done: &Done, place: &str) {
    let up = direction == "up";
    let sum = i32::from(up);
    for document in project.documents("sums") {
        assert_eq!(
            document.get_i32("sum").ok(),
            Some(sum),
            "{place}: {document}"
        );
    }
    assert_eq!(project.documents("state").len(), if up { 2 } else { 0 });
    let runs = project.documents("runs");
    for number in [1, 3] {
        let of = |run: &&Document| run.get_i32(direction).ok() == Some(number);
        let count = runs.iter().filter(of).count();
        let again = usize::from(done.interrupted_plain == Some(number));
        assert_eq!(count, 1 + again, "{place}: migration {number}");
    }
    let records = project.documents("_mmk_migrations");
    assert_eq!(records.len(), 3, "{place}");
    for record in &records {
        let expected = if up { "applied" } else { "reverted" };
        assert_eq!(
            record.get_str("status").ok(),
            Some(expected),
            "{place}: {record}"
        );
    }
    if up {
        // One batch for what the first run recorded, one for the rest.
        let batch = |file: &str| {
            let is_it = |record: &&Document| record.get_str("name").ok() == Some(file);
            let record = records.iter().find(is_it).expect("the record");
            record.get_i32("batch").expect("a number")
        };
        for (index, file) in FILES.iter().enumerate() {
            let expected = if index < done.recorded || done.recorded == 0 {
                1
            } else {
                2
            };
            assert_eq!(batch(file), expected, "{place}: {file}");
        }
    }
    let left: Vec<_> = project
        .documents("_mmk_history")
        .into_iter()
        .filter(|attempt| attempt.get_str("state").ok() == Some("running"))
        .collect();
    let expected = usize::from(done.begun > done.recorded);
    assert_eq!(left.len(), expected, "{place}: {left:?}");
    assert!(
        left.iter()
            .all(|attempt| attempt.get_str("takenOverBy").is_ok()),
        "{place}: {left:?}"
    );
}

/// What the server had done of the killed run.
pub(super) struct Done {
    begun: usize,
    recorded: usize,
    /// The migration whose trace was written and whose record was not.
    interrupted_plain: Option<i32>,
    plain_writes: usize,
    pub(super) open_transaction: Option<Document>,
}

impl Done {
    pub(super) fn of(seen: &[Seen]) -> Self {
        let count = |matches: &dyn Fn(&&Seen) -> bool| seen.iter().filter(matches).count();
        let recorded = count(&|seen| seen.name == "commitTransaction");
        let beginnings: Vec<usize> = (0..seen.len()).filter(|at| begins(seen, *at)).collect();
        let begun = beginnings.len();
        let last_begun = beginnings.last().copied().unwrap_or(0);
        let trace = seen[last_begun..]
            .iter()
            .find(|seen| seen.is("insert", "runs"))
            .filter(|_| begun > recorded);
        let last = seen.iter().rfind(|seen| !seen.is_timed());
        Self {
            begun,
            recorded,
            interrupted_plain: trace.and_then(number_of),
            plain_writes: usize::from(trace.is_some()),
            open_transaction: last
                .filter(|seen| seen.is_in_transaction() && seen.name != "commitTransaction")
                .and_then(Seen::session),
        }
    }
}

/// Whether this command makes the beginning of a migration known: by itself, or as the commit of what ends the one before.
fn begins(seen: &[Seen], at: usize) -> bool {
    match &seen[at] {
        alone if alone.is("insert", "_mmk_history") => true,
        commit if commit.name == "commitTransaction" => seen[..at]
            .iter()
            .rfind(|one| one.is("update", "_mmk_history") && one.is_in_transaction())
            .is_some_and(opens_an_attempt),
        _ => false,
    }
}

fn opens_an_attempt(update: &Seen) -> bool {
    let statements = update.body.get_array("updates").expect("statements");
    statements
        .iter()
        .filter_map(bson::Bson::as_document)
        .any(|statement| statement.get_bool("upsert").unwrap_or(false))
}

/// The migration that an insert into `runs` speaks of.
fn number_of(seen: &Seen) -> Option<i32> {
    let document = seen
        .body
        .get_array("documents")
        .ok()?
        .first()?
        .as_document()?
        .clone();
    document
        .get_i32("up")
        .or_else(|_| document.get_i32("down"))
        .ok()
}

pub(super) fn wait_for(caught: &Receiver<Caught>) -> Caught {
    match caught.recv_timeout(PATIENCE) {
        Ok(caught) => caught,
        Err(RecvTimeoutError::Timeout) => panic!("the run never came to this step"),
        Err(RecvTimeoutError::Disconnected) => unreachable!("the proxy keeps its traps"),
    }
}

pub(super) fn end_session(session: &Document) {
    let command = doc! { "killSessions": [session.clone()] };
    with_database("admin", async move |database| {
        database.run_command(command).await.map(drop)
    });
}

pub(super) fn row<'a>(rows: &'a Value, file: &str) -> &'a Value {
    rows.as_array()
        .expect("rows")
        .iter()
        .find(|row| row["file"] == file)
        .expect("the migration has a row")
}

pub(super) fn host() -> String {
    let host = Command::new("hostname").output().expect("hostname runs");
    String::from_utf8_lossy(&host.stdout).trim().to_owned()
}

#[test]
fn what_a_killed_run_had_written_is_known_and_one_command_decides() {
    let project = Project::new();
    project.script(
        "1-slow.js",
        "for (let n = 0; n < 50; n++) await db.collection('writes').insertOne({ n });\n    await new Promise((resolve) => setTimeout(resolve, 600000));",
        "",
    );
    let mut child = project.command(&["up"]).spawn().expect("the binary starts");
    let noted = || {
        let history = project.documents("_mmk_history");
        let counts = history.first()?.get_array("counts").ok()?;
        counts.first()?.as_document()?.get_i32("inserted").ok()
    };
    wait_until("all that was written is noted", || noted() == Some(50));
    child.kill().expect("it runs, because it waits");
    let pid = child.id();
    output(child);
    age_the_lock(&project.database);
    let rows = project.run(&["status", "--json"]).exits(0).json();
    let attempt = &rows[0]["attempt"];
    let collection = format!("{}.writes", project.database);
    assert_eq!(attempt["counts"][&collection]["inserted"], 50, "{rows:#}");
    assert!(attempt["countedAt"].is_string(), "{rows:#}");
    project
        .run(&["status"])
        .exits(0)
        .says(&format!("by pid {pid} on {}", host()))
        .says(&format!("50 in {collection}"))
        .says("mmk-js mark applied 1-slow.js");
    project.run(&["mark", "applied", "1-slow.js"]).exits(0);
    project.run(&["up"]).exits(0).says("Nothing to migrate");
    let rows = project.run(&["status", "--json"]).exits(0).json();
    assert_eq!(rows[0].get("attempt"), None, "{rows:#}");
    println!("killed while it ran: status knew all 50 writes, and `mark` decided");
}
