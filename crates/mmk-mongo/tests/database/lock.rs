//! The lock as processes meet it: one wins, the dead are inherited from, the robbed stop.

use std::time::Duration;

use bson::DateTime;
use bson::Document;
use bson::doc;
use mmk_core::error::Error;
use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;
use mmk_core::ports::Event;
use mmk_core::ports::Locker;
use mmk_mongo::lock::LockSettings;

use crate::support::Listener;
use crate::support::PATIENCE;
use crate::support::TestDatabase;
use crate::support::identity;
use crate::support::lock_settings;

/// No shorter than what a machine that does much else still renews in time.
fn short_lived() -> LockSettings {
    LockSettings {
        time_to_live: Duration::from_secs(5),
        ..lock_settings()
    }
}

async fn stored(database: &TestDatabase) -> Option<Document> {
    database
        .collection("_mmk_locks")
        .find_one(doc! { "_id": "mmk_lock" })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_exactly_one_gets_it() {
    let database = TestDatabase::open().await;
    let attempts = (0..16).map(|number| {
        let locker = database.locker(&identity(&format!("user-{number}")), &lock_settings());
        tokio::spawn(async move { locker.acquire(&Fence::open(), &Listener::default()).await })
    });
    let mut leases = Vec::new();
    let mut refusals = Vec::new();
    for attempt in futures::future::join_all(attempts).await {
        match attempt.unwrap() {
            Ok(lease) => leases.push(lease),
            Err(error) => refusals.push(error),
        }
    }
    assert_eq!((leases.len(), refusals.len()), (1, 15), "{refusals:?}");
    for refusal in refusals {
        let Error::LockHeld { holder, .. } = refusal else {
            panic!("{refusal}");
        };
        assert!(holder.executed_by.unwrap().starts_with("user-"));
        assert!(!holder.expired);
    }
    leases.remove(0).release().await.unwrap();
    assert_eq!(stored(&database).await, None);
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_that_of_the_node_tool() {
    let database = TestDatabase::open().await;
    let identity = identity("$alice");
    let lease = database
        .locker(&identity, &lock_settings())
        .acquire(&Fence::open(), &Listener::default())
        .await
        .unwrap();
    let document = stored(&database).await.unwrap();
    assert!(document.get_datetime("lockedAt").is_ok());
    assert_eq!(
        document,
        doc! {
            "_id": "mmk_lock",
            "lockedAt": document.get("lockedAt").unwrap(),
            "pid": identity.pid,
            "host": &identity.host,
            "executedBy": "$alice",
            "owner": &identity.run,
        }
    );
    assert!(uuid::Uuid::parse_str(&identity.run).is_ok());
    lease.release().await.unwrap();
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_process_is_inherited_from_and_named() {
    let database = TestDatabase::open().await;
    let long_ago = DateTime::from_millis(DateTime::now().timestamp_millis() - 61_000);
    database
        .collection("_mmk_locks")
        .insert_one(doc! { "_id": "mmk_lock", "lockedAt": long_ago, "pid": 99, "host": "gone", "executedBy": "bob", "owner": "dead" })
        .await
        .unwrap();
    let locker = database.locker(&identity("alice"), &lock_settings());
    assert!(locker.holder().await.unwrap().unwrap().expired);
    let listener = Listener::default();
    let lease = locker.acquire(&Fence::open(), &listener).await.unwrap();
    let [Event::Warning { text }] = &listener.heard()[..] else {
        panic!("{:?}", listener.heard());
    };
    assert!(text.contains("pid 99 on gone (bob)"), "{text}");
    lease.release().await.unwrap();
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_renewed_for_as_long_as_it_is_held() {
    let database = TestDatabase::open().await;
    let fence = Fence::open();
    let lease = database
        .locker(&identity("alice"), &short_lived())
        .acquire(&fence, &Listener::default())
        .await
        .unwrap();
    let first = stored(&database).await.unwrap();
    let first = first.get_datetime("lockedAt").unwrap().timestamp_millis();
    let outlived = async {
        loop {
            let now = stored(&database).await.unwrap();
            let now = now.get_datetime("lockedAt").unwrap().timestamp_millis();
            if now > first + 6_000 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, outlived).await.unwrap();
    assert_eq!(fence.check(), Ok(()));
    lease.release().await.unwrap();
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_lock_closes_the_fence_and_is_left_to_the_thief() {
    let database = TestDatabase::open().await;
    let fence = Fence::open();
    let lease = database
        .locker(&identity("alice"), &short_lived())
        .acquire(&fence, &Listener::default())
        .await
        .unwrap();
    database
        .collection("_mmk_locks")
        .update_one(
            doc! {},
            doc! { "$set": { "owner": "thief", "executedBy": "bob" }, "$currentDate": { "lockedAt": true } },
        )
        .await
        .unwrap();
    let reason = tokio::time::timeout(PATIENCE, fence.closed())
        .await
        .unwrap();
    let StopReason::LockLost { detail } = reason else {
        panic!("{reason:?}");
    };
    assert!(detail.contains("bob"), "{detail}");
    let error = lease.release().await.unwrap_err();
    assert_eq!(error.code(), "LOCK_LOST");
    assert_eq!(
        stored(&database).await.unwrap().get_str("owner").unwrap(),
        "thief"
    );
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_lock_closes_the_fence() {
    let database = TestDatabase::open().await;
    let fence = Fence::open();
    let locker = database.locker(&identity("alice"), &short_lived());
    let lease = locker.acquire(&fence, &Listener::default()).await.unwrap();
    let holder = locker.force_release().await.unwrap().unwrap();
    assert_eq!(holder.executed_by.as_deref(), Some("alice"));
    assert_eq!(locker.force_release().await.unwrap(), None);
    let closed = tokio::time::timeout(PATIENCE, fence.closed()).await;
    assert!(matches!(closed, Ok(StopReason::LockLost { .. })));
    assert!(lease.release().await.is_err());
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_waits_gets_it_when_it_is_free() {
    let database = TestDatabase::open().await;
    let first = database
        .locker(&identity("alice"), &lock_settings())
        .acquire(&Fence::open(), &Listener::default())
        .await
        .unwrap();
    let patient = LockSettings {
        wait: Some(PATIENCE),
        ..lock_settings()
    };
    let locker = database.locker(&identity("bob"), &patient);
    let listener = std::sync::Arc::new(Listener::default());
    let hears = std::sync::Arc::clone(&listener);
    let waiter = tokio::spawn(async move { locker.acquire(&Fence::open(), &*hears).await });
    while listener.heard().is_empty() {
        tokio::task::yield_now().await;
    }
    first.release().await.unwrap();
    let second = waiter.await.unwrap().unwrap();
    let heard = listener.heard();
    let [Event::LockWaiting { holder }] = &heard[..] else {
        panic!("{heard:?}");
    };
    assert_eq!(holder.executed_by.as_deref(), Some("alice"));
    second.release().await.unwrap();
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_ends_with_its_time_or_with_the_fence() {
    let database = TestDatabase::open().await;
    let held = database
        .locker(&identity("alice"), &lock_settings())
        .acquire(&Fence::open(), &Listener::default())
        .await
        .unwrap();
    let waiting = |wait: Duration| LockSettings {
        wait: Some(wait),
        ..lock_settings()
    };
    let result = database
        .locker(&identity("bob"), &waiting(Duration::from_millis(1)))
        .acquire(&Fence::open(), &Listener::default())
        .await;
    assert!(matches!(
        result.err(),
        Some(Error::LockHeld {
            waited: Some(_),
            ..
        })
    ));

    let fence = Fence::open();
    let stops = fence.clone();
    let locker = database.locker(&identity("bob"), &waiting(PATIENCE));
    let waiter = tokio::spawn(async move { locker.acquire(&fence, &Listener::default()).await });
    stops.close(StopReason::Interrupted { signal: "SIGINT" });
    let result = waiter.await.unwrap();
    assert_eq!(result.err(), Some(Error::Interrupted { signal: "SIGINT" }));
    held.release().await.unwrap();
    database.close().await;
}
