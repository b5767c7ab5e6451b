//! Every op with hostile arguments: whoever catches one can call it with anything, and a panic inside an op aborts the process. Runs in
//! a process of its own, because that is what breaks; what is called is printed before, so that the last line names the culprit.
//! `PROPTEST_CASES=20000` tries longer, `PROPTEST_RNG_SEED=<number>` another sequence.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use deno_core::PollEventLoopOptions;
use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;
use mmk_core::ports::Event;
use mmk_core::ports::Observer;
use serde_json::json;

use super::permissions::Permissions;
use crate::bridge::Bridge;
use crate::host_state::HostState;
use crate::isolate::Blank;
use crate::isolate::BlankOptions;
use crate::isolate::Isolate;
use crate::isolate::IsolateOptions;
use crate::loader::BuiltinNames;
use crate::loader::Modules;

/// Prints what the script tells: which op it is about to call.
struct Aloud;

impl Observer for Aloud {
    fn notice(&self, event: Event) {
        use std::io::Write;
        if let Event::Output { text, .. } = event {
            // Where nobody reads there is nobody to tell.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }
}

const ROUNDS: &str = "40";
const SEED: &str = "20260101";

#[test]
fn fuzz_no_op_ends_the_process() {
    let own = std::env::current_exe().expect("a test has a file");
    let output = Command::new(own)
        // With one thread the test runs on the main thread, as V8 wants it.
        .args([
            "--exact",
            "ops::fuzz::sweep",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .output()
        .expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = stderr.lines().rev().take(30).collect();
    assert!(
        output.status.success(),
        "{}; backwards:\n{}",
        output.status,
        last.join("\n")
    );
    assert!(stderr.contains("all ops are alive"), "{}", last.join("\n"));
    let null = std::fs::metadata("/dev/null").expect("nobody removes it");
    assert!(
        std::os::unix::fs::FileTypeExt::is_char_device(&null.file_type()),
        "the null device was replaced"
    );
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn sweep() {
    deno_core::JsRuntime::init_platform(None);
    let driver = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let local = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::env::set_current_dir(folder.path()).expect("it was just made");
    local.block_on(run_sweep(driver.handle().clone(), folder.path()));
}

async fn run_sweep(driver: tokio::runtime::Handle, folder: &std::path::Path) {
    let read_guard = Arc::new(|_: &std::path::Path| Ok(()));
    let mut blank = Blank::new(&BlankOptions {
        modules: Modules::new(BuiltinNames::standard(), read_guard),
        startup: None,
        max_memory: 512 * 1024 * 1024,
    })
    .expect("an isolate");
    // As an attacker who has caught them.
    let caught = "globalThis.CAUGHT = Deno.core.ops; globalThis.ALL = { ...Deno.core.ops };";
    blank
        .runtime_for_tests()
        .execute_script("caught.js", caught)
        .expect("they are there before the start");
    let fence = Fence::open();
    let isolate = Isolate::new(
        blank,
        IsolateOptions {
            bridge: Bridge::new(driver, fence.clone(), None, true),
            host: HostState::new(Arc::new(Aloud), false, None),
            permissions: Arc::new(Permissions::new(folder)),
            environment: Arc::new(BTreeMap::new()),
            settings: json!({ "mode": "run", "arguments": [], "models": {} }),
        },
    );
    let mut isolate = isolate.unwrap_or_else(|error| panic!("{error:?}"));
    let runtime = isolate.runtime_for_tests();
    let setting = |name: &str, or: &str| std::env::var(name).unwrap_or_else(|_| or.to_owned());
    let settings = format!(
        "globalThis.ROUNDS = {}; globalThis.SEED = {};",
        setting("PROPTEST_CASES", ROUNDS),
        setting("PROPTEST_RNG_SEED", SEED)
    );
    runtime
        .execute_script("settings.js", settings)
        .expect("plain numbers");
    runtime
        .execute_script("sweep.js", include_str!("fuzz_ops.js"))
        .expect("the sweep catches what the ops throw");
    // What it left open is never answered; errors are its own.
    let _ = tokio::time::timeout(
        Duration::from_secs(2),
        runtime.run_event_loop(PollEventLoopOptions::default()),
    )
    .await;
    runtime
        .execute_script("end.js", "ALL.op_mmk_print(2, 'all ops are alive\\n')")
        .expect("the isolate still works");
    fence.close(StopReason::Interrupted { signal: "SIGTERM" });
}
