//! Finds the server's program: the one the user named, one on the search path, the one fetched before, or a fetched one.

use std::path::Path;
use std::path::PathBuf;

use crate::SandboxError;
use crate::Sources;
use crate::cache::Cache;
use crate::program;
use crate::wheel::Wheel;

/// A `mongod` that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mongod {
    path: PathBuf,
    origin: Origin,
}

/// How it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Named by the user.
    Named,
    /// On the search path.
    SearchPath,
    /// Fetched by an earlier run.
    Cache,
    /// Fetched by this run.
    Fetched,
}

/// What takes long about finding a server, told as it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Another process is fetching; its result will serve.
    Waiting,
    Downloading,
    Unpacking,
}

impl Mongod {
    /// A server at a known place; whether it runs shows when it is started.
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self::new(program::absolute(path.as_ref()), Origin::Named)
    }

    /// Finds a server, and fetches one when there is none. A named server that isn't there is an error, never a reason to
    /// take another one. `notice` hears of what takes long.
    pub async fn find(
        sources: &Sources,
        notice: impl Fn(Stage) + Send + Sync,
    ) -> Result<Self, SandboxError> {
        let wheel = Wheel::known();
        match Self::find_local(sources, &wheel)? {
            Some(found) => Ok(found),
            None => wheel.fetch(sources, notice).await,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn new(path: PathBuf, origin: Origin) -> Self {
        Self { path, origin }
    }

    /// The search without the download.
    pub(crate) fn find_local(
        sources: &Sources,
        wheel: &Wheel,
    ) -> Result<Option<Self>, SandboxError> {
        if let Some(named) = &sources.mongod {
            return if program::is_executable(named) {
                Ok(Some(Self::at(named)))
            } else {
                Err(SandboxError::MongodNotFound {
                    path: named.clone(),
                })
            };
        }
        if let Some(path) = program::find_on_path(sources, "mongod") {
            return Ok(Some(Self::new(path, Origin::SearchPath)));
        }
        let cached = Cache::candidates(sources)
            .into_iter()
            .filter(Cache::is_trusted)
            .map(|cache| wheel.program_in(&cache))
            .find(|path| program::is_executable(path));
        Ok(cached.map(|path| Self::new(path, Origin::Cache)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn put_program(path: &Path) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, "#!/bin/sh\n").expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    #[test]
    fn the_named_one_wins_then_the_search_path_then_the_cache() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| root.path().join(name);
        let wheel = Wheel::known();
        let mut sources = Sources {
            mongod: Some(at("named/mongod")),
            path: Some(std::env::join_paths([at("empty"), at("bin")]).expect("a search path")),
            cache: Some(at("cache")),
            temporary: at("temporary"),
        };
        let cached = at("cache/mmk-js/mongod-6.0.5/mongod");
        for program in [&at("named/mongod"), &at("bin/mongod"), &cached] {
            put_program(program);
        }
        let find = |sources: &Sources| Mongod::find_local(sources, &wheel).expect("no error");

        assert_eq!(
            find(&sources),
            Some(Mongod::new(at("named/mongod"), Origin::Named))
        );
        sources.mongod = None;
        assert_eq!(
            find(&sources),
            Some(Mongod::new(at("bin/mongod"), Origin::SearchPath))
        );
        sources.path = None;
        assert_eq!(find(&sources), Some(Mongod::new(cached, Origin::Cache)));
        sources.cache = None;
        assert_eq!(find(&sources), None);
    }

    #[test]
    fn a_named_one_that_is_missing_is_not_replaced_by_another() {
        let root = tempfile::tempdir().expect("a temporary folder");
        put_program(&root.path().join("bin/mongod"));
        let sources = Sources {
            mongod: Some(root.path().join("missing")),
            path: Some(root.path().join("bin").into()),
            temporary: root.path().to_owned(),
            ..Sources::default()
        };
        let error = Mongod::find_local(&sources, &Wheel::known()).expect_err("it is missing");
        assert_eq!(error.code(), "SANDBOX_MONGOD_NOT_FOUND");
    }

    #[test]
    fn a_file_that_cannot_be_run_is_no_server() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::write(root.path().join("mongod"), "text").expect("a file");
        let sources = Sources {
            path: Some(root.path().into()),
            temporary: root.path().to_owned(),
            ..Sources::default()
        };
        let found = Mongod::find_local(&sources, &Wheel::known()).expect("no error");
        assert_eq!(found, None);
    }
}
