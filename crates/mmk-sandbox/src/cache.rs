//! Where a fetched server is kept: the user's cache folder, or, when that can't be written to, a private folder inside
//! the temporary one. A private folder that others could write to is not used: its content would be run.

use std::fs;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

use crate::SandboxError;
use crate::Sources;

/// A folder for fetched servers. It may not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cache {
    folder: PathBuf,
    sharing: Sharing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// Its parent belongs to the user.
    User,
    /// Anybody may make files beside it.
    Public,
}

impl Cache {
    /// The folders to look into, best first.
    pub(crate) fn candidates(sources: &Sources) -> Vec<Self> {
        let user = rustix::process::geteuid().as_raw();
        let own = sources.cache.as_ref().map(|cache| Self {
            folder: cache.join("mmk-js"),
            sharing: Sharing::User,
        });
        let private = Self {
            folder: sources.temporary.join(format!("mmk-js-cache-{user}")),
            sharing: Sharing::Public,
        };
        own.into_iter().chain([private]).collect()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file `name` of the server `version`, whether it exists or not.
    pub(crate) fn file(&self, version: &str, name: &str) -> PathBuf {
        self.folder.join(version).join(name)
    }

    /// Whether what lies inside may be run.
    pub(crate) fn is_trusted(&self) -> bool {
        const WRITABLE_BY_OTHERS: u32 = 0o022;
        match self.sharing {
            Sharing::User => true,
            Sharing::Public => fs::symlink_metadata(&self.folder).is_ok_and(|metadata| {
                metadata.is_dir()
                    && metadata.uid() == rustix::process::geteuid().as_raw()
                    && metadata.mode() & WRITABLE_BY_OTHERS == 0
            }),
        }
    }

    /// Makes the first candidate that can be made and written to.
    pub(crate) fn prepare(sources: &Sources) -> Result<Self, SandboxError> {
        let mut first_failure = None;
        for cache in Self::candidates(sources) {
            match cache.make() {
                Ok(()) => return Ok(cache),
                Err(source) => {
                    first_failure.get_or_insert(SandboxError::Cache {
                        path: cache.folder,
                        source,
                    });
                }
            }
        }
        // There is always a candidate, so that without a failure we returned above.
        Err(first_failure.unwrap_or(SandboxError::PipMissing))
    }

    fn make(&self) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        if !self.is_trusted() {
            return Err(io::Error::other(
                "it belongs to another user, or others may write to it",
            ));
        }
        tempfile::tempfile_in(&self.folder).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn without_a_cache_folder_a_private_temporary_one_serves() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let sources = Sources {
            temporary: temporary.path().to_owned(),
            ..Sources::default()
        };
        let cache = Cache::prepare(&sources).expect("a cache");
        assert!(cache.folder().starts_with(temporary.path()));
        let mode = fs::metadata(cache.folder()).expect("the folder").mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_cache_folder_that_cannot_be_made_is_replaced_by_the_temporary_one() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let file = temporary.path().join("file");
        fs::write(&file, "").expect("a file");
        let sources = Sources {
            cache: Some(file.join("below")),
            temporary: temporary.path().to_owned(),
            ..Sources::default()
        };
        let cache = Cache::prepare(&sources).expect("a cache");
        assert_eq!(cache.folder().parent(), Some(temporary.path()));
    }

    #[test]
    fn a_temporary_cache_that_others_can_write_to_is_refused() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let sources = Sources {
            temporary: temporary.path().to_owned(),
            ..Sources::default()
        };
        let cache = Cache::prepare(&sources).expect("a cache");
        fs::set_permissions(cache.folder(), fs::Permissions::from_mode(0o777))
            .expect("permissions");

        assert!(!cache.is_trusted());
        let error = Cache::prepare(&sources).expect_err("an untrusted folder");
        assert_eq!(error.code(), "SANDBOX_CACHE_UNUSABLE");
    }
}
