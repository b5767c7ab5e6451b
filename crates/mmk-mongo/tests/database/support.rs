//! A fresh database per test, and the small doubles that the ports ask for.

use std::sync::OnceLock;

use mmk_sandbox::Mongod;
use mmk_sandbox::Options;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Sources;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use bson::Document;
use mmk_core::checksum::Fingerprint;
use mmk_core::migration::Migration;
use mmk_core::migrator::TransactionSupport;
use mmk_core::name::MigrationName;
use mmk_core::plan::Step;
use mmk_core::ports::Event;
use mmk_core::ports::Observer;
use mmk_core::ports::ReadyStep;
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
    /// A database of its own on the tests' server.
    pub(crate) async fn open() -> Self {
        let settings = ConnectSettings {
            uri: test_uri(),
            database: Some(format!("mmk_test_{}", bson::oid::ObjectId::new())),
            client_options: Vec::new(),
            typed_options: Default::default(),
            tool_version: "0.0.0-test".to_owned(),
        };
        let connection = connect(&settings).await.expect("the server answers");
        Self { connection }
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
            TransactionSupport::Available,
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

/// `MMK_TEST_URI` where it is set, otherwise a sandbox that ends with this process.
pub(crate) fn test_uri() -> String {
    static SERVER: OnceLock<(String, Option<Sandbox>)> = OnceLock::new();
    let (uri, _) = SERVER.get_or_init(|| {
        let named = std::env::var("MMK_TEST_URI").ok();
        match named.filter(|uri| !uri.is_empty()) {
            Some(uri) => (uri, None),
            None => std::thread::spawn(start_sandbox)
                .join()
                .map(|sandbox| (sandbox.uri(), Some(sandbox)))
                .expect("the sandbox starts"),
        }
    });
    uri.clone()
}

/// On a thread of its own: tests call from inside their runtimes.
fn start_sandbox() -> Sandbox {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        let sources = Sources::from_environment();
        let mongod = Mongod::find(&sources, |_| {})
            .await
            .expect("a mongod can be found or fetched");
        Sandbox::start(&mongod, Options::new(&sources.temporary))
            .await
            .expect("the sandbox starts")
    })
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
fn step(file: &str, direction: Direction, batch: i64) -> Step {
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

pub(crate) fn ready(file: &str, direction: Direction, batch: i64) -> ReadyStep {
    ReadyStep {
        step: step(file, direction, batch),
        script: script(file),
        transaction: false,
    }
}

fn script(file: &str) -> Script {
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
