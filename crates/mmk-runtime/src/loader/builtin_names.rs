//! The module names that the host serves itself: Node's own, and packages we stand in for (`mongodb`, `bson`).

use std::collections::HashSet;

use super::error::ModuleError;

/// Node modules that exist only with the `node:` prefix; the bare name is a package from npm.
const ONLY_WITH_PREFIX: [&str; 3] = ["sea", "test", "test/reporters"];

/// Node's modules, as `module.builtinModules` of Node 20 lists them, and those with prefix only.
const NODE_MODULES: [&str; 57] = [
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "domain",
    "events",
    "fs",
    "fs/promises",
    "http",
    "http2",
    "https",
    "inspector",
    "inspector/promises",
    "module",
    "net",
    "os",
    "path",
    "path/posix",
    "path/win32",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "readline/promises",
    "repl",
    "sea",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "sys",
    "test",
    "test/reporters",
    "timers",
    "timers/promises",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "util/types",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Packages that our own driver stands in for.
const OWN_PACKAGES: [&str; 3] = ["bson", "mongodb", "mongodb/lib/*"];

/// Packages that teach Node what the loader does by itself; js-runtime/src/modules/loader_packages.js answers for them.
const LOADER_PACKAGES: [&str; 17] = [
    "@babel/register",
    "@swc-node/register",
    "@swc/register",
    "babel-register",
    "esbuild-register",
    "esbuild-register/dist/node",
    "esm",
    "sucrase/register",
    "sucrase/register/ts",
    "ts-node",
    "ts-node/register",
    "ts-node/register/files",
    "ts-node/register/transpile-only",
    "tsconfig-paths",
    "tsconfig-paths/register",
    "tsx",
    "tsx/cjs",
];

/// The names that never reach the file system.
#[derive(Debug, Clone, Default)]
pub(crate) struct BuiltinNames {
    node: HashSet<String>,
    packages: HashSet<String>,
    folders: Vec<String>,
}

impl BuiltinNames {
    /// Node 20's modules, and the packages that we stand in for.
    #[must_use]
    pub(crate) fn standard() -> Self {
        Self::new(
            NODE_MODULES,
            OWN_PACKAGES.into_iter().chain(LOADER_PACKAGES),
        )
    }

    /// `node` are Node's names without prefix (`fs`, `fs/promises`); `packages` are package names, where `mongodb/lib/*`
    /// means everything below that folder.
    pub(crate) fn new<'a>(
        node: impl IntoIterator<Item = &'a str>,
        packages: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut names = Self {
            node: node.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        };
        for package in packages {
            match package.strip_suffix('*') {
                Some(folder) => names.folders.push(folder.to_owned()),
                None => {
                    names.packages.insert(package.to_owned());
                }
            }
        }
        names
    }

    /// The canonical name (`node:fs`, `mongodb`), or `None` when the specifier names a file or an installed package.
    pub(super) fn find(&self, specifier: &str) -> Result<Option<String>, ModuleError> {
        if let Some(name) = specifier.strip_prefix("node:") {
            if self.node.contains(name) {
                return Ok(Some(specifier.to_owned()));
            }
            return Err(ModuleError::unknown_builtin(specifier));
        }
        if self.node.contains(specifier) && !ONLY_WITH_PREFIX.contains(&specifier) {
            return Ok(Some(format!("node:{specifier}")));
        }
        let is_package = self.packages.contains(specifier)
            || self.folders.iter().any(|folder| {
                specifier.len() > folder.len() && specifier.starts_with(folder.as_str())
            });
        Ok(is_package.then(|| specifier.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> BuiltinNames {
        BuiltinNames::new(["fs", "fs/promises", "test"], ["mongodb", "mongodb/lib/*"])
    }

    #[test]
    fn bare_and_prefixed_names_are_one_module() {
        assert_eq!(names().find("fs").unwrap().as_deref(), Some("node:fs"));
        assert_eq!(
            names().find("node:fs/promises").unwrap().as_deref(),
            Some("node:fs/promises")
        );
    }

    #[test]
    fn some_names_need_the_prefix() {
        assert_eq!(names().find("test").unwrap(), None);
        assert_eq!(
            names().find("node:test").unwrap().as_deref(),
            Some("node:test")
        );
    }

    #[test]
    fn an_unknown_prefixed_name_is_an_error() {
        let error = names().find("node:nope").unwrap_err();
        assert_eq!(error.code, Some("ERR_UNKNOWN_BUILTIN_MODULE"));
        assert_eq!(error.message, "No such built-in module: node:nope");
    }

    #[test]
    fn a_folder_of_a_package_is_served_and_its_neighbours_are_not() {
        assert_eq!(
            names().find("mongodb/lib/cursor").unwrap().as_deref(),
            Some("mongodb/lib/cursor")
        );
        assert_eq!(names().find("mongodb/lib/").unwrap(), None);
        assert_eq!(names().find("mongodb/package.json").unwrap(), None);
    }
}
