//! Child processes for `child_process`, behind the permission to run programs. A child ends with the isolate that started it, unless it was
//! started detached. Errors carry the system's code; JavaScript words them.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::process::Stdio;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::OpState;
use deno_core::op2;
use deno_error::JsError;
use rustix::io::Errno;
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::process::Child;
use tokio::process::ChildStderr;
use tokio::process::ChildStdin;
use tokio::process::ChildStdout;
use tokio::sync::Mutex;

use super::permissions::AccessDenied;
use super::permissions::Permissions;
use super::permissions::Start;

/// How much is read from a pipe at once.
const CHUNK: usize = 64 * 1024;

#[derive(Debug, thiserror::Error, JsError)]
pub(crate) enum ChildError {
    #[class(inherit)]
    #[error(transparent)]
    Denied(#[from] AccessDenied),
    #[class(inherit)]
    #[error(transparent)]
    Failed(#[from] ChildFailure),
}

#[derive(Debug, thiserror::Error, JsError)]
#[class(generic)]
#[property("code" = self.code.clone())]
#[property("errno" = self.errno)]
#[error("{message}")]
pub(crate) struct ChildFailure {
    code: String,
    errno: i32,
    message: String,
}

impl From<io::Error> for ChildFailure {
    fn from(error: io::Error) -> Self {
        let number = error
            .raw_os_error()
            .unwrap_or_else(|| Errno::INVAL.raw_os_error());
        Self {
            code: code_of(Errno::from_raw_os_error(number)).to_owned(),
            errno: -number,
            message: error.to_string(),
        }
    }
}

impl From<io::Error> for ChildError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn code_of(errno: Errno) -> &'static str {
    match errno {
        Errno::NOENT => "ENOENT",
        Errno::ACCESS => "EACCES",
        Errno::PERM => "EPERM",
        Errno::NOTDIR => "ENOTDIR",
        Errno::NOEXEC => "ENOEXEC",
        Errno::TOOBIG => "E2BIG",
        Errno::AGAIN => "EAGAIN",
        Errno::NOMEM => "ENOMEM",
        Errno::MFILE => "EMFILE",
        Errno::PIPE => "EPIPE",
        _ => "EINVAL",
    }
}

/// What JavaScript asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    file: String,
    arguments: Vec<String>,
    argv0: Option<String>,
    folder: Option<String>,
    environment: BTreeMap<String, String>,
    stdin: StandardStream,
    stdout: StandardStream,
    stderr: StandardStream,
    detached: bool,
    uid: Option<u32>,
    gid: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StandardStream {
    Pipe,
    Ignore,
    Inherit,
}

impl From<StandardStream> for Stdio {
    fn from(stream: StandardStream) -> Self {
        match stream {
            StandardStream::Pipe => Self::piped(),
            StandardStream::Ignore => Self::null(),
            StandardStream::Inherit => Self::inherit(),
        }
    }
}

impl Wanted {
    /// The command, when it may be started.
    pub(super) fn command(
        &self,
        permissions: &Permissions,
    ) -> Result<std::process::Command, ChildError> {
        let folder = Path::new(self.folder.as_deref().unwrap_or("."));
        let program = match permissions.check_run(&self.file, folder)? {
            Start::AsNamed => PathBuf::from(&self.file),
            Start::File(file) => file,
            Start::Missing => return Err(io::Error::from(Errno::NOENT).into()),
        };
        for (name, value) in &self.environment {
            permissions.check_child_variable(name, value)?;
        }
        let mut command = std::process::Command::new(program);
        command
            // As it was named: what some programs do depends on it.
            .arg0(self.argv0.as_ref().unwrap_or(&self.file))
            .args(&self.arguments)
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::from(self.stdin))
            .stdout(Stdio::from(self.stdout))
            .stderr(Stdio::from(self.stderr));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if self.detached {
            command.process_group(0);
        }
        if let Some(uid) = self.uid {
            command.uid(uid);
        }
        if let Some(gid) = self.gid {
            command.gid(gid);
        }
        Ok(command)
    }
}

/// The children of an isolate by the number that JavaScript knows them by.
#[derive(Default)]
pub(crate) struct Children {
    running: HashMap<u32, Rc<Running>>,
    last: u32,
}

struct Running {
    child: Mutex<Child>,
    /// Until it has been waited for; afterwards the number may be another process's.
    pid: Cell<Option<u32>>,
    stdin: Mutex<Option<ChildStdin>>,
    stdout: Mutex<Option<ChildStdout>>,
    stderr: Mutex<Option<ChildStderr>>,
}

fn running(state: &Rc<RefCell<OpState>>, id: u32) -> Option<Rc<Running>> {
    state
        .borrow()
        .borrow::<Children>()
        .running
        .get(&id)
        .cloned()
}

/// JSON `{id, pid}` of a started process.
#[op2]
#[string]
pub(crate) fn op_node_child_spawn(
    state: &mut OpState,
    #[string] wanted: &str,
) -> Result<String, ChildError> {
    let wanted: Wanted = serde_json::from_str(wanted).map_err(io::Error::from)?;
    let command = wanted.command(state.borrow::<Arc<Permissions>>())?;
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(!wanted.detached);
    let mut child = command.spawn()?;
    let pid = child.id();
    let entry = Running {
        stdin: Mutex::new(child.stdin.take()),
        stdout: Mutex::new(child.stdout.take()),
        stderr: Mutex::new(child.stderr.take()),
        child: Mutex::new(child),
        pid: Cell::new(pid),
    };
    let children = state.borrow_mut::<Children>();
    children.last += 1;
    let id = children.last;
    children.running.insert(id, Rc::new(entry));
    Ok(json!({ "id": id, "pid": pid }).to_string())
}

/// The next bytes of stdout (1) or stderr (2); none at the end.
#[op2]
#[buffer]
pub(crate) async fn op_node_child_read(
    state: Rc<RefCell<OpState>>,
    #[smi] id: u32,
    #[smi] stream: u32,
) -> Result<Vec<u8>, ChildError> {
    let Some(child) = running(&state, id) else {
        return Ok(Vec::new());
    };
    let mut bytes = vec![0; CHUNK];
    let length = if stream == 1 {
        match child.stdout.lock().await.as_mut() {
            Some(pipe) => pipe.read(&mut bytes).await?,
            None => 0,
        }
    } else {
        match child.stderr.lock().await.as_mut() {
            Some(pipe) => pipe.read(&mut bytes).await?,
            None => 0,
        }
    };
    bytes.truncate(length);
    Ok(bytes)
}

/// Hands bytes to the child's stdin.
#[op2]
pub(crate) async fn op_node_child_write(
    state: Rc<RefCell<OpState>>,
    #[smi] id: u32,
    #[buffer(copy)] bytes: Vec<u8>,
) -> Result<(), ChildError> {
    if let Some(child) = running(&state, id)
        && let Some(pipe) = child.stdin.lock().await.as_mut()
    {
        pipe.write_all(&bytes).await?;
        pipe.flush().await?;
        return Ok(());
    }
    Err(io::Error::from(Errno::PIPE).into())
}

/// Ends the child's stdin.
#[op2]
pub(crate) async fn op_node_child_end_input(state: Rc<RefCell<OpState>>, #[smi] id: u32) {
    if let Some(child) = running(&state, id) {
        child.stdin.lock().await.take();
    }
}

/// JSON `{code, signal}` once the child has ended.
#[op2]
#[string]
pub(crate) async fn op_node_child_wait(
    state: Rc<RefCell<OpState>>,
    #[smi] id: u32,
) -> Result<String, ChildError> {
    let Some(child) = running(&state, id) else {
        return Ok(json!({ "code": null, "signal": null }).to_string());
    };
    let status = child.child.lock().await.wait().await?;
    child.pid.set(None);
    Ok(ended(status).to_string())
}

/// Forgets a child that has ended and whose output was read.
#[op2(fast)]
pub(crate) fn op_node_child_forget(state: &mut OpState, #[smi] id: u32) {
    state.borrow_mut::<Children>().running.remove(&id);
}

/// Sends a signal by number; false when the child has ended. Zero only asks.
#[op2(fast)]
pub(crate) fn op_node_child_kill(state: &mut OpState, #[smi] id: u32, #[smi] signal: i32) -> bool {
    let children = state.borrow::<Children>();
    let pid = children.running.get(&id).and_then(|child| child.pid.get());
    pid.is_some_and(|pid| send_signal(pid, signal).is_ok())
}

pub(super) fn send_signal(pid: u32, signal: i32) -> io::Result<()> {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .ok_or(Errno::SRCH)?;
    match rustix::process::Signal::from_named_raw(signal) {
        Some(signal) => Ok(rustix::process::kill_process(pid, signal)?),
        None if signal == 0 => Ok(rustix::process::test_kill_process(pid)?),
        None => Err(Errno::INVAL.into()),
    }
}

/// `{code, signal}`, one of which is null.
pub(super) fn ended(status: ExitStatus) -> serde_json::Value {
    use std::os::unix::process::ExitStatusExt;
    json!({ "code": status.code(), "signal": status.signal() })
}
