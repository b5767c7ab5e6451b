//! What a script tells the host: printed text, the begin and end of `up`, `process.exit`; and the record's completion
//! inside a transaction.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bson::Binary;
use bson::Document;
use bson::doc;
use bson::spec::BinarySubtype;
use deno_core::OpState;
use deno_core::op2;
use mmk_core::ports::Event;
use mmk_core::ports::Expected;
use mmk_core::ports::OutputStream;
use mmk_core::script::Outcome;
use tokio::sync::oneshot;

use crate::bridge::Bridge;
use crate::bridge::error::BridgeError;
use crate::bridge::error::BridgeErrorKind;
use crate::host_state::HostState;

/// Text for stdout (1) or stderr (2), as it is.
#[op2(fast)]
pub(crate) fn op_mmk_print(state: &mut OpState, #[smi] stream: u32, #[string] text: &str) {
    let host = state.borrow::<Arc<HostState>>();
    if host.silent {
        return;
    }
    let stream = if stream == 2 {
        OutputStream::Stderr
    } else {
        OutputStream::Stdout
    };
    host.observer.notice(Event::Output {
        stream,
        text: text.to_owned(),
    });
}

/// `up` or `down` begins (true) or is over (false).
#[op2(fast)]
pub(crate) fn op_mmk_mark(state: &mut OpState, begins: bool) {
    let host = state.borrow::<Arc<HostState>>();
    if begins {
        host.start_clock();
    } else {
        host.stop_clock();
    }
}

/// `process.exit(code)`: remembers the code and stops the isolate; the engine decides what it means.
#[op2(fast)]
pub(crate) fn op_mmk_exit(state: &mut OpState, #[smi] code: i32) {
    state.borrow::<Arc<HostState>>().exit(code);
}

/// The commands that complete the step's record, to be run in its transaction before the commit: a BSON document
/// `{commands: [{database, body, mustMatch}]}` with bodies as binary.
#[op2]
#[buffer]
pub(crate) async fn op_mmk_seal(state: Rc<RefCell<OpState>>) -> Result<Vec<u8>, BridgeError> {
    let (host, bridge) = {
        let state = state.borrow();
        (
            state.borrow::<Arc<HostState>>().clone(),
            state.borrow::<Arc<Bridge>>().clone(),
        )
    };
    let mut commands = Vec::new();
    if let Some(seal) = &host.seal {
        let outcome = Outcome {
            duration: host.elapsed(),
            counts: bridge.counters.snapshot(),
            warnings: Vec::new(),
        };
        let (reply, answer) = oneshot::channel();
        let gone = || BridgeError::new(BridgeErrorKind::Closed, "the run was given up");
        seal.send((outcome, reply)).map_err(|_| gone())?;
        commands = answer.await.map_err(|_| gone())?;
    }
    let commands: Vec<Document> = commands
        .into_iter()
        .map(|command| {
            doc! {
                "database": command.database,
                "body": Binary { subtype: BinarySubtype::Generic, bytes: command.body },
                "mustMatch": command.expected == Expected::Match,
            }
        })
        .collect();
    doc! {"commands": commands}
        .to_vec()
        .map_err(|error| BridgeError::invalid(error.to_string()))
}
