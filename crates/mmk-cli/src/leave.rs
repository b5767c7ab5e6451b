//! The last step of the process. V8's threads may be at work still, making an isolate that nobody needs any more; C's exit handlers
//! would take V8 apart under them, and the process would end as a crash in place of what happened.

use std::io::Write;

/// Ends the process when everything is printed.
pub(crate) fn leave(code: u8) -> ! {
    // Where nobody reads there is nobody to tell.
    let _ = std::io::stdout().flush();
    at_once(code)
}

/// Ends the process without waiting for whoever is printing.
pub(crate) fn at_once(code: u8) -> ! {
    // SAFETY: it takes a number and never returns.
    unsafe { libc::_exit(code.into()) }
}
