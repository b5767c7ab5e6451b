//! The plan as tables: files and history on the left, steps or refusals on the right.

use super::*;
use crate::history::Attempt;
use crate::history::AttemptState;
use crate::testing::attempt;
use crate::testing::directory;
use crate::testing::record;
use crate::testing::reverted;

fn history(records: &[Record]) -> History {
    History::new(records.to_vec(), Vec::new())
}

fn to(target: Target) -> PlanOptions {
    PlanOptions {
        target,
        ..PlanOptions::default()
    }
}

fn file(name: &str) -> Target {
    Target::File(name.to_owned())
}

/// `up a.js 3` for each step.
fn steps(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| {
            format!(
                "{} {} {}",
                step.direction.as_str(),
                step.migration.name,
                step.batch
            )
        })
        .collect()
}

fn refusals(error: Error) -> Vec<String> {
    match error {
        Error::Refused(errors) => errors.iter().map(ToString::to_string).collect(),
        single => vec![single.to_string()],
    }
}

fn notices(plan: &Plan) -> Vec<String> {
    plan.notices.iter().map(ToString::to_string).collect()
}

#[test]
fn up_takes_what_is_pending_into_the_next_batch() {
    let all = directory(&["a.js", "b.js", "c.js", "d.js"]);
    let cases: [(&[Record], Target, &[&str]); 9] = [
        (
            &[],
            Target::Latest,
            &["up a.js 1", "up b.js 1", "up c.js 1", "up d.js 1"],
        ),
        (
            &[record("a.js", 4, 1)],
            Target::Latest,
            &["up b.js 5", "up c.js 5", "up d.js 5"],
        ),
        // A reverted one is pending again, and its batch number is used up.
        (
            &[
                record("a.js", 1, 1),
                reverted("b.js", 7, 2),
                record("c.js", 1, 1),
            ],
            Target::Latest,
            &["up b.js 8", "up d.js 8"],
        ),
        (
            &[record("b.js", 1, 1)],
            Target::Steps(2),
            &["up a.js 2", "up c.js 2"],
        ),
        (
            &[],
            Target::Steps(9),
            &["up a.js 1", "up b.js 1", "up c.js 1", "up d.js 1"],
        ),
        (
            &[],
            Target::Through("b.js".to_owned()),
            &["up a.js 1", "up b.js 1"],
        ),
        (&[record("a.js", 1, 1)], file("c.js"), &["up c.js 2"]),
        (&[record("a.js", 1, 1)], file("a.js"), &[]),
        (
            &[
                record("a.js", 1, 1),
                record("b.js", 1, 1),
                record("c.js", 1, 1),
                record("d.js", 1, 1),
            ],
            Target::Latest,
            &[],
        ),
    ];
    for (records, target, expected) in cases {
        let plan = Plan::up(&all, &history(records), &to(target.clone())).unwrap();
        assert_eq!(steps(&plan), expected, "{target:?} with {records:?}");
    }
}

#[test]
fn each_migration_can_have_its_own_batch() {
    let options = PlanOptions {
        batch_per_migration: true,
        ..PlanOptions::default()
    };
    let plan = Plan::up(
        &directory(&["a.js", "b.js", "c.js"]),
        &history(&[record("a.js", 2, 1)]),
        &options,
    )
    .unwrap();
    assert_eq!(steps(&plan), ["up b.js 3", "up c.js 4"]);
}

#[test]
fn an_applied_file_is_skipped_unless_forced() {
    let all = directory(&["a.js"]);
    let past = history(&[record("a.js", 1, 1)]);
    let plan = Plan::up(&all, &past, &to(file("a.js"))).unwrap();
    assert_eq!(plan.skipped[0].reason, "Already applied");

    let forced = PlanOptions {
        force: true,
        ..to(file("a.js"))
    };
    let plan = Plan::up(&all, &past, &forced).unwrap();
    assert_eq!(steps(&plan), ["up a.js 2"]);
    assert_eq!(notices(&plan), ["Forcing   re-run of already-applied a.js"]);
}

#[test]
fn down_selects_as_the_node_tool_does() {
    let all = directory(&["a.js", "b.js", "c.js", "d.js"]);
    // b was applied last although it sorts before c; d is not applied any more.
    let past = history(&[
        record("a.js", 1, 10),
        record("b.js", 3, 30),
        record("c.js", 1, 10),
        reverted("d.js", 9, 40),
    ]);
    let cases: [(Target, &[&str]); 7] = [
        (Target::Latest, &["down b.js 3"]),
        (Target::Batch(1), &["down c.js 1", "down a.js 1"]),
        (Target::Steps(2), &["down b.js 3", "down c.js 1"]),
        (
            Target::Steps(10),
            &["down b.js 3", "down c.js 1", "down a.js 1"],
        ),
        (file("a.js"), &["down a.js 1"]),
        (Target::Through("c.js".to_owned()), &["down b.js 3"]),
        (Target::Through("b.js".to_owned()), &[]),
    ];
    for (target, expected) in cases {
        let plan = Plan::down(&all, &past, &to(target.clone())).unwrap();
        assert_eq!(steps(&plan), expected, "{target:?}");
    }
}

#[test]
fn down_with_nothing_applied_plans_nothing() {
    let plan = Plan::down(&directory(&["a.js"]), &history(&[]), &to(Target::Latest)).unwrap();
    assert_eq!(plan, Plan::default());
}

#[test]
fn what_cannot_be_selected_is_refused_with_advice() {
    let all = directory(&["001-users.js"]);
    let past = history(&[record("001-users.js", 2, 1), reverted("000-old.js", 1, 1)]);
    let cases = [
        (
            Task::Up,
            file("001-user.js"),
            "MIGRATION_FILE_NOT_FOUND",
            "did you mean `001-users.js`?",
        ),
        (
            Task::Up,
            file("../evil.js"),
            "MIGRATION_INVALID_NAME",
            "bare file name",
        ),
        (Task::Up, Target::Batch(1), "INVALID_ARGUMENT", ""),
        (
            Task::Down,
            file("001-user.js"),
            "NOT_APPLIED",
            "did you mean `001-users.js`?",
        ),
        (Task::Down, file("000-old.js"), "NOT_APPLIED", ""),
        (
            Task::Down,
            Target::Batch(1),
            "INVALID_ARGUMENT",
            "batches with applied migrations: 2",
        ),
        (Task::Redo, file("x/y.js"), "MIGRATION_INVALID_NAME", ""),
    ];
    for (task, target, code, hint) in cases {
        let error = Plan::new(task, &all, &past, &to(target)).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(
            error.hints().join("\n").contains(hint),
            "{:?}",
            error.hints()
        );
    }
}

#[test]
fn strict_verifies_all_applied_files_and_tells_everything_at_once() {
    let all = directory(&["a.js=edited", "b.js", "c.js=edited too", "new.js"]);
    let past = history(&[
        record("a.js", 1, 1),
        record("b.js", 1, 1),
        record("c.js", 1, 1),
        record("gone.js", 1, 1),
    ]);
    let strict = PlanOptions {
        strict: true,
        ..PlanOptions::default()
    };
    let refusals = refusals(Plan::up(&all, &past, &strict).unwrap_err());
    assert_eq!(
        refusals,
        [
            "`a.js` has changed since it was applied",
            "`c.js` has changed since it was applied",
            "`gone.js` is recorded as applied, but its file is missing from `/migrations`",
        ]
    );

    let relaxed = Plan::up(&all, &past, &PlanOptions::default()).unwrap();
    assert_eq!(steps(&relaxed), ["up new.js 2"]);
    assert_eq!(
        notices(&relaxed),
        [
            "Checksum mismatch: a.js",
            "Checksum mismatch: c.js",
            "File missing: gone.js is applied",
        ]
    );
}

#[test]
fn strict_lets_a_forced_file_pass_and_no_other() {
    let all = directory(&["a.js=edited", "b.js=edited"]);
    let past = history(&[record("a.js", 1, 1), record("b.js", 1, 1)]);
    let options = PlanOptions {
        strict: true,
        force: true,
        ..to(file("a.js"))
    };
    let refusals = refusals(Plan::up(&all, &past, &options).unwrap_err());
    assert_eq!(refusals, ["`b.js` has changed since it was applied"]);
}

#[test]
fn an_unknown_checksum_is_no_mismatch() {
    let unknown = Record {
        checksum: None,
        ..record("a.js", 1, 1)
    };
    let options = PlanOptions {
        strict: true,
        ..PlanOptions::default()
    };
    assert!(Plan::up(&directory(&["a.js"]), &history(&[unknown]), &options).is_ok());
}

#[test]
fn down_refuses_the_whole_batch_for_one_changed_or_missing_file() {
    let all = directory(&["a.js", "b.js=edited"]);
    let past = history(&[
        record("a.js", 1, 1),
        record("b.js", 1, 1),
        record("c.js", 1, 1),
    ]);
    let told = refusals(Plan::down(&all, &past, &to(Target::Latest)).unwrap_err());
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("`b.js` has changed"), "{told:?}");
    assert!(
        told[1].starts_with("`c.js` is recorded as applied"),
        "{told:?}"
    );

    // Force overrides the change; what is missing stays missing.
    let forced = PlanOptions {
        force: true,
        ..to(Target::Latest)
    };
    let told = refusals(Plan::down(&all, &past, &forced).unwrap_err());
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn redo_goes_down_and_up_again_past_a_changed_file() {
    let all = directory(&["a.js", "b.js=edited"]);
    let past = history(&[record("a.js", 1, 20), record("b.js", 1, 10)]);
    let cases: [(Target, &[&str]); 3] = [
        (Target::Latest, &["down a.js 1", "up a.js 2"]),
        (file("b.js"), &["down b.js 1", "up b.js 2"]),
        (
            Target::Steps(2),
            &["down a.js 1", "down b.js 1", "up a.js 2", "up b.js 2"],
        ),
    ];
    for (target, expected) in cases {
        let plan = Plan::redo(&all, &past, &to(target)).unwrap();
        assert_eq!(steps(&plan), expected);
    }
    let nothing = Plan::redo(&all, &history(&[]), &to(Target::Latest)).unwrap();
    assert_eq!(nothing, Plan::default());
}

#[test]
fn new_files_before_applied_ones_and_renamed_ones_are_noticed() {
    let plan = Plan::up(
        &directory(&["a.js", "b.js", "c-renamed.js=c.js"]),
        &history(&[record("b.js", 1, 1), record("c.js", 1, 1)]),
        &PlanOptions::default(),
    )
    .unwrap();
    assert_eq!(
        notices(&plan),
        [
            "Renamed? c-renamed.js has the text of c.js, which is applied and whose file is missing; it counts as a new migration, unless you say `mmk-js rename c.js c-renamed.js`",
            "Out of order: a.js is pending, though c.js is applied already",
            "Out of order: c-renamed.js is pending, though c.js is applied already",
        ]
    );
}

#[test]
fn earlier_attempts_are_told_where_nothing_has_settled_them() {
    let all = directory(&["a.js", "b.js", "c.js"]);
    let running = |name: &str, live: bool| Attempt {
        live,
        ..attempt(name, Direction::Up, AttemptState::Running, 50)
    };
    let failed = attempt("b.js", Direction::Up, AttemptState::Failed, 50);
    let cases: [(Vec<Record>, Vec<Attempt>, &[&str]); 5] = [
        (
            vec![],
            vec![running("a.js", false)],
            &[
                "Unfinished: up of a.js was begun 1970-01-01T00:00:50Z by pid 4711 on host-1 (alice) and never ended; what it wrote until then is in the database; it runs again now",
            ],
        ),
        (
            vec![],
            vec![running("a.js", true)],
            &["Running: up of a.js since 1970-01-01T00:00:50Z by pid 4711 on host-1 (alice)"],
        ),
        // The process died between the record and the closing of its attempt.
        (
            vec![record("a.js", 1, 60)],
            vec![running("a.js", false)],
            &[],
        ),
        (
            vec![],
            vec![failed.clone()],
            &["Failed before: up of b.js on 1970-01-01T00:00:50Z; it runs again now"],
        ),
        // Another tool, which keeps no attempts, has applied it since.
        (vec![record("b.js", 1, 70)], vec![failed], &[]),
    ];
    for (records, attempts, expected) in cases {
        let past = History::new(records, attempts);
        let plan = Plan::up(&all, &past, &PlanOptions::default()).unwrap();
        let told: Vec<String> = notices(&plan)
            .into_iter()
            .filter(|notice| !notice.starts_with("Out of order"))
            .collect();
        assert_eq!(told, expected);
    }
}
