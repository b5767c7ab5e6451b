//! As containers run it: a user without a name or a home, a file system that can't be written, no terminal, process 1, SIGTERM. Needs
//! what only root may do (`setpriv`, `unshare`); elsewhere these tests say so and pass.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::support::Output;
use crate::support::Project;
use crate::support::finish;
use crate::support::skip;

const BINARY: &str = env!("CARGO_BIN_EXE_mmk-js");

/// A user that no passwd file knows, with no right that root has.
const NOBODY: &[&str] = &[
    "setpriv",
    "--reuid=43210",
    "--regid=43210",
    "--clear-groups",
    "--inh-caps=-all",
    "--",
];

/// A shell whose whole file system is read-only.
const READ_ONLY: &[&str] = &["unshare", "--mount", "sh", "-c"];

/// Whether this machine lets us run things that way.
fn can(prefix: &[&str], arguments: &[&str]) -> bool {
    let result = Command::new(prefix[0])
        .args(&prefix[1..])
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let able = result.as_ref().is_ok_and(|output| output.status.success());
    if !able {
        skip(&format!("`{}` is not possible here", prefix.join(" ")));
    }
    able
}

/// The project's own command, behind a prefix, without a home.
fn wrapped(project: &Project, prefix: &[&str], arguments: &[&str]) -> Command {
    let plain = project.command(arguments);
    let mut command = Command::new(prefix[0]);
    command
        .args(&prefix[1..])
        .current_dir(project.path())
        .env_clear()
        .envs(
            plain
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?)))
                .filter(|(name, _)| *name != "HOME"),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn as_nobody(project: &Project, arguments: &[&str]) -> Output {
    let mut command = wrapped(project, NOBODY, arguments);
    command.arg(BINARY).args(arguments);
    finish(command)
}

fn open_to_all(project: &Project) {
    let readable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.path(), readable).expect("the folder is ours");
}

fn project() -> Project {
    let project = Project::new();
    project.script(
        "1-a.js",
        "const os = require('os'); const told = (ask) => { try { return String(ask()); } catch (error) { return error.code; } };
         await db.collection('a').insertOne({ home: told(() => os.homedir()), user: told(() => os.userInfo().username), uid: process.getuid() });",
        "await db.collection('a').drop();",
    );
    project
}

#[test]
fn a_user_without_name_and_home_runs_everything() {
    if !can(NOBODY, &[BINARY, "--version"]) {
        return;
    }
    let project = project();
    open_to_all(&project);
    as_nobody(&project, &["status"]).exits(0);
    as_nobody(&project, &["up"]).exits(0);
    let ran = &project.documents("a")[0];
    assert_eq!(ran.get_i32("uid").expect("a number"), 43210);
    let record = &project.documents("_mmk_history")[0];
    assert!(
        record.get_str("user").is_ok_and(|user| !user.is_empty()),
        "{record}"
    );
    as_nobody(&project, &["down"]).exits(0);
    // The folder belongs to somebody else: what can't be written is said so.
    as_nobody(&project, &["create", "new one"])
        .exits(1)
        .says("WRITE_FAILED");
}

#[test]
fn a_read_only_file_system_is_enough() {
    let remount = "mount -o remount,bind,ro / && ";
    let probe = format!("{remount} ! touch {} 2>/dev/null", "/written-by-a-test");
    if !can(READ_ONLY, &[&probe]) {
        return;
    }
    let project = project();
    // The folder of the project may be a mount of its own, which the root's flag doesn't reach.
    let own = format!(
        "mount --bind {0} {0} && mount -o remount,bind,ro {0} && cd {0} && ! touch written 2>/dev/null && ",
        project.path().display()
    );
    for arguments in [&["status"][..], &["up"], &["down"], &["run", "program.js"]] {
        project.file(
            "program.js",
            "console.log(require('fs').existsSync('program.js'));",
        );
        let mut command = wrapped(&project, READ_ONLY, arguments);
        command.arg(format!(
            "{remount}{own} exec {BINARY} {}",
            arguments.join(" ")
        ));
        finish(command).exits(0);
    }
}

#[test]
fn closed_standard_streams_do_no_harm() {
    let project = project();
    let mut command = wrapped(&project, &["sh", "-c"], &[]);
    command.arg(format!("exec {BINARY} up <&- >&- 2>&-"));
    finish(command).exits(0);
    assert_eq!(project.applied(), ["1-a.js"]);
}

#[test]
fn as_process_one_it_ends_at_sigterm_and_gives_its_lock_back() {
    let prefix = &["unshare", "--pid", "--fork", "--kill-child"];
    if !can(prefix, &["true"]) {
        return;
    }
    let project = Project::new();
    project.script(
        "1-slow.js",
        "await db.collection('started').insertOne({ _id: process.pid }); await new Promise((resolve) => setTimeout(resolve, 600000));",
        "",
    );
    let mut command = wrapped(&project, prefix, &["up"]);
    command.args([BINARY, "up"]);
    let child = command.spawn().expect("unshare runs");
    let started = Instant::now();
    while project.documents("started").is_empty() {
        assert!(started.elapsed() < Duration::from_secs(300), "it never ran");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(
        project.documents("started")[0]
            .get_i32("_id")
            .expect("a number"),
        1,
        "it is process 1"
    );
    let inner = first_child(&child);
    let ended = Command::new("kill")
        .args(["-TERM", &inner])
        .status()
        .expect("kill runs");
    assert!(ended.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(143), "{output:?}");
    assert!(project.documents("_mmk_locks").is_empty());
    assert_eq!(
        project.documents("_mmk_history")[0]
            .get_str("state")
            .expect("a state"),
        "failed"
    );
}

/// The process that `unshare` made, by its number outside.
fn first_child(parent: &Child) -> String {
    let id = parent.id();
    std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"))
        .expect("the kernel lists children")
        .split_whitespace()
        .next()
        .expect("there is a child")
        .to_owned()
}

/// A cgroup of a test's own, gone with it.
struct Group(PathBuf);

impl Group {
    /// With this much memory, in bytes; `None` where this machine lets us make none.
    fn with_memory(bytes: u64) -> Option<Self> {
        let name = format!("mmk-js-test-{}", std::process::id());
        let tops = [
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            ("/sys/fs/cgroup", "memory.max"),
        ];
        tops.into_iter().find_map(|(top, file)| {
            let group = Self(Path::new(top).join(&name));
            std::fs::create_dir(&group.0).ok()?;
            // A folder without the file is no group with a limit on memory.
            let limit = std::fs::OpenOptions::new()
                .write(true)
                .open(group.0.join(file));
            std::io::Write::write_all(&mut limit.ok()?, bytes.to_string().as_bytes()).ok()?;
            Some(group)
        })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // One that still has processes stays; nothing else depends on it.
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[test]
fn without_a_limit_of_its_own_a_run_keeps_within_its_container() {
    const CONTAINER: u64 = 768 * 1024 * 1024;
    let Some(group) = Group::with_memory(CONTAINER) else {
        skip("no cgroup with a limit on memory can be made here");
        return;
    };
    let project = Project::new();
    project.script(
        "1-greedy.js",
        "const all = []; while (true) all.push({ n: all.length, text: 'x'.repeat(100) + all.length });",
        "",
    );
    let enter = format!("echo $$ > {}/cgroup.procs; exec \"$@\"", group.0.display());
    let prefix = ["sh", "-c", enter.as_str(), "sh"];
    let arguments = ["up", "--exit-codes", "detailed"];
    let mut command = wrapped(&project, &prefix, &arguments);
    command.arg(BINARY).args(arguments);
    let output = finish(command).exits(6);
    output.says("OUT_OF_MEMORY").says("384 MiB");
    assert!(project.documents("_mmk_locks").is_empty());
}
