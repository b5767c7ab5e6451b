//! What a user reads when the way to MongoDB is blocked.

use mmk_core::error::Error;
use mmk_core::migrator::TransactionSupport;
use mmk_mongo::connect::ConnectSettings;
use mmk_mongo::connect::Connection;
use mmk_mongo::connect::connect;

use crate::support::TestDatabase;
use crate::support::test_uri;

async fn attempt(uri: &str, database: Option<&str>) -> Result<Connection, Error> {
    connect(&ConnectSettings {
        uri: uri.to_owned(),
        database: database.map(str::to_owned),
        client_options: Vec::new(),
        typed_options: Default::default(),
        tool_version: "0.0.0-test".to_owned(),
    })
    .await
}

async fn failure(uri: &str) -> Error {
    attempt(uri, None)
        .await
        .err()
        .expect("can't be connected to")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listening_names_the_hosts_and_no_credentials() {
    // Port 1 is reserved and closed.
    let error =
        failure("mongodb://alice:s3cret@127.0.0.1:1/shop?serverSelectionTimeoutMS=300").await;
    assert_eq!(error.code(), "CONNECTION_FAILED");
    let text = error.to_string();
    assert!(text.contains("127.0.0.1:1"), "{text}");
    assert!(text.contains("Connection refused"), "{text}");
    assert!(!text.contains("Topology"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_uri_names_what_is_wrong() {
    let cases = [
        ("mongodb://h/db?colour=blue", "colour"),
        ("mongodb://h/db?maxPoolSize=many", "maxpoolsize"),
        ("mongodb://user:p@ss@h/db", "mongodb://"),
        ("mongodb://h:notaport/db", "port"),
        ("mongodb://", "URI"),
        ("mongodb://127.0.0.1:1", "no database is named"),
    ];
    for (uri, expected) in cases {
        let error = failure(uri).await;
        assert_eq!(error.code(), "CONFIG_INVALID", "{uri}: {error}");
        let text = error.to_string();
        assert!(
            text.to_lowercase().contains(&expected.to_lowercase()) || uri.contains('@'),
            "{text}"
        );
        assert!(!text.contains("p@ss"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_from_an_unreachable_server() {
    let uri = test_uri();
    let hosts = uri.rsplit('@').next().unwrap();
    let hosts = hosts.strip_prefix("mongodb://").unwrap_or(hosts);
    let result = attempt(&format!("mongodb://nobody:s3cret@{hosts}"), Some("shop")).await;
    let error = result.err().unwrap();
    assert_eq!(error.code(), "UNAUTHORIZED", "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_set_says_that_it_knows_transactions() {
    let database = TestDatabase::open().await;
    let connection = &database.connection;
    assert_eq!(
        connection.topology.transactions(&connection.hosts),
        TransactionSupport::Available
    );
    assert_ne!(connection.topology.server_version, "unknown");
    assert_eq!(connection.warnings, Vec::<String>::new());
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_comes_from_the_uri_and_a_setting_wins() {
    let uri = test_uri();
    let connection = attempt(&uri, Some("chosen")).await.unwrap();
    assert_eq!(connection.database.name(), "chosen");
    let error = attempt(&uri, Some("no good")).await.err().unwrap();
    assert_eq!(error.code(), "CONFIG_INVALID");
}
