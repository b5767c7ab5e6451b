//! The network between the binary and MongoDB: frozen or cut, for moments and for longer than the lock lives.

use std::process::Child;
use std::time::Duration;
use std::time::Instant;

use super::PATIENCE;
use super::output;
use super::proxy::Moment;
use super::proxy::Proxy;
use super::proxy::Verdict;
use super::rounds;
use super::server_addresses;
use crate::support::Project;

/// What is done to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Nothing passes, and no connection breaks.
    Freeze,
    /// All connections break.
    Cut,
}

const TROUBLES: [Trouble; 2] = [Trouble::Freeze, Trouble::Cut];

impl Trouble {
    fn begin(self, proxy: &Proxy) {
        match self {
            Self::Freeze => proxy.freeze(),
            Self::Cut => proxy.cut(),
        }
    }
}

/// Two hundred writes, half of which count twice if they are sent twice.
fn project() -> Project {
    let project = Project::new();
    project.script(
        "1-writes.js",
        "for (let n = 0; n < 100; n++) {\n      await db.collection('writes').insertOne({ n });\n      await db.collection('sum').updateOne({ _id: 1 }, { $inc: { sum: 1 } }, { upsert: true });\n    }",
        "",
    );
    project
}

/// Starts a run and waits until it has written some.
fn start(project: &Project, proxy: &Proxy, time_to_live: &str) -> Child {
    let caught = proxy.trap(Moment::Before, 30, |seen| seen.is("insert", "writes"));
    let child = project
        .command(&["up"])
        .env("MMK_URI", proxy.uri())
        .env("MMK_LOCK_TTL", time_to_live)
        .spawn()
        .expect("the binary starts");
    caught
        .recv_timeout(PATIENCE)
        .expect("the run writes")
        .release(Verdict::Forward);
    child
}

fn sum(project: &Project) -> i32 {
    project
        .documents("sum")
        .first()
        .map_or(0, |document| document.get_i32("sum").expect("a number"))
}

#[test]
fn a_short_interruption_is_survived_and_nothing_is_doubled() {
    for trouble in TROUBLES {
        let project = project();
        let proxy = Proxy::start(&server_addresses());
        let child = start(&project, &proxy, "30");
        trouble.begin(&proxy);
        std::thread::sleep(Duration::from_secs(2));
        proxy.heal();
        output(child).exits(0);
        assert_eq!(project.documents("writes").len(), 100, "{trouble:?}");
        assert_eq!(sum(&project), 100, "{trouble:?}");
        assert_eq!(project.applied().len(), 1);
        println!("{trouble:?} for 2 s: every one of 200 writes once");
    }
}

#[test]
fn an_interruption_longer_than_the_lock_ends_in_a_clear_stop() {
    for trouble in TROUBLES {
        let project = project();
        let proxy = Proxy::start(&server_addresses());
        let child = start(&project, &proxy, "4");
        trouble.begin(&proxy);
        std::thread::sleep(Duration::from_secs(6));
        proxy.heal();
        let stopped = output(child);
        assert!(!stopped.status.success(), "{trouble:?}");
        assert!(
            stopped.stderr.contains("LOCK_LOST"),
            "{trouble:?}: {}",
            stopped.stderr
        );
        let (documents, sum) = (project.documents("writes").len(), sum(&project));
        // The call that was on its way may have been done.
        assert!((30..=32).contains(&documents), "{trouble:?}: {documents}");
        assert!((30..=32).contains(&sum), "{trouble:?}: {sum}");
        assert!(project.applied().is_empty());
        let next = project.run(&["up", "--wait", "30s"]).exits(0);
        assert!(next.stderr.contains("1-writes.js"), "{}", next.stderr);
        println!(
            "{trouble:?} for longer than the lock: LOCK_LOST, {documents} documents, none after it"
        );
    }
}

#[test]
fn a_network_that_never_comes_back_holds_nobody_for_long() {
    if rounds("MMK_TEST_KILLS", 0) == 0 {
        println!("skipped: part of the long form");
        return;
    }
    for trouble in TROUBLES {
        let project = project();
        let proxy = Proxy::start(&server_addresses());
        let child = start(&project, &proxy, "4");
        trouble.begin(&proxy);
        let began = Instant::now();
        let stopped = output(child);
        let took = began.elapsed();
        assert!(
            stopped.stderr.contains("LOCK_LOST"),
            "{trouble:?}: {}",
            stopped.stderr
        );
        assert!(took < Duration::from_secs(60), "{trouble:?}: {took:?}");
        println!("{trouble:?} for good: LOCK_LOST and the end after {took:?}");
    }
}
