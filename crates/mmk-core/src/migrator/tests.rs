//! The loop with in-memory ports: what happens in which order, and what remains when something breaks.

use std::fs;
use std::time::Duration;

use super::*;
use crate::directory::FileRule;
use crate::fence::StopReason;
use crate::plan::Target;
use crate::ports::NoHooks;
use crate::testing::Behaviour;
use crate::testing::World;

/// A folder with these files, each containing its own name.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(folder.path().join(file), file).unwrap();
        }
        Self(folder)
    }
}

fn settings(folder: &Folder, world: &World) -> RunSettings {
    RunSettings {
        source: Source {
            directory: folder.0.path().to_owned(),
            files: FileRule::JavaScript,
        },
        use_transaction: false,
        transactions: if world.transactions {
            TransactionSupport::Available
        } else {
            TransactionSupport::Unavailable {
                reason: "this is a standalone".to_owned(),
            }
        },
        timeout: None,
    }
}

async fn run_with(folder: &Folder, world: &World, task: Task, options: &PlanOptions) -> Report {
    let migrator = Migrator {
        settings: &settings(folder, world),
        locker: Some(world),
        ledger: world,
        engine: world,
        hooks: &NoHooks,
        observer: world,
        fence: &Fence::open(),
    };
    migrator.run(task, options).await
}

/// `up` with these hooks, until the fence closes.
async fn run_under(folder: &Folder, world: &World, hooks: &dyn Hooks, fence: &Fence) -> Report {
    let migrator = Migrator {
        settings: &settings(folder, world),
        locker: Some(world),
        ledger: world,
        engine: world,
        hooks,
        observer: world,
        fence,
    };
    migrator.run(Task::Up, &PlanOptions::default()).await
}

async fn run(folder: &Folder, world: &World, task: Task) -> Report {
    run_with(folder, world, task, &PlanOptions::default()).await
}

fn world(behaviours: &[(&str, Behaviour)]) -> World {
    World {
        behaviours: behaviours
            .iter()
            .map(|(file, behaviour)| ((*file).to_owned(), behaviour.clone()))
            .collect(),
        ..World::default()
    }
}

/// `applied a.js` for each result.
fn results(report: &Report) -> Vec<String> {
    report
        .results
        .iter()
        .map(|result| format!("{} {}", result.status.as_str(), result.file))
        .collect()
}

fn code(report: &Report) -> Option<&'static str> {
    report.failure.as_ref().map(Error::code)
}

#[tokio::test]
async fn a_run_goes_from_lock_to_release_in_order() {
    let world = world(&[]);
    let report = run(&Folder::with(&["a.js", "b.js"]), &world, Task::Up).await;
    assert_eq!(report.failure, None);
    assert_eq!(results(&report), ["applied a.js", "applied b.js"]);
    assert_eq!(
        world.journal.lines(),
        [
            "lock",
            "take over",
            "read",
            "check 2",
            "start up a.js",
            "up a.js",
            "finish a.js",
            "start up b.js",
            "up b.js",
            "finish b.js",
            "release"
        ]
    );
}

/// Everything that a run does between the first step's beginning and the lock's release.
fn steps(world: &World) -> Vec<String> {
    let lines = world.journal.lines();
    lines[4..lines.len() - 1].to_vec()
}

#[tokio::test]
async fn the_end_of_a_step_and_the_beginning_of_the_next_are_one_write() {
    let world = World {
        joins_steps: true,
        ..world(&[("b.js", Behaviour::Throws)])
    };
    let folder = Folder::with(&["a.js", "b.js", "c.js"]);
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(results(&report), ["applied a.js", "error b.js"]);
    assert_eq!(report.not_run, ["c.js"]);
    assert_eq!(
        steps(&world),
        [
            "start up a.js",
            "up a.js",
            "finish a.js, start up b.js",
            "up b.js",
            "fail b.js"
        ]
    );
}

#[tokio::test]
async fn a_step_that_was_begun_and_may_not_run_any_more_is_withdrawn() {
    let fence = Fence::open();
    let world = World {
        joins_steps: true,
        closes_at_finish: Some(fence.clone()),
        ..world(&[])
    };
    let folder = Folder::with(&["a.js", "b.js", "c.js"]);
    let report = run_under(&folder, &world, &NoHooks, &fence).await;
    assert_eq!(code(&report), Some("INTERRUPTED"));
    assert_eq!(results(&report), ["applied a.js"]);
    assert_eq!(report.not_run, ["b.js", "c.js"]);
    assert_eq!(
        steps(&world),
        [
            "start up a.js",
            "up a.js",
            "finish a.js, start up b.js",
            "withdraw b.js"
        ]
    );
}

#[tokio::test]
async fn a_beginning_that_cannot_be_withdrawn_is_told() {
    let fence = Fence::open();
    let world = World {
        joins_steps: true,
        closes_at_finish: Some(fence.clone()),
        broken_calls: vec!["withdraw b.js".to_owned()],
        ..world(&[])
    };
    let folder = Folder::with(&["a.js", "b.js"]);
    let report = run_under(&folder, &world, &NoHooks, &fence).await;
    assert_eq!(code(&report), Some("INTERRUPTED"));
    let told =
        world.journal.lines().iter().any(|line| {
            line.starts_with("warning: b.js is noted as begun, and nothing of it ran: ")
        });
    assert!(told, "{:?}", world.journal.lines());
}

/// Hooks that do nothing and may have to be called.
struct IdleHooks;

impl Hooks for IdleHooks {}

#[tokio::test]
async fn with_hooks_no_step_begins_before_its_own() {
    let world = World {
        joins_steps: true,
        ..world(&[])
    };
    let folder = Folder::with(&["a.js", "b.js"]);
    run_under(&folder, &world, &IdleHooks, &Fence::open()).await;
    let expected = [
        "start up a.js",
        "up a.js",
        "finish a.js",
        "start up b.js",
        "up b.js",
        "finish b.js",
    ];
    assert_eq!(steps(&world), expected);
}

#[tokio::test]
async fn a_second_run_finds_nothing_to_do() {
    let folder = Folder::with(&["a.js"]);
    let world = world(&[]);
    run(&folder, &world, Task::Up).await;
    let report = run(&folder, &world, Task::Up).await;
    assert!(report.nothing_to_do);
    assert!(report.results.is_empty());
}

#[tokio::test]
async fn a_failure_stops_the_run_and_keeps_what_was_done() {
    let folder = Folder::with(&["a.js", "b.js", "c.js"]);
    let mut world = world(&[("b.js", Behaviour::Throws)]);
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(code(&report), Some("MIGRATION_EXECUTION_FAILED"));
    assert_eq!(results(&report), ["applied a.js", "error b.js"]);
    assert_eq!(report.not_run, ["c.js"]);
    let lines = world.journal.lines();
    assert_eq!(&lines[lines.len() - 2..], ["fail b.js", "release"]);

    // Put right, it is tried again, and the run says so.
    world.behaviours.clear();
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(results(&report), ["applied b.js", "applied c.js"]);
    let warned = world
        .journal
        .lines()
        .iter()
        .any(|line| line.starts_with("warning: Failed before: up of b.js"));
    assert!(warned, "{:?}", world.journal.lines());
}

#[tokio::test]
async fn everything_that_can_be_refused_is_refused_before_the_first_write() {
    let folder = Folder::with(&["a.js", "b.js", "c.js"]);
    let world = world(&[
        ("b.js", Behaviour::DoesNotParse),
        ("c.js", Behaviour::UsesTransaction),
    ]);
    let report = run(&folder, &world, Task::Up).await;
    let text = report.failure.unwrap().to_string();
    assert!(text.contains("MIGRATION_SYNTAX: `b.js`"), "{text}");
    assert!(
        text.contains(
            "TRANSACTIONS_UNSUPPORTED: `c.js` asked for a transaction, but this is a standalone"
        ),
        "{text}"
    );
    assert!(report.results.is_empty());
    assert_eq!(
        world.journal.lines(),
        ["lock", "take over", "read", "check 3", "release"]
    );
}

#[tokio::test]
async fn a_missing_down_is_refused_before_anything_is_reverted() {
    let folder = Folder::with(&["a.js", "b.js"]);
    let world = world(&[("a.js", Behaviour::HasNoDown)]);
    assert_eq!(run(&folder, &world, Task::Up).await.failure, None);
    let report = run(&folder, &world, Task::Down).await;
    assert_eq!(
        report.failure,
        Some(Error::InvalidExport {
            name: "a.js".to_owned(),
            export: "down".to_owned()
        })
    );
    assert!(report.results.is_empty());
}

#[tokio::test]
async fn in_a_transaction_the_record_is_sealed_and_not_written_twice() {
    let folder = Folder::with(&["a.js"]);
    let world = World {
        transactions: true,
        ..world(&[("a.js", Behaviour::UsesTransaction)])
    };
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(report.failure, None);
    let lines = world.journal.lines();
    assert_eq!(
        &lines[4..],
        [
            "start up a.js",
            "up a.js",
            "seal a.js",
            "finish a.js",
            "release"
        ]
    );
}

#[tokio::test]
async fn a_step_that_cannot_be_noted_does_not_run() {
    let folder = Folder::with(&["a.js"]);
    let world = World {
        broken_calls: vec!["start up a.js".to_owned()],
        ..world(&[])
    };
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(code(&report), Some("DATABASE_ERROR"));
    assert!(!world.journal.lines().contains(&"up a.js".to_owned()));
    assert_eq!(world.journal.lines().last().unwrap(), "release");
}

#[tokio::test]
async fn a_step_that_ran_and_cannot_be_recorded_is_told_as_such_and_runs_again() {
    let folder = Folder::with(&["a.js", "b.js"]);
    let mut world = World {
        broken_calls: vec!["finish a.js".to_owned()],
        ..world(&[])
    };
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(code(&report), Some("RECORD_FAILED"));
    assert_eq!(results(&report), ["error a.js"]);
    assert_eq!(report.not_run, ["b.js"]);
    assert_eq!(world.journal.lines().last().unwrap(), "release");

    world.broken_calls.clear();
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(results(&report), ["applied a.js", "applied b.js"]);
}

#[tokio::test]
async fn after_a_crash_the_next_run_tells_and_runs_it_again() {
    let folder = Folder::with(&["a.js", "b.js"]);
    let mut world = world(&[("b.js", Behaviour::Dies)]);
    let died = async {
        while !world.journal.lines().contains(&"dies b.js".to_owned()) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        report = run(&folder, &world, Task::Up) => panic!("the run should have died: {report:?}"),
        () = died => {}
    }

    world.behaviours.clear();
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(report.failure, None);
    assert_eq!(results(&report), ["applied b.js"]);
    let told = world.journal.lines().iter().any(|line| {
        line.starts_with("warning: Unfinished: up of b.js") && line.ends_with("it runs again now")
    });
    assert!(told, "{:?}", world.journal.lines());

    // And then the matter is settled.
    let before = world.journal.lines().len();
    run(&folder, &world, Task::Up).await;
    let later = &world.journal.lines()[before..];
    assert!(
        !later.iter().any(|line| line.contains("Unfinished")),
        "{later:?}"
    );
}

#[tokio::test]
async fn a_lost_lock_fails_the_run_and_nothing_more_starts() {
    let folder = Folder::with(&["a.js", "b.js"]);
    let world = world(&[("a.js", Behaviour::LosesLock)]);
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(
        report.failure,
        Some(Error::LockLostDuring {
            name: "a.js".to_owned(),
            detail: "held by bob".to_owned()
        })
    );
    assert_eq!(report.not_run, ["b.js"]);
    assert!(!world.journal.lines().contains(&"start up b.js".to_owned()));
    assert_eq!(world.journal.lines().last().unwrap(), "release");
}

#[tokio::test]
async fn what_ended_well_despite_an_interrupt_is_recorded_and_the_rest_not_begun() {
    let folder = Folder::with(&["a.js", "b.js"]);
    let world = world(&[("a.js", Behaviour::SurvivesInterrupt)]);
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(code(&report), Some("INTERRUPTED"));
    assert_eq!(results(&report), ["applied a.js"]);
    assert_eq!(report.not_run, ["b.js"]);
    assert_eq!(world.journal.lines().last().unwrap(), "release");
}

#[tokio::test]
async fn a_fence_closed_before_the_first_step_stops_everything() {
    let folder = Folder::with(&["a.js"]);
    let world = world(&[]);
    let fence = Fence::open();
    fence.close(StopReason::Interrupted { signal: "SIGTERM" });
    let report = run_under(&folder, &world, &NoHooks, &fence).await;
    assert_eq!(
        report.failure,
        Some(Error::Interrupted { signal: "SIGTERM" })
    );
    assert_eq!(
        world.journal.lines(),
        ["lock", "take over", "read", "release"]
    );
}

#[tokio::test]
async fn a_failing_release_fails_a_good_run_and_never_hides_another_failure() {
    let folder = Folder::with(&["a.js"]);
    let good = World {
        release_fails: true,
        ..world(&[])
    };
    let report = run(&folder, &good, Task::Up).await;
    assert_eq!(code(&report), Some("LOCK_RELEASE_FAILED"));
    assert_eq!(results(&report), ["applied a.js"]);

    let bad = World {
        release_fails: true,
        ..world(&[("a.js", Behaviour::Throws)])
    };
    let report = run(&folder, &bad, Task::Up).await;
    assert_eq!(code(&report), Some("MIGRATION_EXECUTION_FAILED"));
}

#[tokio::test]
async fn the_lock_is_given_back_when_the_history_cannot_be_read() {
    let world = World {
        broken_calls: vec!["read".to_owned()],
        ..world(&[])
    };
    let report = run(&Folder::with(&["a.js"]), &world, Task::Up).await;
    assert_eq!(code(&report), Some("DATABASE_ERROR"));
    assert_eq!(
        world.journal.lines(),
        ["lock", "take over", "read", "release"]
    );
}

#[tokio::test]
async fn strict_drift_is_refused_under_the_lock_and_before_any_script_is_loaded() {
    let folder = Folder::with(&["a.js"]);
    let world = world(&[]);
    run(&folder, &world, Task::Up).await;
    fs::write(folder.0.path().join("a.js"), "edited").unwrap();
    fs::write(folder.0.path().join("b.js"), "b.js").unwrap();
    let strict = PlanOptions {
        strict: true,
        ..PlanOptions::default()
    };
    let before = world.journal.lines().len();
    let report = run_with(&folder, &world, Task::Up, &strict).await;
    assert_eq!(code(&report), Some("CHECKSUM_MISMATCH"));
    assert_eq!(
        world.journal.lines()[before..],
        ["lock", "take over", "read", "release"]
    );
}

#[tokio::test]
async fn redo_reverts_and_applies_under_one_lock() {
    let folder = Folder::with(&["a.js", "b.js"]);
    let world = world(&[]);
    run(&folder, &world, Task::Up).await;
    let before = world.journal.lines().len();
    let report = run(&folder, &world, Task::Redo).await;
    assert_eq!(results(&report), ["reverted b.js", "applied b.js"]);
    let lines = &world.journal.lines()[before..];
    let count = |line: &str| lines.iter().filter(|one| *one == line).count();
    assert_eq!((count("lock"), count("release")), (1, 1));
}

#[tokio::test]
async fn a_named_applied_file_is_reported_as_skipped() {
    let folder = Folder::with(&["a.js"]);
    let world = world(&[]);
    run(&folder, &world, Task::Up).await;
    let options = PlanOptions {
        target: Target::File("a.js".to_owned()),
        ..PlanOptions::default()
    };
    let report = run_with(&folder, &world, Task::Up, &options).await;
    assert_eq!(results(&report), ["skipped a.js"]);
    assert!(!report.nothing_to_do);
}

#[tokio::test]
async fn what_a_running_step_has_done_is_noted_while_it_runs() {
    let world = world(&[("a.js", Behaviour::Works)]);
    let report = run(&Folder::with(&["a.js"]), &world, Task::Up).await;
    assert_eq!(report.failure, None);
    let notes: Vec<String> = world
        .journal
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("note"))
        .collect();
    assert_eq!(notes, ["note a.js 1", "note a.js 2", "note a.js 3"]);
}

#[tokio::test]
async fn what_ran_to_its_end_under_a_lost_lock_is_recorded_if_nobody_took_over() {
    let world = world(&[("a.js", Behaviour::SurvivesLockLoss)]);
    let folder = Folder::with(&["a.js", "b.js"]);
    let report = run(&folder, &world, Task::Up).await;
    assert_eq!(results(&report), ["applied a.js"]);
    assert_eq!(code(&report), Some("LOCK_LOST"));
    assert_eq!(report.not_run, ["b.js"]);
}

#[tokio::test]
async fn what_ran_to_its_end_is_not_recorded_once_somebody_took_over() {
    let world = World {
        lock_is_gone: true,
        ..world(&[("a.js", Behaviour::SurvivesLockLoss)])
    };
    let report = run(&Folder::with(&["a.js"]), &world, Task::Up).await;
    assert_eq!(results(&report), ["error a.js"]);
    assert_eq!(code(&report), Some("LOCK_LOST"));
    assert!(world.records.lock().unwrap().is_empty());
    assert!(world.journal.lines().contains(&"fail a.js".to_owned()));
}
