//! A fresh database per test, and the small doubles that the ports ask for.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use bson::Document;
use mmk_core::checksum::Fingerprint;
use mmk_core::migration::Migration;
use mmk_core::name::MigrationName;
use mmk_core::plan::Step;
use mmk_core::ports::Event;
use mmk_core::ports::Observer;
use mmk_core::script::Direction;
use mmk_core::script::Script;
use mmk_mongo::connect::ConnectSettings;
use mmk_mongo::connect::Connection;
use mmk_mongo::connect::connect;
use mmk_mongo::identity::Identity;
use mmk_mongo::identity::IdentitySources;
use mmk_mongo::ledger::LedgerSettings;
use mmk_mongo::ledger::MongoLedger;
use mmk_mongo::lock::LockSettings;
use mmk_mongo::lock::MongoLocker;
use mongodb::Collection;

/// Long enough for any machine, so that only a real failure reaches it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A database of its own, dropped at the end.
pub(crate) struct TestDatabase {
    pub(crate) connection: Connection,
}

impl TestDatabase {
    /// `None`, with a line that says so, when no MongoDB is given.
    pub(crate) async fn open() -> Option<Self> {
        let Some(uri) = test_uri() else {
            eprintln!("skipped: MMK_TEST_URI is not set");
            return None;
        };
        let settings = ConnectSettings {
            uri,
            database: Some(format!("mmk_test_{}", bson::oid::ObjectId::new())),
            client_options: Vec::new(),
            tool_version: "0.0.0-test".to_owned(),
        };
        let connection = connect(&settings).await.expect("MMK_TEST_URI answers");
        Some(Self { connection })
    }

    pub(crate) fn collection(&self, name: &str) -> Collection<Document> {
        self.connection.database.collection(name)
    }

    pub(crate) fn locker(&self, identity: &Identity, settings: &LockSettings) -> MongoLocker {
        MongoLocker::new(&self.connection.database, settings, identity)
    }

    pub(crate) fn ledger(&self, identity: &Identity) -> MongoLedger {
        let settings = LedgerSettings {
            records: "_mmk_migrations".to_owned(),
            history: "_mmk_history".to_owned(),
        };
        MongoLedger::new(
            &self.connection.database,
            Box::new(mmk_mongo::changelog::mmk::MmkChangelog),
            &settings,
            &lock_settings(),
            identity,
        )
    }

    pub(crate) async fn collection_names(&self) -> Vec<String> {
        self.connection
            .database
            .list_collection_names()
            .await
            .unwrap()
    }

    pub(crate) async fn close(self) {
        self.connection.database.drop().await.unwrap();
    }
}

pub(crate) fn test_uri() -> Option<String> {
    std::env::var("MMK_TEST_URI")
        .ok()
        .filter(|uri| !uri.is_empty())
}

pub(crate) fn identity(user: &str) -> Identity {
    Identity {
        user: user.to_owned(),
        ..Identity::new(IdentitySources {
            tool_version: "0.0.0-test".to_owned(),
            environment: "test".to_owned(),
            service: Some("shop".to_owned()),
            ..IdentitySources::default()
        })
    }
}

pub(crate) fn lock_settings() -> LockSettings {
    LockSettings {
        collection: "_mmk_locks".to_owned(),
        time_to_live: Duration::from_secs(60),
        wait: None,
    }
}

/// A step on a file that contains its own name.
pub(crate) fn step(file: &str, direction: Direction, batch: i64) -> Step {
    Step {
        migration: Migration {
            name: MigrationName::parse(file).unwrap(),
            path: PathBuf::from("/migrations").join(file),
            fingerprint: Fingerprint::of(file.as_bytes()),
        },
        direction,
        batch,
    }
}

pub(crate) fn script(file: &str) -> Script {
    Script {
        path: PathBuf::from("/migrations").join(file),
        has_up: true,
        has_down: true,
        use_transaction: None,
        name: None,
        description: Some("what it does".to_owned()),
        timeout: None,
    }
}

/// Keeps what it hears.
#[derive(Default)]
pub(crate) struct Listener(Mutex<Vec<Event>>);

impl Listener {
    pub(crate) fn heard(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Listener {
    fn notice(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}
