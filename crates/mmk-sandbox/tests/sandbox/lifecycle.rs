//! A sandbox of one server: it starts, works as asked, and leaves nothing behind.

use std::time::Duration;

use bson::doc;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Storage;
use mmk_sandbox::Topology;

use crate::common;

#[tokio::test]
async fn one_node_takes_transactions_and_is_gone_after_shutdown() {
    let sandbox = common::start(common::options()).await;
    let things = common::collection(&sandbox).await;
    let mut session = things.client().start_session().await.expect("a session");
    session.start_transaction().await.expect("a transaction");
    things
        .insert_one(doc! { "_id": 1 })
        .session(&mut session)
        .await
        .expect("an insert");
    session.commit_transaction().await.expect("a commit");
    assert_eq!(common::count(&things).await, 1);

    let pid = sandbox.nodes()[0].pid().expect("a process");
    let folder = sandbox.folder().to_owned();
    assert!(common::runs(pid) && folder.exists());
    sandbox.shutdown();
    assert!(!common::runs(pid));
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_standalone_is_no_replica_set() {
    let sandbox = common::start(common::options().topology(Topology::Standalone)).await;
    let client = common::client(&sandbox.uri_of_database("shop")).await;
    assert_eq!(
        client.default_database().expect("a database").name(),
        "shop"
    );
    let hello = client
        .database("admin")
        .run_command(doc! { "hello": 1 })
        .await
        .expect("an answer");
    assert_eq!(hello.get("setName"), None);
    assert!(hello.get_bool("isWritablePrimary").expect("a boolean"));
}

#[tokio::test]
async fn data_in_memory_and_parameters_are_as_asked() {
    let options = common::options()
        .storage(Storage::Memory)
        .parameter("enableTestCommands", "1");
    let temporary = options.temporary.clone();
    let sandbox = common::start(options).await;
    let folder = sandbox.folder();
    assert!(folder.starts_with("/dev/shm") || folder.starts_with(temporary));
    let parameter = common::client(&sandbox.uri())
        .await
        .database("admin")
        .run_command(doc! { "getParameter": 1, "enableTestCommands": 1 })
        .await
        .expect("an answer");
    assert!(parameter.get_bool("enableTestCommands").expect("a boolean"));
}

/// Also shows that the small journal files take a transaction larger than one of them.
#[tokio::test]
async fn what_was_committed_survives_a_kill() {
    const LARGE: usize = 12 * 1024 * 1024;
    let sandbox = common::start(common::options()).await;
    let things = common::collection(&sandbox).await;
    let mut session = things.client().start_session().await.expect("a session");
    session.start_transaction().await.expect("a transaction");
    for id in 0..2 {
        let text: String = std::iter::repeat_with(fastrand::alphanumeric)
            .take(LARGE)
            .collect();
        things
            .insert_one(doc! { "_id": id, "text": text })
            .session(&mut session)
            .await
            .expect("an insert");
    }
    session.commit_transaction().await.expect("a commit");

    let node = &sandbox.nodes()[0];
    let killed = node.pid().expect("a process");
    node.kill();
    assert_eq!(node.pid(), None);
    assert!(!common::runs(killed));
    node.restart().await.expect("a restart");
    sandbox.wait_until_settled().await.expect("a primary");

    assert_eq!(common::count(&common::collection(&sandbox).await).await, 2);
}

/// The kernel would kill the server with the thread that started it, were that not a thread of its own.
#[test]
fn a_sandbox_outlives_the_thread_that_started_it() {
    let start = || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(common::start(common::options()))
    };
    let sandbox: Sandbox = std::thread::spawn(start).join().expect("no panic");

    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let things = common::collection(&sandbox).await;
        things
            .insert_one(doc! { "_id": 1 })
            .await
            .expect("an insert");
    });
    assert!(sandbox.nodes()[0].pid().is_some());
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_nothing() {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let mongod = common::mongod().await;
    let mut options = common::options();
    options.temporary = parent.path().to_owned();

    let start = Sandbox::start(&mongod, options);
    let given_up = tokio::time::timeout(Duration::from_millis(50), start).await;

    assert!(given_up.is_err(), "no server starts within 50 ms");
    assert_eq!(
        std::fs::read_dir(parent.path())
            .expect("the folder")
            .count(),
        0
    );
}

#[tokio::test]
async fn an_argument_that_the_server_refuses_is_shown() {
    let mut options = common::options();
    options.arguments.push("--nonsense".to_owned());
    let error = Sandbox::start(&common::mongod().await, options)
        .await
        .expect_err("no start");
    assert_eq!(error.code(), "SANDBOX_MONGOD_UNUSABLE");
    assert!(error.to_string().contains("nonsense"), "{error}");
}

#[tokio::test]
async fn a_server_that_ends_during_its_start_is_quoted() {
    let mut options = common::options();
    options.arguments.push("--storageEngine=absent".to_owned());
    let error = Sandbox::start(&common::mongod().await, options)
        .await
        .expect_err("no start");
    assert_eq!(error.code(), "SANDBOX_SERVER_ENDED");
    assert!(error.to_string().contains("absent"), "{error}");
}

#[tokio::test]
async fn a_start_has_a_deadline() {
    let mut options = common::options();
    options.deadline = Duration::ZERO;
    let error = Sandbox::start(&common::mongod().await, options)
        .await
        .expect_err("no start");
    assert_eq!(error.code(), "SANDBOX_NOT_READY");
}

#[tokio::test]
async fn a_set_of_no_or_too_many_nodes_is_refused() {
    for nodes in [0, 8] {
        let options = common::options().topology(Topology::ReplicaSet { nodes });
        let error = Sandbox::start(&common::mongod().await, options)
            .await
            .expect_err("no start");
        assert_eq!(error.code(), "SANDBOX_NODE_COUNT");
    }
}
