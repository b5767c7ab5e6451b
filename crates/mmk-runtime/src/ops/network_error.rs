//! What a network call can end with, under the codes that Node gives it. JavaScript adds the call, the address and the port.

use std::io;

use deno_error::JsError;
use rustix::io::Errno;

use super::permissions::AccessDenied;

#[derive(Debug, thiserror::Error, JsError)]
pub(crate) enum NetworkError {
    #[class(inherit)]
    #[error(transparent)]
    Denied(#[from] AccessDenied),
    #[class(inherit)]
    #[error(transparent)]
    Failed(#[from] NetworkFailure),
}

#[derive(Debug, thiserror::Error, JsError)]
#[class(generic)]
#[property("code" = self.code)]
#[property("errno" = self.errno)]
#[error("{message}")]
pub(crate) struct NetworkFailure {
    pub(crate) code: &'static str,
    pub(crate) errno: i32,
    pub(crate) message: String,
}

impl NetworkError {
    pub(crate) fn new(code: &'static str, errno: i32, message: impl Into<String>) -> Self {
        Self::Failed(NetworkFailure {
            code,
            errno,
            message: message.into(),
        })
    }

    pub(crate) fn invalid() -> Self {
        Errno::INVAL.into()
    }

    /// The socket was closed from this side.
    pub(crate) fn closed() -> Self {
        Errno::CANCELED.into()
    }
}

impl From<Errno> for NetworkError {
    fn from(errno: Errno) -> Self {
        Self::new(code_of(errno), -errno.raw_os_error(), errno.to_string())
    }
}

impl From<io::Error> for NetworkError {
    fn from(error: io::Error) -> Self {
        if let Some(number) = error.raw_os_error() {
            return Errno::from_raw_os_error(number).into();
        }
        match error.kind() {
            io::ErrorKind::ConnectionReset => Errno::CONNRESET.into(),
            io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero => Errno::PIPE.into(),
            // Cancelled by `op_net_close`.
            io::ErrorKind::Interrupted => Self::closed(),
            _ => Self::new("EPROTO", -Errno::PROTO.raw_os_error(), error.to_string()),
        }
    }
}

fn code_of(errno: Errno) -> &'static str {
    match errno {
        Errno::ACCESS => "EACCES",
        Errno::ADDRINUSE => "EADDRINUSE",
        Errno::ADDRNOTAVAIL => "EADDRNOTAVAIL",
        Errno::AFNOSUPPORT => "EAFNOSUPPORT",
        Errno::CANCELED => "ECANCELED",
        Errno::CONNABORTED => "ECONNABORTED",
        Errno::CONNREFUSED => "ECONNREFUSED",
        Errno::CONNRESET => "ECONNRESET",
        Errno::HOSTUNREACH => "EHOSTUNREACH",
        Errno::INVAL => "EINVAL",
        Errno::MFILE => "EMFILE",
        Errno::NETDOWN => "ENETDOWN",
        Errno::NETUNREACH => "ENETUNREACH",
        Errno::NFILE => "ENFILE",
        Errno::NOBUFS => "ENOBUFS",
        Errno::NOTCONN => "ENOTCONN",
        Errno::PERM => "EPERM",
        Errno::PIPE => "EPIPE",
        Errno::TIMEDOUT => "ETIMEDOUT",
        _ => "UNKNOWN",
    }
}
