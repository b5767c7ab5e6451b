//! A fault of ours, wherever it shows: on the main thread, on V8's, on the driver's, in a task. It is told in one sentence without
//! credentials, and the process ends there and then: what a thread that broke down has left behind can't be trusted, and what waits for
//! its answer would wait for ever. The next run finds what it finds after a `kill -9`.

use std::backtrace::Backtrace;
use std::backtrace::BacktraceStatus;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::fd::BorrowedFd;
use std::panic::PanicHookInfo;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use mmk_core::redact::redact;

use crate::exit::ExitCodes;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::json;
use crate::printer::Format;
use crate::render;

/// Whether stdout is for one JSON document.
static ANSWERS_IN_JSON: AtomicBool = AtomicBool::new(false);

/// Whether a thread is telling its fault already.
static IS_TOLD: AtomicBool = AtomicBool::new(false);

/// Watches from now on.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|info| {
        // A parser of others' that we expect to break down, and whose caller answers for it.
        if !mmk_runtime::is_panic_expected() {
            end(info);
        }
    }));
}

/// Faults from now on are told in this format.
pub(crate) fn tell_in(format: Format) {
    ANSWERS_IN_JSON.store(format == Format::Json, Ordering::Relaxed);
}

#[expect(
    clippy::exit,
    reason = "nothing that waits for the broken thread would ever go on"
)]
fn end(info: &PanicHookInfo<'_>) {
    if IS_TOLD.swap(true, Ordering::SeqCst) {
        // The first one ends the process.
        loop {
            std::thread::park();
        }
    }
    let place = info.location().map(ToString::to_string);
    tell(&failure(info.payload_as_str(), place.as_deref()));
    std::process::exit(i32::from(ExitStatus::Crashed.number(ExitCodes::Compatible)));
}

/// What is told of a panic: its first line, because the rest of the message is for whoever looks at the source.
fn failure(message: Option<&str>, place: Option<&str>) -> Failure {
    let message = message.and_then(|message| message.lines().next());
    Failure::Crashed {
        message: redact(message.unwrap_or("something unexpected happened")),
        place: place.unwrap_or("an unknown place").to_owned(),
    }
}

/// Writes past the printer and past Rust's streams: the thread may hold their locks.
fn tell(failure: &Failure) {
    let mut story = render::failure(failure, std::path::Path::new("/"));
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        story.push_str(&format!("\n\n{backtrace}"));
    }
    let plain = anstream::adapter::strip_str(&story).to_string();
    write(std::io::stderr().as_fd(), &format!("{plain}\n"));
    if ANSWERS_IN_JSON.load(Ordering::Relaxed) {
        write(
            std::io::stdout().as_fd(),
            &format!("{:#}\n", json::failure(failure)),
        );
    }
}

fn write(stream: BorrowedFd<'_>, text: &str) {
    // Where nobody reads there is nobody to tell.
    if let Ok(stream) = stream.try_clone_to_owned() {
        let _ = std::fs::File::from(stream).write_all(text.as_bytes());
    }
}

#[cfg(test)]
#[path = "crash_tests.rs"]
mod tests;
