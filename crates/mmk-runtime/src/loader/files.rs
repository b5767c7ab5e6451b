//! The file system as the loader sees it: every look at a file passes the host's permission check first.

use std::fmt;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use oxc_resolver::FileMetadata;
use oxc_resolver::FileSystem;
use oxc_resolver::FileSystemOs;
use oxc_resolver::ResolveError;

use super::error::ModuleError;

/// Says whether a path may be read; the text is the reason, with the flag that would allow it.
pub(crate) type ReadCheck = Arc<dyn Fn(&Path) -> Result<(), String> + Send + Sync>;

/// Reads files that the host allows. A path that isn't allowed doesn't exist for resolution and is an error when read.
#[derive(Clone)]
pub(super) struct Files {
    check: ReadCheck,
}

impl fmt::Debug for Files {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Files")
    }
}

impl Files {
    pub(super) fn new(check: ReadCheck) -> Self {
        Self { check }
    }

    /// The text of a module, without its byte order mark.
    pub(super) fn read(&self, path: &Path) -> Result<String, ModuleError> {
        (self.check)(path).map_err(|reason| ModuleError::refused(path, &reason))?;
        let bytes = std::fs::read(path).map_err(|error| ModuleError::unreadable(path, &error))?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            // Node decodes sources as UTF-8 with replacement characters too.
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })
    }

    pub(super) fn is_file(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(FileMetadata::is_file)
    }

    pub(super) fn is_directory(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(FileMetadata::is_dir)
    }

    fn allow(&self, path: &Path) -> io::Result<()> {
        (self.check)(path).map_err(|reason| io::Error::new(io::ErrorKind::PermissionDenied, reason))
    }
}

impl FileSystem for Files {
    fn new() -> Self {
        // The trait asks for a default; the loader always builds `Files` with the host's check.
        Self::new(Arc::new(
            |_| Err("no permission check was given".to_owned()),
        ))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.allow(path)?;
        std::fs::read(path)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        self.allow(path)?;
        FileSystemOs::read_to_string(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.allow(path)?;
        FileSystemOs::metadata(path)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        // The links on the way to an allowed folder lie outside of it.
        FileSystemOs::symlink_metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        FileSystemOs::read_link(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        FileSystemOs::canonicalize(path)
    }
}
