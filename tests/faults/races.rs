//! Sixteen processes at once, ours and those of the Node tools, doing different things to one database. Judged by what the server saw:
//! never two writers at a time, no migration applied twice, batches unbroken.

use std::collections::BTreeMap;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use bson::Bson;
use bson::doc;

use super::output;
use super::profile;
use super::profile::Entry;
use super::rounds;
use crate::interop::node_tools;
use crate::support::Output;
use crate::support::Project;
use crate::support::server_uri;
use crate::support::with_database;

const PROCESSES: usize = 16;

/// Must never be said, whatever happens around us.
const FORBIDDEN: [&str; 5] = [
    "LOCK_LOST",
    "RECORD_FAILED",
    "RECORD_INVALID",
    "INTERNAL",
    "panicked",
];

/// Who is run, and with what.
#[derive(Debug, Clone, Copy)]
enum Tool {
    Ours(&'static [&'static str]),
    NodeMmk(&'static [&'static str]),
    NodeMigrateMongo(u8, &'static [&'static str]),
}

impl Tool {
    fn is_node(name: &str) -> bool {
        name.starts_with("node")
    }

    fn name(self, number: usize) -> String {
        match self {
            Self::Ours(_) => format!("ours-{number}"),
            Self::NodeMmk(_) | Self::NodeMigrateMongo(..) => format!("node-{number}"),
        }
    }

    fn start(self, project: &Project, name: &str) -> Child {
        let uri = format!("{}&appName={name}", server_uri());
        let mut command = match self {
            Self::Ours(arguments) => {
                let mut command = project.command(arguments);
                // A machine that does much else needs its time.
                command.args(["--wait", "600s"]);
                command
            }
            Self::NodeMmk(arguments) => node(
                project,
                "node_modules/mongo-migrate-kit/dist/mmk.cjs",
                arguments,
            ),
            Self::NodeMigrateMongo(major, arguments) => node(
                project,
                &format!("node_modules/migrate-mongo-{major}/bin/migrate-mongo.js"),
                arguments,
            ),
        };
        command
            .env("MMK_URI", &uri)
            .env("MMK_DB", &project.database)
            .env("RACE_URI", &uri)
            .spawn()
            .expect("the tool starts")
    }
}

fn node(project: &Project, tool: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command
        .arg(node_tools().join(tool))
        .args(arguments)
        .current_dir(project.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A small generator of numbers, so that a round can be played again by its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("it is below a usize")
    }
}

/// Each run of a script leaves a trace with the file and the direction, by an update, because that is what the profiler shows in full.
fn scripts(project: &Project, files: &[&str]) {
    let trace = |file: &str, direction: &str| {
        format!(
            "await db.collection('log').updateOne({{ file: '{file}', direction: '{direction}', at: process.hrtime().join('.') }}, {{ $set: {{ done: true }} }}, {{ upsert: true }});"
        )
    };
    for file in files {
        project.migration(
            file,
            &format!(
                "const of = (first) => first.db ?? first;\nmodule.exports = {{\n  async up(first) {{ const db = of(first); {} }},\n  async down(first) {{ const db = of(first); {} }},\n}};\n",
                trace(file, "up"),
                trace(file, "down"),
            ),
        );
    }
}

/// Starts all at random moments and waits for all.
fn race(project: &Project, tools: &[Tool], dice: &mut Dice) -> Vec<(String, Output)> {
    let chosen: Vec<(Tool, usize)> = (0..PROCESSES)
        .map(|_| (tools[dice.below(tools.len())], dice.below(1000)))
        .collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = chosen
            .iter()
            .enumerate()
            .map(|(number, (tool, pause))| {
                scope.spawn(move || {
                    std::thread::sleep(Duration::from_millis(*pause as u64));
                    run_to_its_turn(*tool, project, number)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("the thread ends"))
            .collect()
    })
}

/// The Node tools don't wait for a lock; somebody in front of them tries again. Each try is a process of its own.
fn run_to_its_turn(tool: Tool, project: &Project, number: usize) -> (String, Output) {
    const TRIES: usize = 8;
    for attempt in 0.. {
        let name = format!("{}-{attempt}", tool.name(number));
        let output = output(tool.start(project, &name));
        let said = format!("{}{}", output.stdout, output.stderr);
        let locked = said.contains("LOCK_ALREADY_HELD") || said.contains("a lock is in place");
        if !(Tool::is_node(&name) && locked) || attempt == TRIES {
            return (name, output);
        }
        std::thread::sleep(Duration::from_millis(100 + 50 * number as u64));
    }
    unreachable!("the last try returns")
}

fn judge_outputs(outputs: &[(String, Output)], seed: u64) {
    for (name, output) in outputs {
        if Tool::is_node(name) {
            let said = format!("{}{}", output.stdout, output.stderr);
            // Whatever else it says is not what this test is about, and would make it prove nothing.
            let expected = output.status.success()
                || ["LOCK_ALREADY_HELD", "a lock is in place", "IRREVERSIBLE"]
                    .iter()
                    .any(|word| said.contains(word));
            assert!(expected, "seed {seed}, {name}: {said}");
            continue;
        }
        for word in FORBIDDEN {
            assert!(
                !output.stderr.contains(word),
                "seed {seed}, {name}: {}",
                output.stderr
            );
        }
        assert!(
            !output.stderr.contains("LOCK_ALREADY_HELD"),
            "seed {seed}, {name} waited in vain: {}",
            output.stderr
        );
    }
}

/// The positions of each process's first and last write outside the lock collections.
fn spans<'a>(entries: &'a [Entry], locks: &[&str]) -> BTreeMap<&'a str, (usize, usize)> {
    let mut spans: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (position, entry) in entries.iter().enumerate() {
        if entry.changed > 0 && !locks.contains(&entry.collection.as_str()) {
            let span = spans
                .entry(entry.by.as_str())
                .or_insert((position, position));
            span.1 = position;
        }
    }
    spans
}

fn overlapping<'a>(spans: &BTreeMap<&'a str, (usize, usize)>) -> Vec<(&'a str, &'a str)> {
    let mut ordered: Vec<_> = spans.iter().map(|(name, span)| (*span, *name)).collect();
    ordered.sort_unstable();
    let mut pairs = Vec::new();
    for (index, (span, name)) in ordered.iter().enumerate() {
        for (other, other_name) in &ordered[index + 1..] {
            if other.0 < span.1 {
                pairs.push((*name, *other_name));
            }
        }
    }
    pairs
}

/// Every trace that is in the database is in the server's log, too, or the log can't be judged.
fn judge_log(project: &Project, entries: &[Entry], seed: u64) {
    let noted: i64 = entries
        .iter()
        .filter(|entry| entry.collection == "log")
        .map(|entry| entry.changed)
        .sum();
    let traces = project.documents("log");
    assert_eq!(
        usize::try_from(noted).ok(),
        Some(traces.len()),
        "seed {seed}: traces {traces:?}; the server saw:\n{}",
        profile::written_out(entries)
    );
}

/// Plays the server's log and returns how often something was applied; panics where a migration that has a record is applied, or one that has
/// none is reverted, unless it or its predecessor slipped through the gap of its own lock (`has_a_gap`). Who slips through may leave a
/// second record, and a file with two is reverted twice, as under Node.
fn play(entries: &[Entry], seed: u64, has_a_gap: impl Fn(&str) -> bool) -> usize {
    let mut records: BTreeMap<String, usize> = BTreeMap::new();
    let mut last: BTreeMap<String, &str> = BTreeMap::new();
    let mut count = 0;
    for entry in entries.iter().filter(|entry| entry.changed > 0) {
        let Ok(q) = entry.command.get_document("q") else {
            continue;
        };
        if entry.collection == "log" {
            let file = q.get_str("file").expect("a file").to_owned();
            let up = q.get_str("direction").ok() == Some("up");
            let by = entry.by.as_str();
            let previous = last.insert(file.clone(), by);
            let known = records.entry(file.clone()).or_default();
            let is_due = (*known == 0) == up;
            assert!(
                is_due || has_a_gap(by) || previous.is_some_and(&has_a_gap),
                "seed {seed}: {file} by {by} after {previous:?}; the server saw:\n{}",
                profile::written_out(entries)
            );
            *known = if up {
                *known + 1
            } else {
                known.saturating_sub(1)
            };
            count += usize::from(up);
        } else if is_imported(entry) {
            let file = q.get_str("name").expect("a name").to_owned();
            records.insert(file, 1);
        }
    }
    count
}

fn is_imported(entry: &Entry) -> bool {
    entry.collection == "_mmk_migrations"
        && entry
            .command
            .get_document("u")
            .is_ok_and(|update| update.get_str("executedBy").ok() == Some("mmk-import"))
}

/// Every `up` gives one number to all it applies, greater than any before it.
fn judge_batches(entries: &[Entry], seed: u64) {
    let mut batches: BTreeMap<String, i64> = BTreeMap::new();
    let mut of_process: BTreeMap<&str, i64> = BTreeMap::new();
    for entry in entries
        .iter()
        .filter(|entry| entry.changed > 0 && entry.collection == "_mmk_migrations")
    {
        let (Ok(q), Ok(update)) = (
            entry.command.get_document("q"),
            entry.command.get_document("u"),
        ) else {
            continue;
        };
        let set = update.get_document("$set").unwrap_or(update);
        let batch = match set.get("batch") {
            Some(Bson::Int32(batch)) => i64::from(*batch),
            Some(Bson::Double(batch)) => *batch as i64,
            _ => continue,
        };
        let name = q.get_str("name").expect("a name").to_owned();
        if !is_imported(entry) {
            let greatest = batches.values().max().copied().unwrap_or(0);
            match of_process.get(entry.by.as_str()) {
                Some(own) => assert_eq!(batch, *own, "seed {seed}: {name} by {}", entry.by),
                None => {
                    assert_eq!(
                        batch,
                        greatest + 1,
                        "seed {seed}: {name} by {}: {batches:?}",
                        entry.by
                    );
                    of_process.insert(&entry.by, batch);
                }
            }
        }
        batches.insert(name, batch);
    }
}

#[test]
fn sixteen_processes_of_two_tools_never_write_at_once() {
    const TOOLS: [Tool; 9] = [
        Tool::Ours(&["up"]),
        Tool::Ours(&["up"]),
        Tool::Ours(&["up", "--steps", "2"]),
        Tool::Ours(&["down"]),
        Tool::Ours(&["down", "--steps", "2"]),
        Tool::Ours(&["redo"]),
        Tool::Ours(&["import", "--force", "--as", "mmk"]),
        Tool::NodeMmk(&["up"]),
        Tool::NodeMmk(&["down"]),
    ];
    let rounds = rounds("MMK_TEST_MIXED_RACES", 2);
    let (mut applied, mut writers, mut node_writers) = (0, 0, 0);
    for round in 0..rounds {
        let seed = 0x9e37_79b9 + round as u64 * 7919;
        let mut dice = Dice(seed);
        let project = Project::new();
        scripts(
            &project,
            &["0-old.js", "1-a.js", "2-b.js", "3-c.js", "4-d.js"],
        );
        with_database(&project.database, async |database| {
            database
                .collection("changelog")
                .insert_one(doc! { "fileName": "0-old.js", "appliedAt": bson::DateTime::now() })
                .await
                .map(drop)
        });
        profile::begin(&project.database);
        let outputs = race(&project, &TOOLS, &mut dice);
        judge_outputs(&outputs, seed);
        let entries = profile::end(&project.database);
        judge_log(&project, &entries, seed);
        let spans = spans(&entries, &["_mmk_locks"]);
        let pairs = overlapping(&spans);
        assert!(pairs.is_empty(), "seed {seed}: two writers: {pairs:?}");
        applied += play(&entries, seed, |_| false);
        judge_batches(&entries, seed);
        writers += spans.len();
        node_writers += spans.keys().filter(|name| Tool::is_node(name)).count();
        assert!(project.documents("_mmk_locks").is_empty());
        project.run(&["status"]).exits(0);
    }
    println!(
        "{rounds} rounds of {PROCESSES} processes (up, down, redo, import; Node's mmk among them): {writers} of them wrote ({node_writers} of Node's), \
         never two at a time; {applied} times a migration was applied, never one that was; batches unbroken"
    );
}

#[test]
fn our_processes_and_migrate_mongos_respect_each_other() {
    const TOOLS: [Tool; 6] = [
        Tool::Ours(&["up"]),
        Tool::Ours(&["up"]),
        Tool::Ours(&["down"]),
        Tool::NodeMigrateMongo(12, &["up"]),
        Tool::NodeMigrateMongo(14, &["up"]),
        Tool::NodeMigrateMongo(14, &["down"]),
    ];
    const LOCKS: [&str; 2] = ["_mmk_locks", "changelog_lock"];
    let rounds = rounds("MMK_TEST_MIXED_RACES", 2);
    let (mut writers, mut node_writers, mut slipped_in) = (0, 0, 0);
    for round in 0..rounds {
        let seed = 0x51_7cc1 + round as u64 * 7919;
        let mut dice = Dice(seed);
        let project = Project::new();
        project.file(
            "migrate-mongo-config.js",
            &format!(
                "module.exports = {{\n  mongodb: {{ url: process.env.RACE_URI ?? '{}', databaseName: '{}', options: {{}} }},\n  migrationsDir: 'migrations',\n  changelogCollectionName: 'changelog',\n  lockCollectionName: 'changelog_lock',\n  lockTtl: 60,\n  migrationFileExtension: '.js',\n  moduleSystem: 'commonjs',\n}};\n",
                server_uri(),
                project.database
            ),
        );
        scripts(&project, &["1-a.js", "2-b.js", "3-c.js"]);
        profile::begin(&project.database);
        let outputs = race(&project, &TOOLS, &mut dice);
        judge_outputs(&outputs, seed);
        let entries = profile::end(&project.database);
        judge_log(&project, &entries, seed);
        let spans = spans(&entries, &LOCKS);
        let pairs = overlapping(&spans);
        for (one, other) in &pairs {
            // migrate-mongo looks and then inserts: nobody but itself could keep it from slipping in between.
            let known = Tool::is_node(one) || Tool::is_node(other);
            assert!(known, "seed {seed}: two of ours write: {one}, {other}");
        }
        if pairs.is_empty() {
            play(&entries, seed, Tool::is_node);
        } else {
            assert!(
                somebody_looked_too_early(&entries),
                "seed {seed}: two writers although every lock was seen: {pairs:?}"
            );
            slipped_in += 1;
        }
        writers += spans.len();
        node_writers += spans.keys().filter(|name| Tool::is_node(name)).count();
        assert!(project.documents("_mmk_locks").is_empty());
    }
    println!(
        "{rounds} rounds of {PROCESSES} processes with migrate-mongo 12 and 14: {writers} of them wrote ({node_writers} of Node's), two of ours never at a \
         time; in {slipped_in} rounds a Node process slipped in between its own look and its own lock"
    );
}

/// Whether a Node process looked at the lock, then somebody else locked, and then it locked all the same.
fn somebody_looked_too_early(entries: &[Entry]) -> bool {
    let locking: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.collection == "changelog_lock")
        .collect();
    let inserts = |entry: &&&Entry| entry.operation == "insert";
    locking.iter().enumerate().any(|(at, entry)| {
        if !inserts(&entry) || !Tool::is_node(&entry.by) {
            return false;
        }
        let looked = locking[..at]
            .iter()
            .rposition(|before| before.by == entry.by && !inserts(&before));
        looked.is_some_and(|looked| {
            locking[looked..at]
                .iter()
                .any(|between| inserts(&between) && between.by != entry.by)
        })
    })
}
