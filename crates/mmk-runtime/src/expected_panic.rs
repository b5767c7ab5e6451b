//! Code of others that may break down on a user's file, where that is an answer about the file and no fault of the process.

use std::cell::Cell;

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is caught by [`expecting_panic`]; a panic hook has nothing to tell then.
#[must_use]
pub fn is_panic_expected() -> bool {
    EXPECTED.get()
}

/// What the work gives; nothing when it panics.
pub fn expecting_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    let outer = EXPECTED.replace(true);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    EXPECTED.set(outer);
    result.ok()
}
