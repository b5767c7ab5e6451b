//! A replica set of three loses and regains members, and keeps what a majority knew.

use std::time::Duration;

use bson::doc;
use mmk_sandbox::Topology;

use crate::common;

#[tokio::test]
async fn a_set_survives_the_loss_the_halt_and_the_resignation_of_its_primary() {
    let options = common::options().topology(Topology::ReplicaSet { nodes: 3 });
    let sandbox = common::start(options).await;
    let things = common::collection(&sandbox).await;
    things
        .insert_one(doc! { "_id": 1 })
        .await
        .expect("an insert");

    let killed = sandbox.primary().await.expect("a primary");
    killed.kill();
    let second = sandbox.primary().await.expect("a new primary");
    assert_ne!(second.index(), killed.index());
    things
        .insert_one(doc! { "_id": 2 })
        .await
        .expect("an insert");

    killed.restart().await.expect("a restart");
    sandbox.wait_until_settled().await.expect("three members");
    assert!(sandbox.nodes().iter().all(|node| node.pid().is_some()));

    let halted = sandbox.primary().await.expect("a primary");
    halted.pause().expect("a signal");
    let third = sandbox.primary().await.expect("a new primary");
    assert_ne!(third.index(), halted.index());
    halted.resume().expect("a signal");
    sandbox.wait_until_settled().await.expect("three members");

    let resigned = sandbox.primary().await.expect("a primary");
    sandbox
        .step_down(Duration::from_secs(60))
        .await
        .expect("a resignation");
    let fourth = sandbox.primary().await.expect("a new primary");
    assert_ne!(fourth.index(), resigned.index());

    assert_eq!(common::count(&things).await, 2);
}

#[tokio::test]
async fn a_stopped_node_cannot_be_signalled() {
    let sandbox = common::start(common::options()).await;
    let node = &sandbox.nodes()[0];
    node.stop().await.expect("an end in good order");
    let error = node.pause().expect_err("it doesn't run");
    assert_eq!(error.code(), "SANDBOX_NODE_STOPPED");
    node.restart().await.expect("a restart");
    sandbox.primary().await.expect("a primary");
}
