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
use oxc_resolver::ResolverGeneric;
use oxc_resolver::TsconfigDiscovery;
use oxc_resolver::TsconfigOptions;
use oxc_resolver::TsconfigReferences;

use super::builtin_names::BuiltinNames;
use super::error::ModuleError;
use super::files::Files;
use super::package_specifier::PackageSpecifier;

type Oxc = ResolverGeneric<Files>;

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
    files: Files,
    require: Oxc,
    require_from_typescript: Oxc,
    import: Oxc,
    by_tsconfig: Mutex<HashMap<PathBuf, Arc<Oxc>>>,
}

impl Resolver {
    pub(super) fn new(names: BuiltinNames, files: Files) -> Self {
        let require =
            Oxc::new_with_file_system(files.clone(), options(&REQUIRE_CONDITIONS, &EXTENSIONS));
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

    fn look(
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

    fn explain_require(
        &self,
        request: &str,
        folder: &Path,
        importer: Option<&Path>,
        error: ResolveError,
    ) -> ModuleError {
        match error {
            ResolveError::PackageImportNotDefined(name, package_json) => {
                let shown = importer.unwrap_or(folder).to_string_lossy();
                ModuleError::import_not_defined(&name, &manifest(package_json), &shown)
            }
            other => self
                .explain_package(request, folder, None, other)
                .unwrap_or_else(|| ModuleError::module_not_found(request)),
        }
    }

    fn explain_import_package(
        &self,
        specifier: &str,
        folder: &Path,
        importer: &Path,
        error: ResolveError,
    ) -> ModuleError {
        let shown = importer.to_string_lossy();
        match error {
            ResolveError::PackageImportNotDefined(name, package_json) => {
                return ModuleError::import_not_defined(&name, &manifest(package_json), &shown);
            }
            ResolveError::NotFound(_) if specifier.starts_with('#') => {
                return match self.manifest_without_imports(folder) {
                    Some(manifest) => ModuleError::import_not_defined(specifier, &manifest, &shown),
                    None => ModuleError::imported_file_not_found(Path::new(specifier), &shown),
                };
            }
            ResolveError::NotFound(_) => {}
            other => {
                if let Some(error) = self.explain_package(specifier, folder, Some(&shown), other) {
                    return error;
                }
            }
        }
        let Some(package) = PackageSpecifier::parse(specifier) else {
            return ModuleError::imported_package_not_found(specifier, &shown);
        };
        let Some(root) = self.installed_folder(package.name, folder) else {
            return ModuleError::imported_package_not_found(package.name, &shown);
        };
        let path = root.join(package.subpath);
        let error = if self.files.is_directory(&path) && !package.subpath.is_empty() {
            ModuleError::directory_import(&path, &shown)
        } else {
            ModuleError::imported_file_not_found(&path, &shown)
        };
        let hint = self
            .look(&self.require, folder, specifier)
            .ok()
            .and_then(|found| {
                Some(format!(
                    "{}/{}",
                    package.name,
                    found.strip_prefix(&root).ok()?.display()
                ))
            });
        with_hint(error, hint)
    }

    fn explain_import_url(&self, path: &Path, importer: &Path) -> ModuleError {
        let shown = importer.to_string_lossy();
        let error = if self.files.is_directory(path) {
            ModuleError::directory_import(path, &shown)
        } else {
            ModuleError::imported_file_not_found(path, &shown)
        };
        let hint = importer.parent().and_then(|folder| {
            let found = self.look(&self.require, folder, path.to_str()?).ok()?;
            Some(relative_specifier(folder, &found))
        });
        with_hint(error, hint)
    }

    /// The errors that `require` and `import` share; `None` when nothing more is known than "not found".
    fn explain_package(
        &self,
        specifier: &str,
        folder: &Path,
        importer: Option<&str>,
        error: ResolveError,
    ) -> Option<ModuleError> {
        Some(match error {
            ResolveError::PackagePathNotExported {
                package_json_path, ..
            } => {
                let subpath = match PackageSpecifier::parse(specifier) {
                    Some(package) if package.subpath.is_empty() => ".".to_owned(),
                    Some(package) => format!("./{}", package.subpath),
                    None => specifier.to_owned(),
                };
                ModuleError::path_not_exported(&subpath, &package_json_path, importer)
            }
            ResolveError::InvalidPackageTarget(target, key, package_json) => {
                ModuleError::invalid_target(&target, &key, &manifest(package_json), importer)
            }
            ResolveError::InvalidModuleSpecifier(name, package_json) => {
                let reason = format!(
                    "request is not a valid subpath for the \"exports\" resolution of {}",
                    manifest(package_json).display()
                );
                ModuleError::invalid_specifier(&name, &reason, importer)
            }
            ResolveError::InvalidPackageConfig(path) => {
                let reason = "\"exports\" cannot contain some keys starting with '.' and some not. The exports object must \
                              either be an object of package subpath keys or an object of main entry condition name keys only.";
                ModuleError::invalid_package_config(&path, reason)
            }
            ResolveError::Json(error) => {
                ModuleError::invalid_package_config(&error.path, &error.message)
            }
            ResolveError::IOError(error) => {
                ModuleError::unreadable(&folder.join(specifier), &std::io::Error::from(error))
            }
            _ => return None,
        })
    }

    /// The nearest package.json, when it has no `imports` at all.
    fn manifest_without_imports(&self, folder: &Path) -> Option<PathBuf> {
        let path = folder
            .ancestors()
            .map(|folder| folder.join("package.json"))
            .find(|path| self.files.is_file(path))?;
        let text = self.files.read(&path).ok()?;
        let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
        manifest.get("imports").is_none().then_some(path)
    }

    fn installed_folder(&self, package: &str, folder: &Path) -> Option<PathBuf> {
        folder
            .ancestors()
            .map(|folder| folder.join("node_modules").join(package))
            .find(|path| self.files.is_directory(path))
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

fn with_hint(mut error: ModuleError, hint: Option<String>) -> ModuleError {
    if let Some(hint) = hint {
        error
            .message
            .push_str(&format!("\nDid you mean to import \"{hint}\"?"));
    }
    error
}

/// Some errors of the search name the package's folder, some its package.json.
fn manifest(path: PathBuf) -> PathBuf {
    if path.file_name().is_some_and(|name| name == "package.json") {
        path
    } else {
        path.join("package.json")
    }
}

fn relative_specifier(folder: &Path, file: &Path) -> String {
    let mut base = folder;
    let mut up = String::new();
    loop {
        if let Ok(rest) = file.strip_prefix(base) {
            let start = if up.is_empty() { "./" } else { up.as_str() };
            return format!("{start}{}", rest.display());
        }
        match base.parent() {
            Some(parent) => base = parent,
            None => return file.display().to_string(),
        }
        up.push_str("../");
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
