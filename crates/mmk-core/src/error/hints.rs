//! The advice that goes with each error. Commands and flags named here are the CLI's.

use crate::checksum::Drift;
use crate::error::Error;
use crate::name::closest;
use crate::script::Direction;
use crate::script::ScriptError;

impl Error {
    /// What the user can do now; one sentence each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        match self {
            Self::LockHeld { .. } => {
                hints.push("wait for the other run with `--wait 60s`".to_owned());
                hints.push(
                    "if that process is surely gone, free the lock with `mmk-js unlock`".to_owned(),
                );
            }
            Self::LockRelease { .. } => hints.push(
                "it expires by itself; `mmk-js unlock` frees it now".to_owned(),
            ),
            Self::LockLostDuring { .. } | Self::LockLost { .. } => hints.push(
                "look at `mmk-js status` before the next run: another process may have been at work".to_owned(),
            ),
            Self::ChecksumMismatch {
                name,
                direction,
                drift,
                ..
            } => {
                if *drift == Drift::Format {
                    hints.push(
                        "check the line endings of the checkout (`git config core.autocrlf`)".to_owned(),
                    );
                }
                hints.push(match direction {
                    Direction::Up => format!("restore `{name}` as it was applied, and write a new migration for the change"),
                    Direction::Down => format!("restore `{name}` as it was applied, or add `--force` to run the present `down`"),
                });
            }
            Self::FileNotFound {
                name, available, ..
            } => match closest(name, available.iter().map(String::as_str)) {
                Some(near) => hints.push(format!("did you mean `{near}`?")),
                None => hints.push("`mmk-js status` lists the migrations".to_owned()),
            },
            Self::AppliedFileMissing { .. } => {
                hints.push("restore the file from version control".to_owned());
            }
            Self::OutOfOrder { .. } => hints.push(
                "rename the file so that it comes last, or run it where it is with `--order warn`".to_owned(),
            ),
            Self::DirectoryMissing { .. } => hints.push(
                "create it with `mmk-js init`, or name another one with `--migrations-dir`".to_owned(),
            ),
            Self::ImportTargetNotEmpty { .. } => hints.push(
                "add to them, replacing those of the same name, with `--force`".to_owned(),
            ),
            Self::InvalidName { .. } => hints.push(
                "give the bare file name as `mmk-js status` lists it".to_owned(),
            ),
            Self::DuplicateName { .. } => hints.push("keep one of the two files".to_owned()),
            Self::InvalidExport { export, .. } => hints.push(if export == "down" {
                "without `down` the migration can't be reverted; write one, or a new migration that undoes it".to_owned()
            } else {
                format!("write `module.exports = {{ async {export}(db) {{ ... }} }}` or `export async function {export}(db)`")
            }),
            Self::ExecutionFailed { error, .. }
            | Self::Timeout { error, .. }
            | Self::OutOfMemory { error, .. } => hints.push(what_stayed(error).to_owned()),
            Self::NotApplied { name, applied } => {
                match closest(name, applied.iter().map(String::as_str)) {
                    Some(near) => hints.push(format!("did you mean `{near}`?")),
                    None => hints.push("`mmk-js status` shows what is applied".to_owned()),
                }
            }
            Self::TransactionsUnsupported { .. } => hints.push(
                "run MongoDB as a replica set (one node is enough), or remove `useTransaction`".to_owned(),
            ),
            Self::InvalidArgument { hint, .. } => hints.extend(hint.clone()),
            Self::ConfigFileExists { .. } => {
                hints.push("overwrite it with `--force`".to_owned());
            }
            Self::ConnectionFailed { detail, .. } => hints.push(connection_hint(detail).to_owned()),
            Self::Unauthorized { .. } => hints.push(
                "check user, password and `authSource` in the URI, and the roles of the user".to_owned(),
            ),
            Self::RecordFailed { name, .. } => hints.push(format!(
                "the next run takes `{name}` for unfinished and runs it again; make sure that it may"
            )),
            Self::RecordInvalid { collection, .. } => hints.push(format!(
                "correct or delete that document in `{collection}`"
            )),
            Self::ClockSkew { .. } => hints.push("synchronise the clocks (NTP)".to_owned()),
            Self::Refused(_)
            | Self::Syntax { .. }
            | Self::LoadFailed { .. }
            | Self::HookFailed { .. }
            | Self::Interrupted { .. }
            | Self::ConfigInvalid { .. }
            | Self::DirectoryUnreadable { .. }
            | Self::FileUnreadable { .. }
            | Self::Database { .. }
            | Self::Internal { .. } => {}
        }
        hints
    }
}

/// What to look at, by what the driver's TLS and sockets say.
fn connection_hint(detail: &str) -> &'static str {
    let detail = detail.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| detail.contains(word));
    if says(&["unknownissuer", "unknown issuer", "causedasendentity"]) {
        "the server's certificate is signed by an authority that is not trusted here; name its file by `tlsCAFile` in the URI"
    } else if says(&["expired", "not valid yet", "notvalidyet"]) {
        "a certificate has expired or is not valid yet; renew it, or correct this machine's clock"
    } else if says(&["not valid for name", "notvalidforname"]) {
        "the server's certificate is for another host; use the name in the URI that the certificate is for"
    } else if says(&[
        "certificaterequired",
        "certificate required",
        "unknownca",
        "badcertificate",
        "fatal alert",
    ]) {
        "the server refuses this client's certificate, or wants one; name its file by `tlsCertificateKeyFile` in the URI"
    } else if says(&["handshake eof", "invalidcontenttype", "corrupt message"]) {
        "the URI asks for TLS and the server at that address seems to be without TLS; check `tls` and the port"
    } else if says(&[
        "end of file",
        "close_notify",
        "reset by peer",
        "broken pipe",
        "connection closed",
    ]) {
        "the server hung up; if it wants TLS, add `tls=true` to the URI, and `tlsCertificateKeyFile` if it wants a certificate that it trusts"
    } else {
        "check that MongoDB runs there and that the address in `--uri` is right"
    }
}

/// What became of the writes of a script that failed.
fn what_stayed(error: &ScriptError) -> &'static str {
    if error.rolled_back {
        "it ran in a transaction, which was rolled back: nothing of it stayed"
    } else {
        "it ran without a transaction: what it wrote until then is still in the database"
    }
}
