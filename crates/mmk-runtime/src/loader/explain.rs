//! Why a search found nothing, in Node's words: the search itself says less than Node does.

use std::path::Path;
use std::path::PathBuf;

use oxc_resolver::ResolveError;

use super::error::ModuleError;
use super::package_specifier::PackageSpecifier;
use super::resolve::Resolver;

impl Resolver {
    pub(super) fn explain_require(
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

    pub(super) fn explain_import_package(
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

    pub(super) fn explain_import_url(&self, path: &Path, importer: &Path) -> ModuleError {
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
        let text = self.files.read_settings(&path).ok()?;
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
