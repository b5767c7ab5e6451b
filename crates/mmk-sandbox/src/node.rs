//! One server of a sandbox: its process, its data folder and its log. It can be killed, paused and started again on the
//! same data and port, and never outlives its owner.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use rustix::process::Pid;
use rustix::process::Signal;

use crate::SandboxError;
use crate::access::Access;
use crate::access::Role;
use crate::server_log;
use crate::spawner::spawn_bound_to_us;

const POLL: Duration = Duration::from_millis(5);

/// One server of a sandbox.
#[derive(Debug)]
pub struct Node {
    index: usize,
    host: String,
    port: u16,
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: PathBuf,
    access: Access,
    deadline: Duration,
    process: Mutex<Option<Child>>,
}

/// How a start ended that didn't fail for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Started {
    Ready,
    /// Another program took the port first.
    PortTaken,
}

/// What all nodes of a sandbox have in common.
pub(crate) struct NodeSettings<'a> {
    pub(crate) program: &'a Path,
    pub(crate) arguments: &'a [OsString],
    pub(crate) host: &'a str,
    pub(crate) access: &'a Access,
    pub(crate) deadline: Duration,
}

impl Node {
    /// Makes the data folder; starts nothing yet.
    pub(crate) fn prepare(
        settings: &NodeSettings<'_>,
        index: usize,
        port: u16,
        folder: PathBuf,
    ) -> Result<Self, SandboxError> {
        let data = folder.join("data");
        fs::create_dir_all(&data).map_err(|source| SandboxError::Folder {
            path: data.clone(),
            source,
        })?;
        Ok(Self {
            index,
            host: settings.host.to_owned(),
            port,
            program: settings.program.to_owned(),
            arguments: settings.arguments.to_vec(),
            folder,
            access: settings.access.clone(),
            deadline: settings.deadline,
            process: Mutex::new(None),
        })
    }

    /// Its number in the sandbox, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The port on the loopback address; it stays the same over restarts.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as one address.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// A connection string for this server alone, whatever its state.
    pub fn uri(&self) -> String {
        self.access.uri(
            &[self.address()],
            "",
            &[("directConnection", "true")],
            Role::User,
        )
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        let mut process = self.process();
        let child = process.as_mut()?;
        match child.try_wait() {
            Ok(None) => Some(child.id()),
            _ => None,
        }
    }

    /// Where the server logs.
    pub fn log_file(&self) -> PathBuf {
        self.folder.join("mongod.log")
    }

    /// Ends the server as a power cut does (SIGKILL) and waits until it is gone. Does nothing when it isn't running.
    pub fn kill(&self) {
        if let Some(mut child) = self.process().take() {
            // Both fail only when the process is gone already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks the server to end in good order (SIGTERM) and waits until it has.
    pub async fn stop(&self) -> Result<(), SandboxError> {
        self.signal(Signal::TERM)?;
        let started = Instant::now();
        while self.pid().is_some() {
            if started.elapsed() > self.deadline {
                return Err(self.not_ready(started));
            }
            tokio::time::sleep(POLL).await;
        }
        self.kill();
        Ok(())
    }

    /// Halts the server (SIGSTOP): connections stay open and nothing is answered, as in a network partition.
    pub fn pause(&self) -> Result<(), SandboxError> {
        self.signal(Signal::STOP)
    }

    /// Lets a halted server go on (SIGCONT).
    pub fn resume(&self) -> Result<(), SandboxError> {
        self.signal(Signal::CONT)
    }

    /// Kills the server if it runs, starts it on the same data and port, and waits until it accepts connections. It then
    /// recovers from its journal; in a replica set, `Sandbox::wait_until_settled` tells when it has caught up.
    pub async fn restart(&self) -> Result<(), SandboxError> {
        self.kill();
        match self.start().await? {
            Started::Ready => Ok(()),
            Started::PortTaken => Err(SandboxError::NoFreePort {
                host: self.address(),
            }),
        }
    }

    /// Starts the process and waits until it accepts connections.
    pub(crate) async fn start(&self) -> Result<Started, SandboxError> {
        let log = self.log_file();
        let log_start = fs::metadata(&log).map_or(0, |metadata| metadata.len());
        let child = self.spawn()?;
        *self.process() = Some(child);

        let started = Instant::now();
        loop {
            if server_log::says_ready(&log, log_start) {
                return Ok(Started::Ready);
            }
            if let Some(status) = self.exit_status() {
                return self.explain_end(status);
            }
            if started.elapsed() > self.deadline {
                return Err(self.not_ready(started));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Takes another port, for a node that has not been announced to the others yet.
    pub(crate) fn move_to(&mut self, port: u16) {
        self.kill();
        self.port = port;
    }

    /// The last lines of the log.
    pub(crate) fn last_log_lines(&self) -> Vec<String> {
        server_log::last_lines(&self.log_file())
    }

    /// The kill without the wait, for when many are to end at once.
    pub(crate) fn begin_kill(&self) {
        if let Some(child) = self.process().as_mut() {
            let _ = child.kill();
        }
    }

    fn spawn(&self) -> Result<Child, SandboxError> {
        let output = self.output_file();
        let folder_error = |source| SandboxError::Folder {
            path: output.clone(),
            source,
        };
        let stdout = File::create(&output).map_err(folder_error)?;
        let stderr = stdout.try_clone().map_err(folder_error)?;

        let mut command = Command::new(&self.program);
        command
            .arg("--port")
            .arg(self.port.to_string())
            .arg("--dbpath")
            .arg(self.folder.join("data"))
            .arg("--logpath")
            .arg(self.log_file())
            .args(&self.arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr);
        spawn_bound_to_us(command).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
                SandboxError::MongodNotFound {
                    path: self.program.clone(),
                }
            }
            _ => self.unusable(error.to_string()),
        })
    }

    fn exit_status(&self) -> Option<ExitStatus> {
        self.process().as_mut()?.try_wait().ok().flatten()
    }

    fn explain_end(&self, status: ExitStatus) -> Result<Started, SandboxError> {
        /// `EXIT_NET_ERROR` of the server.
        const NETWORK_ERROR: i32 = 48;
        if status.code() == Some(NETWORK_ERROR) {
            return Ok(Started::PortTaken);
        }
        let log = self.last_log_lines();
        if log.is_empty() {
            // Without a log the server never got as far as its own code: the loader or its command line is to blame.
            let complaint = server_log::complaint(&self.output_file());
            return Err(self.unusable(complaint.unwrap_or_else(|| status.to_string())));
        }
        Err(SandboxError::ServerEnded {
            status: status.to_string(),
            log,
        })
    }

    fn output_file(&self) -> PathBuf {
        self.folder.join("output.log")
    }

    fn unusable(&self, reason: String) -> SandboxError {
        SandboxError::MongodUnusable {
            path: self.program.clone(),
            reason,
        }
    }

    fn not_ready(&self, started: Instant) -> SandboxError {
        SandboxError::NotReady {
            waited: started.elapsed(),
            log: self.last_log_lines(),
        }
    }

    fn signal(&self, signal: Signal) -> Result<(), SandboxError> {
        let stopped = SandboxError::NodeStopped { node: self.index };
        let Some(pid) = self.pid().and_then(|pid| Pid::from_raw(pid.cast_signed())) else {
            return Err(stopped);
        };
        rustix::process::kill_process(pid, signal).map_err(|error| SandboxError::Signal {
            node: self.index,
            source: error.into(),
        })
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        // A panic elsewhere must not keep the process from being ended.
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}
