//! Where a `mongod` may come from, as plain values, so that the search itself can be tested without an environment.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The places to look at, and the folders to use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// A `mongod` that the user named. Nothing else is tried then.
    pub mongod: Option<PathBuf>,
    /// The search path, as in `PATH`: for `mongod`, and for the Python that fetches one.
    pub path: Option<OsString>,
    /// The user's cache folder; without one, a private folder inside `temporary` serves.
    pub cache: Option<PathBuf>,
    /// Where temporary data go.
    pub temporary: PathBuf,
}

impl Sources {
    /// Reads `MMK_MONGOD`, `PATH`, `XDG_CACHE_HOME`, `HOME` and the system's temporary folder (`TMPDIR`). This is the
    /// only place in the crate that looks at the environment.
    pub fn from_environment() -> Self {
        let absolute = |name: &str| {
            env::var_os(name)
                .map(PathBuf::from)
                .filter(|folder| folder.is_absolute())
        };
        Self {
            mongod: env::var_os("MMK_MONGOD")
                .filter(|value| !value.is_empty())
                .map(PathBuf::from),
            path: env::var_os("PATH"),
            cache: absolute("XDG_CACHE_HOME")
                .or_else(|| absolute("HOME").map(|home| home.join(".cache"))),
            temporary: env::temp_dir(),
        }
    }
}
