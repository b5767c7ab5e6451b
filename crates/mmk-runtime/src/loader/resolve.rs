//! From a specifier to a file or a built-in, as Node does it for `require` and for `import`. The search itself is
//! `oxc_resolver`'s; here are Node's rules around it, its errors, and our additions for TypeScript.

use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use deno_core::url::Url;
use oxc_resolver::ResolveError;
use oxc_resolver::ResolveOptions;
use oxc_resolver::Resolver as Oxc;
use oxc_resolver::TsconfigDiscovery;
use oxc_resolver::TsconfigOptions;
use oxc_resolver::TsconfigReferences;

use super::builtin_names::BuiltinNames;
use super::error::ModuleError;
use super::files::Files;
use super::package_specifier::PackageSpecifier;

/// What a specifier stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// A file, by its real path; `suffix` is what an `import` said after it (`?v=1#x`).
    File { path: PathBuf, suffix: String },
    /// A module that the host serves, by its canonical name.
    Builtin(String),
    /// A `data:` URL.
    Data(Url),
}

/// Conditions of `exports` and `imports`. `node-addons` is left out on purpose: packages then offer their JavaScript.
const REQUIRE_CONDITIONS: [&str; 3] = ["node", "require", "module-sync"];
const IMPORT_CONDITIONS: [&str; 3] = ["node", "import", "module-sync"];

/// What Node tries, and after it what TypeScript users leave out.
const EXTENSIONS: [&str; 6] = [".js", ".json", ".node", ".ts", ".cts", ".mts"];
const EXTENSIONS_FROM_TYPESCRIPT: [&str; 6] = [".ts", ".cts", ".mts", ".js", ".json", ".node"];

/// `import './x.js'` is how TypeScript users write the import of `x.ts`.
const TYPESCRIPT_TWINS: [(&str, &str); 3] = [(".js", ".ts"), (".mjs", ".mts"), (".cjs", ".cts")];

/// Resolves for all isolates of a run; it remembers what it saw of the file system.
pub(super) struct Resolver {
    names: BuiltinNames,
    pub(super) files: Files,
    pub(super) require: Oxc,
    require_from_typescript: Oxc,
    import: Oxc,
    by_tsconfig: Mutex<HashMap<PathBuf, Arc<Oxc>>>,
}

impl Resolver {
    pub(super) fn new(names: BuiltinNames, files: Files) -> Self {
        let require = Oxc::new(options(&REQUIRE_CONDITIONS, &EXTENSIONS));
        let require_from_typescript =
            require.clone_with_options(options(&REQUIRE_CONDITIONS, &EXTENSIONS_FROM_TYPESCRIPT));
        let import = require.clone_with_options(ResolveOptions {
            fully_specified: true,
            ..options(&IMPORT_CONDITIONS, &EXTENSIONS[..3])
        });
        Self {
            names,
            files,
            require,
            require_from_typescript,
            import,
            by_tsconfig: Mutex::default(),
        }
    }

    /// `require(request)` written in a file of `folder`. `importer` is that file where it is known.
    pub(super) fn require(
        &self,
        request: &str,
        folder: &Path,
        importer: Option<&Path>,
    ) -> Result<Resolved, ModuleError> {
        if let Some(name) = self.names.find(request)? {
            return Ok(Resolved::Builtin(name));
        }
        let from_typescript = importer.is_some_and(is_typescript);
        let resolver = if from_typescript {
            &self.require_from_typescript
        } else {
            &self.require
        };
        self.look(resolver, folder, request)
            .or_else(|error| {
                typescript_twin(request)
                    .and_then(|twin| self.look(resolver, folder, &twin).ok())
                    .or_else(|| self.look_by_tsconfig(request, folder, Conditions::Require))
                    .ok_or(error)
            })
            .map(file)
            .map_err(|error| self.explain_require(request, folder, importer, error))
    }

    /// `import specifier` written in the module `referrer`.
    pub(super) fn import(&self, specifier: &str, referrer: &Url) -> Result<Resolved, ModuleError> {
        if let Some(name) = self.names.find(specifier)? {
            return Ok(Resolved::Builtin(name));
        }
        if referrer.scheme() == "data" && Url::parse(specifier).is_err() {
            return Err(ModuleError::nothing_to_resolve_against(
                specifier,
                referrer.as_str(),
            ));
        }
        let importer = referrer
            .to_file_path()
            .unwrap_or_else(|()| PathBuf::from(referrer.as_str()));
        if is_relative_or_absolute(specifier) {
            let url = referrer.join(specifier).map_err(|_| {
                ModuleError::invalid_specifier(
                    specifier,
                    "is not a valid URL",
                    Some(&importer.to_string_lossy()),
                )
            })?;
            return self.import_url(&url, &importer);
        }
        match Url::parse(specifier) {
            Ok(url) => self.import_url(&url, &importer),
            Err(_) => self.import_package(specifier, &importer),
        }
    }

    fn import_url(&self, url: &Url, importer: &Path) -> Result<Resolved, ModuleError> {
        match url.scheme() {
            "data" => return Ok(Resolved::Data(url.clone())),
            "file" => {}
            other => return Err(ModuleError::unsupported_scheme(other)),
        }
        let shown = importer.to_string_lossy();
        let lower = url.path().to_ascii_lowercase();
        if lower.contains("%2f") || lower.contains("%5c") {
            let reason = "must not include encoded \"/\" or \"\\\" characters";
            return Err(ModuleError::invalid_specifier(
                url.path(),
                reason,
                Some(&shown),
            ));
        }
        let path = url.to_file_path().map_err(|()| {
            ModuleError::invalid_specifier(
                url.as_str(),
                "is not a path of this machine",
                Some(&shown),
            )
        })?;
        let found = if self.files.is_file(&path) {
            Some(path.clone())
        } else {
            self.import_as_typescript_does(&path, importer)
        };
        let Some(found) = found else {
            return Err(self.explain_import_url(&path, importer));
        };
        Ok(Resolved::File {
            path: std::fs::canonicalize(&found).unwrap_or(found),
            suffix: suffix_of(url),
        })
    }

    /// The file that a TypeScript compiler would take: `x.ts` for `./x.js` from anywhere, `x.ts` or `x/index.ts` for `./x`
    /// from a TypeScript file.
    fn import_as_typescript_does(&self, path: &Path, importer: &Path) -> Option<PathBuf> {
        let twin = path.to_str().and_then(typescript_twin).map(PathBuf::from);
        if let Some(twin) = twin.filter(|twin| self.files.is_file(twin)) {
            return Some(twin);
        }
        if !is_typescript(importer) {
            return None;
        }
        let folder = path.parent()?;
        self.look(&self.require_from_typescript, folder, path.to_str()?)
            .ok()
    }

    fn import_package(&self, specifier: &str, importer: &Path) -> Result<Resolved, ModuleError> {
        let shown = importer.to_string_lossy();
        if specifier == "#" || specifier.starts_with("#/") {
            let reason = "is not a valid internal imports specifier name";
            return Err(ModuleError::invalid_specifier(
                specifier,
                reason,
                Some(&shown),
            ));
        }
        let Some(folder) = importer.parent() else {
            return Err(ModuleError::imported_package_not_found(specifier, &shown));
        };
        if !specifier.starts_with('#') && PackageSpecifier::parse(specifier).is_none() {
            return match self.look_by_tsconfig(specifier, folder, Conditions::Import) {
                Some(path) => Ok(file(path)),
                None => Err(ModuleError::invalid_specifier(
                    specifier,
                    "is not a valid package name",
                    Some(&shown),
                )),
            };
        }
        self.look(&self.import, folder, specifier)
            .or_else(|error| {
                self.look_by_tsconfig(specifier, folder, Conditions::Import)
                    .ok_or(error)
            })
            .map(file)
            .map_err(|error| self.explain_import_package(specifier, folder, importer, error))
    }

    pub(super) fn look(
        &self,
        resolver: &Oxc,
        folder: &Path,
        specifier: &str,
    ) -> Result<PathBuf, ResolveError> {
        match resolver.resolve(folder, specifier) {
            Ok(found) => Ok(found.path().to_owned()),
            Err(ResolveError::NotFound(_)) => {
                // A script may have just written the file; what was remembered of its absence is stale.
                resolver.clear_cache();
                resolver
                    .resolve(folder, specifier)
                    .map(|found| found.path().to_owned())
            }
            Err(error) => Err(error),
        }
    }

    /// `paths` and `baseUrl` of the nearest tsconfig.json or jsconfig.json, for what Node itself doesn't find. Never inside
    /// an installed package.
    fn look_by_tsconfig(
        &self,
        specifier: &str,
        folder: &Path,
        conditions: Conditions,
    ) -> Option<PathBuf> {
        let is_installed = folder
            .components()
            .any(|part| part.as_os_str() == "node_modules");
        if is_installed || is_relative_or_absolute(specifier) || specifier.starts_with('#') {
            return None;
        }
        let config = folder.ancestors().find_map(|folder| {
            ["tsconfig.json", "jsconfig.json"]
                .iter()
                .map(|name| folder.join(name))
                .find(|path| self.files.is_file(path))
        })?;
        let resolver = self.resolver_for_tsconfig(&config, conditions);
        self.look(&resolver, folder, specifier).ok()
    }

    fn resolver_for_tsconfig(&self, config: &Path, conditions: Conditions) -> Arc<Oxc> {
        let names = match conditions {
            Conditions::Require => REQUIRE_CONDITIONS,
            Conditions::Import => IMPORT_CONDITIONS,
        };
        let key = config.join(names[1]);
        let mut known = self
            .by_tsconfig
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let resolver = known.entry(key).or_insert_with(|| {
            Arc::new(self.require.clone_with_options(ResolveOptions {
                tsconfig: Some(TsconfigDiscovery::Manual(TsconfigOptions {
                    config_file: config.to_owned(),
                    references: TsconfigReferences::Auto,
                })),
                ..options(&names, &EXTENSIONS_FROM_TYPESCRIPT)
            }))
        });
        Arc::clone(resolver)
    }
}

#[derive(Debug, Clone, Copy)]
enum Conditions {
    Require,
    Import,
}

fn options(conditions: &[&str], extensions: &[&str]) -> ResolveOptions {
    ResolveOptions {
        condition_names: conditions.iter().map(ToString::to_string).collect(),
        extensions: extensions.iter().map(ToString::to_string).collect(),
        // An environment variable that decides which code runs has no place in a migration.
        node_path: false,
        ..ResolveOptions::default()
    }
}

fn file(path: PathBuf) -> Resolved {
    Resolved::File {
        path,
        suffix: String::new(),
    }
}

fn suffix_of(url: &Url) -> String {
    let mut suffix = String::new();
    if let Some(query) = url.query() {
        suffix.push('?');
        suffix.push_str(query);
    }
    if let Some(fragment) = url.fragment() {
        suffix.push('#');
        suffix.push_str(fragment);
    }
    suffix
}

fn is_relative_or_absolute(specifier: &str) -> bool {
    matches!(specifier, "." | "..")
        || specifier.starts_with("./")
        || specifier.starts_with("../")
        || specifier.starts_with('/')
}

/// Whether a file is TypeScript by its name.
pub(super) fn is_typescript(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "ts" || extension == "mts" || extension == "cts")
}

fn typescript_twin(request: &str) -> Option<String> {
    if !is_relative_or_absolute(request) {
        return None;
    }
    TYPESCRIPT_TWINS
        .iter()
        .find_map(|(javascript, typescript)| {
            Some(format!("{}{typescript}", request.strip_suffix(javascript)?))
        })
}
