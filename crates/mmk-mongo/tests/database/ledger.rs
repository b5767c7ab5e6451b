//! Records and attempts as they lie in the database, and as they come back.

use std::time::Duration;

use bson::Document;
use bson::doc;
use futures::TryStreamExt;
use mmk_core::error::Error;
use mmk_core::fence::Fence;
use mmk_core::history::AttemptState;
use mmk_core::history::Status;
use mmk_core::name::MigrationName;
use mmk_core::ports::Hold;
use mmk_core::ports::Ledger;
use mmk_core::ports::Locker;
use mmk_core::ports::ReadyStep;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::script::ScriptError;
use mmk_core::script::ScriptErrorKind;

use crate::support::Listener;
use crate::support::TestDatabase;
use crate::support::identity;
use crate::support::lock_settings;
use crate::support::ready;

fn outcome() -> Outcome {
    Outcome {
        duration: Duration::from_millis(42),
        ..Outcome::default()
    }
}

fn boom() -> ScriptError {
    ScriptError {
        kind: ScriptErrorKind::Thrown,
        name: "TypeError".to_owned(),
        message: "boom".to_owned(),
        stack: "TypeError: boom\n    at up (a.js:1:2)".to_owned(),
        location: None,
        code: Some("7".to_owned()),
        code_name: None,
        details: None,
        rolled_back: false,
        outcome: outcome(),
    }
}

fn in_transaction(file: &str) -> ReadyStep {
    ReadyStep {
        transaction: true,
        ..ready(file, Direction::Up, 1)
    }
}

async fn all(database: &TestDatabase, name: &str) -> Vec<Document> {
    database
        .collection(name)
        .find(doc! {})
        .sort(doc! { "_id": 1 })
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap()
}

async fn run(ledger: &dyn Ledger, file: &str, direction: Direction, batch: i64) {
    let entry = ledger.start(&ready(file, direction, batch)).await.unwrap();
    ledger
        .finish(&entry, &outcome(), Hold::Proven, None)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_writes_nothing_at_all() {
    let database = TestDatabase::open().await;
    let history = database.ledger(&identity("alice")).read().await.unwrap();
    assert_eq!(history.records().count(), 0);
    assert_eq!(database.collection_names().await, Vec::<String>::new());
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_applied_record_is_that_of_the_node_tool_field_by_field() {
    let database = TestDatabase::open().await;
    run(
        &database.ledger(&identity("alice")),
        "a.js",
        Direction::Up,
        3,
    )
    .await;
    let records = all(&database, "_mmk_migrations").await;
    let [record] = &records[..] else {
        panic!("{records:?}");
    };
    assert!(record.get_object_id("_id").is_ok());
    assert!(record.get_datetime("appliedAt").is_ok());
    let keys: Vec<&str> = record.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "_id",
            "name",
            "batch",
            "status",
            "appliedAt",
            "duration",
            "checksum",
            "environment",
            "executedBy",
            "description",
            "service"
        ]
    );
    let mut rest = record.clone();
    rest.remove("_id");
    rest.remove("appliedAt");
    assert_eq!(
        rest,
        doc! {
            "name": "a.js", "batch": 3, "status": "applied", "duration": 42,
            "checksum": ready("a.js", Direction::Up, 3).step.migration.fingerprint.exact.as_str(),
            "environment": "test", "executedBy": "alice", "description": "what it does", "service": "shop",
        }
    );
    let indexes: Vec<_> = database
        .collection("_mmk_migrations")
        .list_indexes()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let unique = indexes.iter().any(|index| {
        index.keys == doc! { "name": 1 }
            && index.options.as_ref().and_then(|options| options.unique) == Some(true)
    });
    assert!(unique, "{indexes:?}");
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn applying_again_replaces_the_record_and_the_history_keeps_the_old_one() {
    let database = TestDatabase::open().await;
    run(
        &database.ledger(&identity("alice")),
        "a.js",
        Direction::Up,
        1,
    )
    .await;
    run(
        &database.ledger(&identity("bob")),
        "a.js",
        Direction::Down,
        1,
    )
    .await;
    let ledger = database.ledger(&identity("carol"));
    let history = ledger.read().await.unwrap();
    let record = history.records().next().unwrap();
    assert_eq!(record.status, Status::Reverted);
    assert!(record.reverted_at >= record.applied_at);
    let old = all(&database, "_mmk_migrations").await.remove(0);

    run(&ledger, "a.js", Direction::Up, history.next_batch()).await;
    let new = all(&database, "_mmk_migrations").await.remove(0);
    assert_eq!(new.get_i32("batch").unwrap(), 2);
    assert!(!new.contains_key("revertedAt"));

    let attempts = all(&database, "_mmk_history").await;
    let states: Vec<&str> = attempts
        .iter()
        .map(|attempt| attempt.get_str("state").unwrap())
        .collect();
    assert_eq!(states, ["applied", "reverted", "applied"]);
    assert_eq!(attempts[2].get_document("previousRecord").unwrap(), &old);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_leaves_the_record_alone_and_stays_until_it_is_settled() {
    let database = TestDatabase::open().await;
    let ledger = database.ledger(&identity("alice"));
    let entry = ledger
        .start(&ready("a.js", Direction::Up, 1))
        .await
        .unwrap();
    let name = MigrationName::parse("a.js").unwrap();
    let running = ledger.read().await.unwrap();
    assert_eq!(
        running.unsettled_attempt(&name).unwrap().state,
        AttemptState::Running
    );

    ledger.fail(&entry, &boom()).await.unwrap();
    let failed = ledger.read().await.unwrap();
    let attempt = failed.unsettled_attempt(&name).unwrap();
    assert_eq!(attempt.state, AttemptState::Failed);
    assert_eq!(attempt.error.as_ref().unwrap().message, "boom");
    assert_eq!(failed.records().count(), 0);

    run(&ledger, "a.js", Direction::Up, 1).await;
    let settled = ledger.read().await.unwrap();
    assert_eq!(settled.unsettled_attempt(&name), None);
    assert!(
        settled
            .applied(&name)
            .unwrap()
            .normalised_checksum
            .is_some()
    );
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_commands_live_and_die_with_the_transaction() {
    let database = TestDatabase::open().await;
    let ledger = database.ledger(&identity("alice"));
    for commits in [false, true] {
        let entry = ledger.start(&in_transaction("a.js")).await.unwrap();
        let client = &database.connection.client;
        let mut session = client.start_session().await.unwrap();
        session.start_transaction().await.unwrap();
        for command in ledger.seal(&entry, &outcome()) {
            let body: Document = bson::deserialize_from_slice(&command.body).unwrap();
            client
                .database(&command.database)
                .run_command(body)
                .session(&mut session)
                .await
                .unwrap();
        }
        if commits {
            session.commit_transaction().await.unwrap();
        } else {
            session.abort_transaction().await.unwrap();
        }
        ledger
            .finish(&entry, &outcome(), Hold::Proven, None)
            .await
            .unwrap();
        let history = ledger.read().await.unwrap();
        assert_eq!(history.all_applied().count(), usize::from(commits));
        let state = history.latest_attempts().next().unwrap().state;
        let expected = if commits {
            AttemptState::Applied
        } else {
            AttemptState::Running
        };
        assert_eq!(state, expected);
    }
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_live_while_its_run_holds_the_lock() {
    let database = TestDatabase::open().await;
    let worker = identity("alice");
    let lease = database
        .locker(&worker, &lock_settings())
        .acquire(&Fence::open(), &Listener::default())
        .await
        .unwrap();
    database
        .ledger(&worker)
        .start(&ready("a.js", Direction::Up, 1))
        .await
        .unwrap();
    let onlooker = database.ledger(&identity("bob"));
    let live = async || {
        let history = onlooker.read().await.unwrap();
        history.latest_attempts().next().unwrap().live
    };
    assert!(live().await);
    lease.release().await.unwrap();
    assert!(!live().await);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_records_are_named_all_at_once() {
    let database = TestDatabase::open().await;
    database
        .collection("_mmk_migrations")
        .insert_many([
            doc! { "name": "a.js", "status": "applied" },
            doc! { "name": "a.js", "status": "applied" },
            doc! { "name": "b.js", "status": "succeeded" },
            doc! { "fileName": "c.js", "appliedAt": bson::DateTime::now() },
        ])
        .await
        .unwrap();
    let ledger = database.ledger(&identity("alice"));
    let Err(Error::Refused(problems)) = ledger.read().await else {
        panic!("odd records were accepted");
    };
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems
            .iter()
            .all(|problem| problem.code() == "RECORD_INVALID")
    );

    // And a writing command says what stands in the way of the unique index.
    let error = ledger
        .start(&ready("z.js", Direction::Up, 1))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("same `name`"), "{error}");
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_run_has_taken_over_is_recorded_no_more() {
    let database = TestDatabase::open().await;
    let old = database.ledger(&identity("old"));
    old.take_over().await.unwrap();
    let started = async |file: &str| old.start(&ready(file, Direction::Up, 1)).await.unwrap();
    let before = started("1-before.js").await;
    let after = started("2-after.js").await;
    old.finish(&before, &outcome(), Hold::Proven, None)
        .await
        .unwrap();
    let new = database.ledger(&identity("new"));
    new.take_over().await.unwrap();
    let refused = old.finish(&after, &outcome(), Hold::Proven, None).await;
    assert!(
        matches!(refused, Err(Error::LockLost { .. })),
        "{refused:?}"
    );
    let history = new.read().await.unwrap();
    let applied: Vec<_> = history
        .all_applied()
        .map(|record| record.name.as_str())
        .collect();
    assert_eq!(applied, ["1-before.js"]);
    assert!(
        history
            .unsettled_attempt(&after.step.migration.name)
            .is_some()
    );
    database.close().await;
}

/// The states in the history, by file.
async fn states(database: &TestDatabase) -> Vec<(String, String)> {
    let mut states: Vec<_> = all(database, "_mmk_history")
        .await
        .iter()
        .map(|attempt| {
            let text = |key: &str| attempt.get_str(key).unwrap().to_owned();
            (text("name"), text("state"))
        })
        .collect();
    states.sort();
    states
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(name, state)| ((*name).to_owned(), (*state).to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_ends_and_the_next_begins_in_one_transaction() {
    let database = TestDatabase::open().await;
    let ledger = database.ledger(&identity("alice"));
    run(&ledger, "2-b.js", Direction::Up, 1).await;
    let stored = all(&database, "_mmk_migrations").await.remove(0);
    ledger.take_over().await.unwrap();
    ledger.read().await.unwrap();
    let first = ledger
        .start(&ready("1-a.js", Direction::Up, 2))
        .await
        .unwrap();
    let next = ready("2-b.js", Direction::Down, 2);
    let second = ledger
        .finish(&first, &outcome(), Hold::Proven, Some(&next))
        .await
        .unwrap()
        .expect("the next step has begun");
    assert_eq!(second.step, next.step);
    assert_eq!(
        states(&database).await,
        pairs(&[
            ("1-a.js", "applied"),
            ("2-b.js", "applied"),
            ("2-b.js", "running"),
        ])
    );
    let history = all(&database, "_mmk_history").await;
    let begun = history
        .iter()
        .find(|one| one.get_object_id("_id").unwrap().to_hex() == second.id);
    let begun = begun.unwrap();
    assert_eq!(begun.get_document("previousRecord").unwrap(), &stored);
    assert_eq!(begun.keys().next().map(String::as_str), Some("_id"));

    // It ends like any other, and nothing is begun where nothing comes next.
    let none = ledger.finish(&second, &outcome(), Hold::Proven, None).await;
    assert_eq!(none.unwrap(), None);
    let known = ledger.read().await.unwrap();
    let applied: Vec<_> = known.all_applied().map(|one| one.name.as_str()).collect();
    assert_eq!(applied, ["1-a.js"]);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_take_over_neither_the_end_nor_the_next_beginning_is_recorded() {
    let database = TestDatabase::open().await;
    let old = database.ledger(&identity("old"));
    old.take_over().await.unwrap();
    let entry = old.start(&ready("1-a.js", Direction::Up, 1)).await.unwrap();
    let new = database.ledger(&identity("new"));
    new.take_over().await.unwrap();
    let next = ready("2-b.js", Direction::Up, 1);
    let refused = old
        .finish(&entry, &outcome(), Hold::Proven, Some(&next))
        .await;
    assert!(
        matches!(refused, Err(Error::LockLost { .. })),
        "{refused:?}"
    );
    assert_eq!(states(&database).await, pairs(&[("1-a.js", "running")]));
    assert_eq!(all(&database, "_mmk_migrations").await.len(), 0);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_recorded_even_if_the_server_refuses_the_next_beginning() {
    let database = TestDatabase::open().await;
    let ledger = database.ledger(&identity("alice"));
    ledger.take_over().await.unwrap();
    let entry = ledger
        .start(&ready("1-a.js", Direction::Up, 1))
        .await
        .unwrap();
    let only_the_first = doc! {
        "collMod": "_mmk_history",
        "validator": { "name": "1-a.js" },
    };
    database
        .connection
        .database
        .run_command(only_the_first)
        .await
        .unwrap();
    let next = ready("2-b.js", Direction::Up, 1);
    let begun = ledger
        .finish(&entry, &outcome(), Hold::Proven, Some(&next))
        .await;
    assert_eq!(begun.unwrap(), None);
    assert_eq!(states(&database).await, pairs(&[("1-a.js", "applied")]));
    let error = ledger.start(&next).await.unwrap_err();
    assert!(error.to_string().contains("_mmk_history"), "{error}");
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_of_which_nothing_ran_leaves_no_attempt() {
    let database = TestDatabase::open().await;
    let ledger = database.ledger(&identity("alice"));
    let first = ready("1-a.js", Direction::Up, 1);
    let failed = ledger.start(&first).await.unwrap();
    ledger.fail(&failed, &boom()).await.unwrap();
    let entry = ledger.start(&first).await.unwrap();
    ledger.withdraw(&entry).await.unwrap();
    let history = ledger.read().await.unwrap();
    let attempts: Vec<_> = history.latest_attempts().collect();
    let [attempt] = &attempts[..] else {
        panic!("{attempts:?}");
    };
    assert_eq!(attempt.state, AttemptState::Failed);
    assert_eq!(attempt.id, failed.id);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_hold_counts_only_with_the_lock_still_there() {
    let database = TestDatabase::open().await;
    let identity = identity("alice");
    let ledger = database.ledger(&identity);
    ledger.take_over().await.unwrap();
    let entry = ledger
        .start(&ready("a.js", Direction::Up, 1))
        .await
        .unwrap();
    let refused = ledger
        .finish(&entry, &outcome(), Hold::Doubtful, None)
        .await;
    assert!(
        matches!(refused, Err(Error::LockLost { .. })),
        "{refused:?}"
    );
    database
        .collection("_mmk_locks")
        .insert_one(doc! { "_id": "mmk_lock", "owner": &identity.run })
        .await
        .unwrap();
    ledger
        .finish(&entry, &outcome(), Hold::Doubtful, None)
        .await
        .unwrap();
    assert_eq!(ledger.read().await.unwrap().all_applied().count(), 1);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_attempt_tells_what_it_has_done() {
    let database = TestDatabase::open().await;
    let ledger = database.ledger(&identity("alice"));
    let entry = ledger
        .start(&ready("a.js", Direction::Up, 1))
        .await
        .unwrap();
    let counts = mmk_core::script::Counts {
        inserted: 7,
        ..Default::default()
    };
    let counts = [("shop.users".to_owned(), counts)].into();
    ledger.note_counts(&entry, &counts).await;
    // A note isn't waited for by a majority, and only what a majority has is read.
    let mut history = ledger.read().await.unwrap();
    for _ in 0..1000 {
        if history
            .latest_attempts()
            .any(|attempt| attempt.counted_at.is_some())
        {
            break;
        }
        history = ledger.read().await.unwrap();
    }
    let attempt = history.latest_attempts().next().unwrap();
    assert_eq!(attempt.state, AttemptState::Running);
    assert_eq!(attempt.counts, counts);
    assert!(attempt.counted_at.is_some());
    // A note that arrives after the end changes nothing.
    ledger.fail(&entry, &boom()).await.unwrap();
    ledger.note_counts(&entry, &counts).await;
    let history = ledger.read().await.unwrap();
    assert!(history.latest_attempts().next().unwrap().counts.is_empty());
    database.close().await;
}
