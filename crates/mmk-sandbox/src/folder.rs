//! The temporary folder of one sandbox. Its owner holds a lock on a file inside it, which the kernel gives up when the
//! owner dies; the next sandbox sweeps away the folders whose lock is free.

use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::time::Duration;

use crate::SandboxError;

const PREFIX: &str = "mmk-js-sandbox-";
const OWNER: &str = "owner.lock";
/// How long a folder may lack its lock file before it counts as left behind, not as being made or removed.
const GRACE: Duration = Duration::from_secs(600);

/// A folder that is removed on drop.
#[derive(Debug)]
pub(crate) struct SandboxFolder {
    path: PathBuf,
    /// Held, never read: closing it gives up the lock.
    _owner: File,
}

impl SandboxFolder {
    /// Makes a folder inside `parent`, named after this process so that a person can tell whose it is.
    pub(crate) fn create(parent: &Path) -> Result<Self, SandboxError> {
        let folder_error = |source| SandboxError::Folder {
            path: parent.to_owned(),
            source,
        };
        let path = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", process::id()))
            .tempdir_in(parent)
            .map_err(folder_error)?
            .keep();
        match claim(&path) {
            Ok(owner) => Ok(Self {
                path,
                _owner: owner,
            }),
            Err(source) => {
                let _ = fs::remove_dir_all(&path);
                Err(folder_error(source))
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SandboxFolder {
    fn drop(&mut self) {
        // What can't be removed now is swept by the next sandbox.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Locks the file before it gets its name: no other process ever sees it unlocked while we live.
fn claim(folder: &Path) -> io::Result<File> {
    let unnamed = folder.join("owner.new");
    let owner = File::create_new(&unnamed)?;
    owner.lock()?;
    fs::rename(&unnamed, folder.join(OWNER))?;
    Ok(owner)
}

/// Removes the sandbox folders inside `parent` whose owners died. Folders of other users, and all that can't be read or
/// removed, are left alone.
pub(crate) fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // `file_type` doesn't follow links: a link with our prefix is not ours.
        if ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            sweep_one(&entry.path());
        }
    }
}

fn sweep_one(folder: &Path) {
    match File::open(folder.join(OWNER)) {
        Ok(owner) => {
            // The lock is kept until the folder is gone, so two sweepers don't meet.
            if owner.try_lock().is_ok() {
                let _ = fs::remove_dir_all(folder);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let age = fs::metadata(folder)
                .and_then(|metadata| metadata.modified())
                .map(|modified| modified.elapsed().unwrap_or_default());
            if age.is_ok_and(|age| age > GRACE) {
                let _ = fs::remove_dir_all(folder);
            }
        }
        Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_whose_owner_lives_is_left_alone() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = SandboxFolder::create(parent.path()).expect("a sandbox folder");
        sweep(parent.path());
        assert!(folder.path().exists());
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_whose_owner_died_is_swept_and_nothing_else() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let stale = parent.path().join("mmk-js-sandbox-1-left");
        let foreign = parent.path().join("somebody-elses");
        for folder in [&stale, &foreign] {
            fs::create_dir(folder).expect("a folder");
            fs::write(folder.join(OWNER), "").expect("a file");
        }
        let link = parent.path().join("mmk-js-sandbox-1-link");
        std::os::unix::fs::symlink(&foreign, &link).expect("a link");

        sweep(parent.path());

        assert!(!stale.exists());
        assert!(foreign.join(OWNER).exists());
        assert!(link.exists());
    }

    #[test]
    fn a_folder_that_is_just_being_made_is_left_alone() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let young = parent.path().join("mmk-js-sandbox-1-young");
        fs::create_dir(&young).expect("a folder");
        sweep(parent.path());
        assert!(young.exists());
    }
}
