//! `spawnSync` and what is made of it: runs a program to its end while the script waits. The time limit, the size limit and the fence end
//! the wait by ending the program.

use std::io;
use std::io::Read;
use std::io::Write;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use deno_core::OpState;
use deno_core::ToJsBuffer;
use deno_core::op2;
use serde::Deserialize;
use serde::Serialize;

use super::child::ChildError;
use super::child::Wanted;
use super::child::ended;
use super::child::send_signal;
use super::permissions::Permissions;
use crate::bridge::Bridge;

/// How often the program is looked at while it runs.
const GLANCE: Duration = Duration::from_millis(2);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Limits {
    timeout: Option<f64>,
    max_buffer: Option<f64>,
    kill_signal: i32,
}

#[derive(Serialize)]
pub(crate) struct Finished {
    pid: u32,
    code: Option<i64>,
    signal: Option<i64>,
    /// `ETIMEDOUT` or `ENOBUFS`.
    error: Option<&'static str>,
    stdout: ToJsBuffer,
    stderr: ToJsBuffer,
}

#[op2]
#[serde]
pub(crate) fn op_node_child_run_sync(
    state: &mut OpState,
    #[string] wanted: &str,
    #[string] limits: &str,
    #[buffer(copy)] input: Vec<u8>,
) -> Result<Finished, ChildError> {
    let wanted: Wanted = serde_json::from_str(wanted).map_err(io::Error::from)?;
    let limits: Limits = serde_json::from_str(limits).map_err(io::Error::from)?;
    let mut command = wanted.command(state.borrow::<Arc<Permissions>>())?;
    let fence = state.borrow::<Arc<Bridge>>().fence.clone();
    let mut child = command.spawn()?;
    let pid = child.id();
    if let Some(mut pipe) = child.stdin.take() {
        // A program that doesn't read its input to the end is nobody's fault.
        thread::spawn(move || pipe.write_all(&input));
    }
    let too_much = Arc::new(AtomicBool::new(false));
    let most = limits.max_buffer.filter(|most| most.is_finite());
    let read = |pipe: Option<Box<dyn Read + Send>>| {
        let too_much = too_much.clone();
        thread::spawn(move || collect(pipe, most, &too_much))
    };
    let stdout = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let stderr = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let started = Instant::now();
    let time = limits
        .timeout
        .filter(|time| *time > 0.0)
        .and_then(|time| Duration::try_from_secs_f64(time / 1000.0).ok());
    let mut error = None;
    let status: ExitStatus = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let late = time.is_some_and(|time| started.elapsed() >= time);
        if error.is_none() && (late || too_much.load(Ordering::Relaxed)) {
            error = Some(if late { "ETIMEDOUT" } else { "ENOBUFS" });
            // It may have ended in this moment.
            let _ = send_signal(pid, limits.kill_signal);
        }
        if fence.reason().is_some() {
            let _ = child.kill();
        }
        thread::sleep(GLANCE);
    };
    let result = ended(status);
    let (stdout, stderr) = (
        stdout.join().unwrap_or_default(),
        stderr.join().unwrap_or_default(),
    );
    if too_much.load(Ordering::Relaxed) {
        error.get_or_insert("ENOBUFS");
    }
    Ok(Finished {
        pid,
        code: result["code"].as_i64(),
        signal: result["signal"].as_i64(),
        error,
        stdout: stdout.into(),
        stderr: stderr.into(),
    })
}

/// Everything a pipe gives, up to the limit; the rest is read and dropped.
fn collect(
    pipe: Option<Box<dyn Read + Send>>,
    most: Option<f64>,
    too_much: &AtomicBool,
) -> Vec<u8> {
    let mut all = Vec::new();
    let Some(mut pipe) = pipe else { return all };
    let mut chunk = [0; 16 * 1024];
    while let Ok(length) = pipe.read(&mut chunk) {
        if length == 0 {
            break;
        }
        all.extend_from_slice(&chunk[..length]);
        if let Some(most) = most
            && all.len() as f64 > most
        {
            all.truncate(most as usize);
            too_much.store(true, Ordering::Relaxed);
        }
    }
    all
}
