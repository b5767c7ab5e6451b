//! The process dies at every command that `redo`, `import`, `mark`, `accept`, `up FILE` and `down --all` send. Judged by the database
//! itself: `status` must say what is in it, and the one command that follows must end as if nothing had happened.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use bson::Document;
use bson::doc;

use super::age_the_lock;
use super::crash::Done;
use super::crash::FILES;
use super::crash::end_session;
use super::crash::host;
use super::crash::project;
use super::crash::row;
use super::crash::wait_for;
use super::output;
use super::proxy::Moment;
use super::proxy::Proxy;
use super::proxy::Verdict;
use super::rounds;
use super::server_addresses;
use super::side_by_side;
use crate::support::Project;
use crate::support::with_database;

/// A command that is killed.
#[derive(Clone, Copy)]
struct Case {
    arguments: &'static [&'static str],
    prepare: fn() -> Project,
    /// What a user runs next, who has read `status`.
    next: fn(&Project, &Self) -> Vec<&'static str>,
    /// Each file's status at the end.
    ends: [&'static str; 3],
    /// How often each plain migration has run for certain, in the direction that is named; an interrupted one ran once more.
    runs: &'static [(&'static str, i32)],
}

const CASES: &[Case] = &[
    Case {
        arguments: &["redo"],
        prepare: applied,
        next: redo_or_up,
        ends: ["applied"; 3],
        runs: &[("down", 3), ("up", 1), ("up", 3), ("up", 3)],
    },
    Case {
        arguments: &["redo", FILES[1]],
        prepare: applied,
        next: redo_or_up,
        ends: ["applied"; 3],
        runs: &[("up", 1), ("up", 3)],
    },
    Case {
        arguments: &["up", FILES[2]],
        prepare: project,
        next: same,
        ends: ["pending", "pending", "applied"],
        runs: &[("up", 3)],
    },
    Case {
        arguments: &["down", "--all"],
        prepare: applied,
        next: same,
        ends: ["pending"; 3],
        runs: &[("down", 1), ("down", 3), ("up", 1), ("up", 3)],
    },
    Case {
        arguments: &["mark", "applied", FILES[0], FILES[1]],
        prepare: project,
        next: same,
        ends: ["applied", "applied", "pending"],
        runs: &[],
    },
    Case {
        arguments: &["accept", FILES[0]],
        prepare: edited,
        next: same,
        ends: ["applied"; 3],
        runs: &[("up", 1), ("up", 3)],
    },
    Case {
        arguments: &["import", "--as", "mmk"],
        prepare: of_migrate_mongo,
        next: import_by_force,
        ends: ["applied", "applied", "pending"],
        runs: &[],
    },
];

fn applied() -> Project {
    let project = project();
    project.run(&["up"]).exits(0);
    project
}

/// Applied, and then the first file became another one that does the same.
fn edited() -> Project {
    let project = applied();
    let path = project.path().join("migrations").join(FILES[0]);
    let text = std::fs::read_to_string(&path).expect("it is there");
    let edited = text.replace("{ done: true }", "{ done: true, more: 1 }");
    std::fs::write(&path, edited).expect("it can be written");
    project
}

fn of_migrate_mongo() -> Project {
    let project = project();
    with_database(&project.database, async |database| {
        let rows = [0, 1].map(|index: usize| {
            let at = bson::DateTime::from_millis(1_000 * (1 + index as i64));
            doc! { "fileName": FILES[index], "appliedAt": at, "migrationBlock": 1_i64 }
        });
        database
            .collection::<Document>("changelog")
            .insert_many(rows)
            .await
            .map(drop)
    });
    project
}

fn same(_: &Project, case: &Case) -> Vec<&'static str> {
    case.arguments.to_vec()
}

/// What was reverted already is pending, which is `up`'s business; so is the rest where all was done again.
fn redo_or_up(project: &Project, case: &Case) -> Vec<&'static str> {
    let is_reverted = project.applied().len() < FILES.len();
    let is_redone = |file: &str| {
        let attempts = project.documents("_mmk_history");
        let of_file = |attempt: &&Document| {
            let text = |key: &str| attempt.get_str(key).unwrap_or_default().to_owned();
            (text("name"), text("direction"), text("state"))
                == (file.to_owned(), "up".to_owned(), "applied".to_owned())
        };
        attempts.iter().filter(of_file).count() == 2
    };
    let last = case.arguments.get(1).unwrap_or(&FILES[2]);
    if is_reverted || is_redone(last) {
        vec!["up"]
    } else {
        case.arguments.to_vec()
    }
}

/// Nothing is imported into records that are there, unless one says so; the refusal names how.
fn import_by_force(project: &Project, case: &Case) -> Vec<&'static str> {
    if project.documents("_mmk_migrations").is_empty() {
        return case.arguments.to_vec();
    }
    project.run(case.arguments).exits(1).says("--force");
    [case.arguments, &["--force"]].concat()
}

impl Case {
    fn through(self, proxy: &Proxy, project: &Project) -> std::process::Child {
        let mut command = project.command(self.arguments);
        command.env("MMK_URI", proxy.uri());
        command.spawn().expect("the binary starts")
    }

    /// How many commands it sends when nothing happens.
    fn steps(self) -> usize {
        let project = (self.prepare)();
        let proxy = Proxy::start(&server_addresses());
        output(self.through(&proxy, &project)).exits(0);
        self.check_end(&project, None, "undisturbed");
        proxy.seen().iter().filter(|seen| !seen.is_timed()).count()
    }

    /// Whether a migration was running when it was killed.
    fn kill_at(self, step: usize, moment: Moment) -> bool {
        let project = (self.prepare)();
        let proxy = Proxy::start(&server_addresses());
        let caught = proxy.trap(moment, step, |seen| {
            seen.is_worth_knowing() && !seen.is_timed()
        });
        let mut child = self.through(&proxy, &project);
        let pid = child.id();
        let caught = wait_for(&caught);
        child.kill().expect("it runs, because it waits for us");
        output(child);
        let place = format!(
            "{:?}, killed {moment:?} {step}: {} {}",
            self.arguments, caught.command.name, caught.command.collection
        );
        caught.release(Verdict::Drop);
        if let Some(session) = &Done::of(&proxy.seen()).open_transaction {
            // What the server does by itself after `transactionLifetimeLimitSeconds`.
            end_session(session);
        }
        age_the_lock(&project.database);

        let interrupted = interrupted(&project);
        let status = project.run(&["status", "--json"]).exits(0).json();
        let recorded = project.applied();
        for file in FILES {
            let row = row(&status, file);
            let is_applied = recorded.iter().any(|name| name == file);
            let expected = if is_applied { "applied" } else { "pending" };
            assert_eq!(row["status"], expected, "{place}: {file} in {status:#}");
            let Some(attempt) = interrupted.as_ref().filter(|attempt| attempt.file == file) else {
                assert_eq!(row.get("attempt"), None, "{place}: {file} in {status:#}");
                continue;
            };
            let told = &row["attempt"];
            assert_eq!(told["state"], "unfinished", "{place}");
            assert_eq!(told["direction"], attempt.direction, "{place}");
            assert_eq!(told["pid"], pid, "{place}");
            assert_eq!(told["host"], host(), "{place}");
        }

        let next = (self.next)(&project, &self);
        let next = project.run(&next).exits(0);
        if let Some(attempt) = &interrupted {
            let told = format!("Unfinished: {} of {}", attempt.direction, attempt.file);
            assert!(next.stderr.contains(&told), "{place}: {}", next.stderr);
        }
        self.check_end(&project, interrupted.as_ref(), &place);
        interrupted.is_some()
    }

    fn check_end(self, project: &Project, interrupted: Option<&Interrupted>, place: &str) {
        assert!(project.documents("_mmk_locks").is_empty(), "{place}");
        let status = project.run(&["status", "--json"]).exits(0).json();
        for (file, expected) in FILES.iter().zip(self.ends) {
            let row = row(&status, file);
            assert_eq!(row["status"], expected, "{place}: {file} in {status:#}");
            assert_eq!(row.get("attempt"), None, "{place}: {file} in {status:#}");
        }
        // The one in the transaction counts in a sum, which must be as if it had run exactly as often as it should.
        let ran = self.ends[1] == "applied" && !self.runs.is_empty();
        for document in project.documents("sums") {
            assert_eq!(
                document.get_i32("sum").ok(),
                Some(i32::from(ran)),
                "{place}"
            );
        }
        let mut runs: Vec<(String, i32)> = project
            .documents("runs")
            .iter()
            .flat_map(|run| {
                ["up", "down"].map(|direction| (direction, run.get_i32(direction).ok()))
            })
            .filter_map(|(direction, number)| Some((direction.to_owned(), number?)))
            .collect();
        // An interrupted plain migration may have left its trace before it ran again.
        let number = interrupted.and_then(Interrupted::plain_number);
        let twice = interrupted
            .zip(number)
            .map(|(attempt, number)| (attempt.direction.clone(), number));
        if runs.len() == self.runs.len() + 1
            && let Some(at) = runs.iter().position(|run| Some(run) == twice.as_ref())
        {
            runs.remove(at);
        }
        runs.sort();
        let expected: Vec<(String, i32)> = self
            .runs
            .iter()
            .map(|(direction, number)| ((*direction).to_owned(), *number))
            .collect();
        assert_eq!(runs, expected, "{place}");
    }
}

/// An attempt that was begun and not ended.
struct Interrupted {
    file: String,
    direction: String,
}

impl Interrupted {
    fn plain_number(&self) -> Option<i32> {
        FILES
            .iter()
            .zip([Some(1), None, Some(3)])
            .find(|(file, _)| **file == self.file)
            .and_then(|(_, number)| number)
    }
}

/// Read from the database, beside the tool.
fn interrupted(project: &Project) -> Option<Interrupted> {
    let running: Vec<Document> = project
        .documents("_mmk_history")
        .into_iter()
        .filter(|attempt| attempt.get_str("state").ok() == Some("running"))
        .collect();
    assert!(running.len() <= 1, "{running:?}");
    let text = |key: &str| running[0].get_str(key).expect("a text").to_owned();
    (!running.is_empty()).then(|| Interrupted {
        file: text("name"),
        direction: text("direction"),
    })
}

#[test]
fn killed_at_every_step_of_other_commands_the_next_one_ends_right() {
    let steps: Vec<usize> = CASES.iter().map(|case| case.steps()).collect();
    let every = |moment: Moment| {
        CASES
            .iter()
            .zip(&steps)
            .flat_map(move |(case, steps)| (0..*steps).map(move |step| (*case, step, moment)))
    };
    // The short form takes some steps of each, the long form all of them, before and after.
    let is_long = rounds("MMK_TEST_KILLS", 0) > 0;
    let trials: Vec<_> = if is_long {
        every(Moment::After).chain(every(Moment::Before)).collect()
    } else {
        every(Moment::After).skip(2).step_by(7).collect()
    };
    let kills = trials.len();
    let running = AtomicUsize::new(0);
    side_by_side(trials, |(case, step, moment)| {
        running.fetch_add(usize::from(case.kill_at(step, moment)), Ordering::Relaxed);
    });
    println!(
        "{kills} kills at steps of redo, up FILE, down --all, mark, accept and import: {} while a migration ran; every status was right, \
         and one command ended it right",
        running.into_inner()
    );
}
