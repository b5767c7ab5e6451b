//! Programs on this machine: finding one on a search path, and seeing whether a server runs at all.

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Output;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::SandboxError;
use crate::Sources;

/// The first executable called `name` on the search path.
pub(crate) fn find_on_path(sources: &Sources, name: &str) -> Option<PathBuf> {
    let path = sources.path.as_ref()?;
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|candidate| is_executable(candidate))
        .map(|found| absolute(&found))
}

/// Whether this user may run it.
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

/// Servers are started in their own folder, where a relative path would mean something else.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Runs a program to its end, and kills it when that takes too long. The error is half a sentence.
pub(crate) async fn output_within(
    patience: Duration,
    mut command: Command,
) -> Result<Output, String> {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let running = async {
        loop {
            match command.output().await {
                // A file that was just written counts as busy while a process that another thread is starting has not
                // yet let go of it.
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                output => break output,
            }
        }
    };
    match tokio::time::timeout(patience, running).await {
        Ok(output) => output.map_err(|error| error.to_string()),
        Err(_) => Err(format!("it took longer than {} s", patience.as_secs())),
    }
}

/// Asks a server for its version, which fails when a shared library is missing or the machine is of another kind.
pub(crate) async fn check_runs(program: &Path) -> Result<(), SandboxError> {
    const PATIENCE: Duration = Duration::from_secs(30);
    let unusable = |reason: String| SandboxError::MongodUnusable {
        path: program.to_owned(),
        reason,
    };
    let mut command = Command::new(program);
    command.arg("--version");
    let output = output_within(PATIENCE, command).await.map_err(unusable)?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last = stderr.lines().rfind(|line| !line.trim().is_empty());
    Err(unusable(
        last.map_or_else(|| output.status.to_string(), str::to_owned),
    ))
}
