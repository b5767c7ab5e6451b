//! Writes a file that must not exist yet, unless told otherwise.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::io::Write;
use std::path::Path;

use crate::failure::Failure;

/// What happens to a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    Keep,
    Replace,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Yes,
    /// There was a file, and it was kept.
    Kept,
}

pub(crate) fn write(
    path: &Path,
    content: impl AsRef<[u8]>,
    existing: Existing,
) -> Result<Written, Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    match existing {
        Existing::Keep => options.create_new(true),
        Existing::Replace => options.create(true).truncate(true),
    };
    let outcome = options
        .open(path)
        .and_then(|mut file| file.write_all(content.as_ref()));
    match outcome {
        Ok(()) => Ok(Written::Yes),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Written::Kept),
        Err(error) => Err(Failure::WriteFailed {
            path: path.to_owned(),
            detail: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_file_is_kept_unless_told_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert_eq!(write(&path, "one", Existing::Keep).unwrap(), Written::Yes);
        assert_eq!(write(&path, "two", Existing::Keep).unwrap(), Written::Kept);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(write(&path, "3", Existing::Replace).unwrap(), Written::Yes);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "3");
        let nowhere = folder.path().join("missing/a");
        assert_eq!(
            write(&nowhere, "", Existing::Keep).unwrap_err().code(),
            "WRITE_FAILED"
        );
    }
}
