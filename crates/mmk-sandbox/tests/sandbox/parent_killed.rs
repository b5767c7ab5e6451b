//! However the process that owns a sandbox ends, its server ends too, and the next sandbox removes the data.

use std::io::BufRead;
use std::io::BufReader;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use mmk_sandbox::Sources;
use rustix::process::Pid;
use rustix::process::Signal;

use crate::common;

/// Set in the environment of the child process only; names the sandbox's temporary folder.
const CHILD: &str = "MMK_SANDBOX_TEST_CHILD";
const MARK: &str = "sandbox:";

/// Not a test: the other process of the tests below. It holds a sandbox until it is killed.
#[tokio::test]
#[ignore = "runs only as the child process of another test"]
async fn child_that_holds_a_sandbox() {
    let Ok(temporary) = std::env::var(CHILD) else {
        return;
    };
    let mut options = common::options();
    options.temporary = PathBuf::from(temporary);
    let sandbox = common::start(options).await;
    let pid = sandbox.nodes()[0].pid().expect("a process");
    let mut stdout = std::io::stdout();
    std::io::Write::write_all(
        &mut stdout,
        format!("\n{MARK}{pid} {}\n", sandbox.folder().display()).as_bytes(),
    )
    .expect("a reader");
    std::future::pending::<()>().await;
}

struct Holder {
    process: Child,
    server: u32,
    folder: PathBuf,
}

fn start_holder(temporary: &tempfile::TempDir) -> Holder {
    let mut process = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "parent_killed::child_that_holds_a_sandbox",
            "--ignored",
            "--nocapture",
        ])
        .env(CHILD, temporary.path())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("a child process");
    let output = BufReader::new(process.stdout.take().expect("a pipe"));
    let line = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix(MARK).map(str::to_owned))
        .expect("a started sandbox");
    let (server, folder) = line.split_once(' ').expect("two words");
    Holder {
        process,
        server: server.parse().expect("a process id"),
        folder: PathBuf::from(folder),
    }
}

fn wait_until_gone(pid: u32) {
    let started = Instant::now();
    while common::runs(pid) {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "the server still runs"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn a_killed_parent_takes_its_server_along_and_the_next_start_its_data() {
    let temporary = tempfile::tempdir_in(Sources::from_environment().temporary).expect("a folder");
    let mut holder = start_holder(&temporary);
    assert!(common::runs(holder.server));

    holder.process.kill().expect("a kill");
    holder.process.wait().expect("its end");

    wait_until_gone(holder.server);
    assert!(holder.folder.exists(), "nobody was there to remove it");
    let mut options = common::options();
    options.temporary = temporary.path().to_owned();
    let next = common::start(options).await;
    assert!(!holder.folder.exists());
    assert!(next.folder().exists());
}

#[test]
fn an_interrupt_from_the_terminal_leaves_no_server() {
    let temporary = tempfile::tempdir_in(Sources::from_environment().temporary).expect("a folder");
    let mut holder = start_holder(&temporary);

    // A terminal interrupts the whole group in the foreground.
    let group = Pid::from_child(&holder.process);
    rustix::process::kill_process_group(group, Signal::INT).expect("a signal");
    holder.process.wait().expect("its end");

    wait_until_gone(holder.server);
}
