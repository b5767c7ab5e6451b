//! System errors as Node words them: a code, a negative number and libuv's sentence. JavaScript adds the system call and the path.

use std::io;

use deno_error::JsError;
use rustix::io::Errno;

use super::permissions::AccessDenied;
use super::permissions::PathError;

/// What a file operation can end with.
#[derive(Debug, thiserror::Error, JsError)]
pub(crate) enum FsError {
    #[class(inherit)]
    #[error(transparent)]
    Denied(#[from] AccessDenied),
    #[class(inherit)]
    #[error(transparent)]
    System(#[from] SystemError),
}

/// A refusal of the operating system, with Node's name for it.
#[derive(Debug, thiserror::Error, JsError)]
#[class(generic)]
#[property("code" = self.code)]
#[property("errno" = self.errno)]
#[error("{message}")]
pub(crate) struct SystemError {
    pub(super) code: &'static str,
    pub(super) errno: i32,
    pub(super) message: String,
}

impl From<PathError> for FsError {
    fn from(error: PathError) -> Self {
        match error {
            PathError::Denied(denied) => Self::Denied(denied),
            PathError::Io(error) => error.into(),
        }
    }
}

impl From<Errno> for FsError {
    fn from(errno: Errno) -> Self {
        let (code, message) = wording(errno);
        Self::System(SystemError {
            code,
            errno: -errno.raw_os_error(),
            message: message.to_owned(),
        })
    }
}

impl From<io::Error> for FsError {
    fn from(error: io::Error) -> Self {
        if let Some(number) = error.raw_os_error() {
            return Errno::from_raw_os_error(number).into();
        }
        match error.kind() {
            io::ErrorKind::NotFound => Errno::NOENT.into(),
            io::ErrorKind::AlreadyExists => Errno::EXIST.into(),
            io::ErrorKind::InvalidInput => Errno::INVAL.into(),
            _ => Self::System(SystemError {
                code: "EIO",
                errno: -Errno::IO.raw_os_error(),
                message: error.to_string(),
            }),
        }
    }
}

fn wording(errno: Errno) -> (&'static str, &'static str) {
    match errno {
        Errno::ACCESS => ("EACCES", "permission denied"),
        Errno::AGAIN => ("EAGAIN", "resource temporarily unavailable"),
        Errno::BADF => ("EBADF", "bad file descriptor"),
        Errno::BUSY => ("EBUSY", "resource busy or locked"),
        Errno::EXIST => ("EEXIST", "file already exists"),
        Errno::FBIG => ("EFBIG", "file too large"),
        Errno::INTR => ("EINTR", "interrupted system call"),
        Errno::INVAL => ("EINVAL", "invalid argument"),
        Errno::IO => ("EIO", "i/o error"),
        Errno::ISDIR => ("EISDIR", "illegal operation on a directory"),
        Errno::LOOP => ("ELOOP", "too many symbolic links encountered"),
        Errno::MFILE => ("EMFILE", "too many open files"),
        Errno::MLINK => ("EMLINK", "too many links"),
        Errno::NAMETOOLONG => ("ENAMETOOLONG", "name too long"),
        Errno::NFILE => ("ENFILE", "file table overflow"),
        Errno::NODEV => ("ENODEV", "no such device"),
        Errno::NOENT => ("ENOENT", "no such file or directory"),
        Errno::NOMEM => ("ENOMEM", "not enough memory"),
        Errno::NOSPC => ("ENOSPC", "no space left on device"),
        Errno::NOTDIR => ("ENOTDIR", "not a directory"),
        Errno::NOTEMPTY => ("ENOTEMPTY", "directory not empty"),
        Errno::NOTSUP => ("ENOTSUP", "operation not supported on socket"),
        Errno::NXIO => ("ENXIO", "no such device or address"),
        Errno::PERM => ("EPERM", "operation not permitted"),
        Errno::PIPE => ("EPIPE", "broken pipe"),
        Errno::ROFS => ("EROFS", "read-only file system"),
        Errno::SPIPE => ("ESPIPE", "invalid seek"),
        Errno::TXTBSY => ("ETXTBSY", "text file is busy"),
        Errno::XDEV => ("EXDEV", "cross-device link not permitted"),
        _ => ("UNKNOWN", "unknown error"),
    }
}
