//! Reading files for the loader. What a script gets to run passes the host's permission check first; what only the loader
//! itself looks at (does a file exist, what does a package.json say) does not: it never reaches the script.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::error::ModuleError;

/// Says whether a path may be read; the text is the reason, with the flag that would allow it.
pub(crate) type ReadCheck = Arc<dyn Fn(&Path) -> Result<(), String> + Send + Sync>;

/// The files of a machine, as far as the host allows.
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
        // Neither `..` nor a link may lead out of what is allowed.
        let real = std::fs::canonicalize(path);
        let checked = real.as_deref().unwrap_or(path);
        (self.check)(checked).map_err(|reason| ModuleError::refused(checked, &reason))?;
        self.read_settings(path)
    }

    /// The text of a package.json or tsconfig.json, which the loader keeps to itself.
    pub(super) fn read_settings(&self, path: &Path) -> Result<String, ModuleError> {
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
        path.is_file()
    }

    pub(super) fn is_directory(&self, path: &Path) -> bool {
        path.is_dir()
    }
}
