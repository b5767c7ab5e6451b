//! Breaks down in every kind of thread. Each time in a process of its own, which is this program again with one of the ignored tests.

use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use mmk_core::ports::Event;
use mmk_core::ports::Observer;

use super::*;

const MESSAGE: &str = "no way to mongodb://user:s3cretmarkerword@host/app?tlsCertificateKeyFilePassword=s3cretmarkerword";

/// Runs one of the ignored tests below; one that doesn't end is a failure.
fn broken(name: &str, backtrace: &str) -> Output {
    let own = std::env::current_exe().expect("a test has a file");
    let test = format!("crash::tests::{name}");
    let mut child = Command::new(own)
        // With one thread the test runs on the main thread, as V8 wants it.
        .args([
            "--exact",
            &test,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("RUST_BACKTRACE", backtrace)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let end = Instant::now() + Duration::from_secs(120);
    while child.try_wait().expect("a child").is_none() {
        if Instant::now() > end {
            child.kill().expect("it runs");
            panic!("{name} hangs");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("it has ended")
}

#[test]
fn a_panic_anywhere_ends_the_process_and_is_told_without_credentials() {
    for name in [
        "on_the_main_thread",
        "on_a_thread",
        "in_a_task_that_nobody_waits_for",
        "in_a_task_that_is_waited_for",
        "on_the_thread_of_v8",
        "with_the_streams_locked",
        "on_many_threads_at_once",
    ] {
        for backtrace in ["0", "full"] {
            let output = broken(name, backtrace);
            let stderr = String::from_utf8_lossy(&output.stderr);
            let stdout = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(70), "{name}: {stdout}{stderr}");
            assert!(!stderr.contains("s3cretmarkerword"), "{name}: {stderr}");
            assert!(!stdout.contains("s3cretmarkerword"), "{name}: {stdout}");
            assert!(
                stderr.contains("✖ INTERNAL: no way to mongodb://***:***@host/app?"),
                "{name}: {stderr}"
            );
            assert_eq!(stderr.matches("✖").count(), 1, "{name}: {stderr}");
            for advice in [
                "crash_tests.rs:",
                "lockTTLSeconds",
                "mmk-js status",
                "report",
            ] {
                assert!(stderr.contains(advice), "{name}: {advice}: {stderr}");
            }
            assert_eq!(
                stderr.contains("crash::tests"),
                backtrace == "full",
                "{name}: {stderr}"
            );
        }
    }
}

#[test]
fn with_json_stdout_holds_the_failure() {
    let output = broken("while_json_is_asked_for", "0");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let begin = stdout.find("{\n").expect("a document");
    let end = stdout.rfind('}').expect("a document");
    let document: serde_json::Value =
        serde_json::from_str(&stdout[begin..=end]).expect("valid JSON");
    assert_eq!(document["error"]["code"], "INTERNAL");
    assert!(!stdout.contains("s3cretmarkerword"), "{stdout}");
    assert_eq!(output.status.code(), Some(70));
}

#[test]
fn a_parser_that_breaks_down_is_no_fault_of_the_process() {
    let output = broken("in_the_parser", "0");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(!stderr.contains("INTERNAL"), "{stderr}");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn on_the_main_thread() {
    watch();
    panic!("{MESSAGE}\nand more");
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn on_a_thread() {
    watch();
    std::thread::spawn(|| panic!("{MESSAGE}"));
    loop {
        std::thread::park();
    }
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn in_a_task_that_nobody_waits_for() {
    watch();
    let runtime = runtime();
    runtime.spawn(async { panic!("{MESSAGE}") });
    runtime.block_on(std::future::pending::<()>());
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn in_a_task_that_is_waited_for() {
    watch();
    let runtime = runtime();
    let task = runtime.spawn_blocking(|| panic!("{MESSAGE}"));
    let _ = runtime.block_on(task);
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn with_the_streams_locked() {
    watch();
    let _streams = (std::io::stdout().lock(), std::io::stderr().lock());
    panic!("{MESSAGE}");
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn on_many_threads_at_once() {
    watch();
    let together = Arc::new(std::sync::Barrier::new(8));
    for _ in 0..8 {
        let together = together.clone();
        std::thread::spawn(move || {
            together.wait();
            panic!("{MESSAGE}")
        });
    }
    loop {
        std::thread::park();
    }
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn while_json_is_asked_for() {
    watch();
    tell_in(Format::Json);
    panic!("{MESSAGE}");
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn in_the_parser() {
    watch();
    assert!(mmk_runtime::expecting_panic(|| panic!("{MESSAGE}")).is_none());
}

/// Breaks down when a script prints: inside of one of V8's calls into us.
struct Fragile;

impl Observer for Fragile {
    fn notice(&self, event: Event) {
        if let Event::Output { .. } = event {
            panic!("{MESSAGE}");
        }
    }
}

#[test]
#[ignore = "run by the tests above, in a process of its own"]
fn on_the_thread_of_v8() {
    watch();
    mmk_runtime::init_platform();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("prints.cjs");
    std::fs::write(&file, "console.log('x'); module.exports = {};").expect("it is writable");
    let runtime = runtime();
    let engine = mmk_runtime::V8Engine::new(mmk_runtime::EngineOptions {
        driver: runtime.handle().clone(),
        observer: Arc::new(Fragile),
        permissions: Arc::new(mmk_runtime::Permissions::new(folder.path())),
        max_memory: 512 * 1024 * 1024,
        check_timeout: Duration::from_secs(60),
        driver_compat: None,
        document_options: serde_json::Map::new(),
        prefetch: true,
        models: mmk_runtime::ModelSources::default(),
        startup: None,
        environment: Arc::default(),
        collections: Arc::default(),
        arguments: Vec::new(),
    });
    let _ = runtime.block_on(engine.load_config(&file));
}
