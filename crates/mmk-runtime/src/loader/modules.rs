//! What all isolates of one process share: resolution, package types and translated sources.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use deno_core::url::Url;

use super::builtin_names::BuiltinNames;
use super::commonjs_exports::CommonJsExports;
use super::error::ModuleError;
use super::files::Files;
use super::files::ReadCheck;
use super::package_scope::PackageScopes;
use super::prepared::Prepared;
use super::prepared::Purpose;
use super::prepared::SourceFormat;
use super::prepared::prepare;
use super::resolve::Resolved;
use super::resolve::Resolver;

/// Finds and reads modules. Cheap to share; holds no V8 value.
pub(crate) struct Modules {
    files: Files,
    scopes: PackageScopes,
    resolver: Resolver,
    prepared: Mutex<HashMap<(PathBuf, Purpose), Arc<Prepared>>>,
}

impl Modules {
    /// `names` never reach the file system; `check` is asked before any file is looked at.
    pub(crate) fn new(names: BuiltinNames, check: ReadCheck) -> Arc<Self> {
        let files = Files::new(check);
        Arc::new(Self {
            scopes: PackageScopes::new(files.clone()),
            resolver: Resolver::new(names, files.clone()),
            files,
            prepared: Mutex::default(),
        })
    }

    /// The version of a package as `require(name)` from `folder` would find it, `mongodb`'s for example.
    #[must_use]
    pub(crate) fn installed_version(&self, name: &str, folder: &Path) -> Option<String> {
        self.scopes.installed_version(name, folder)
    }

    pub(super) fn require(
        &self,
        request: &str,
        folder: &Path,
        importer: Option<&Path>,
    ) -> Result<Resolved, ModuleError> {
        self.resolver.require(request, folder, importer)
    }

    pub(super) fn import(&self, specifier: &str, referrer: &Url) -> Result<Resolved, ModuleError> {
        self.resolver.import(specifier, referrer)
    }

    /// The file as V8 gets it. A file that didn't change since it was last read is not translated again.
    pub(super) fn prepare(
        &self,
        path: &Path,
        purpose: Purpose,
    ) -> Result<Arc<Prepared>, ModuleError> {
        let format = SourceFormat::of(path, &self.scopes, purpose)?;
        if format == SourceFormat::Addon {
            return Err(ModuleError::native_addon(path));
        }
        let text = self.files.read(path)?;
        let key = (path.to_owned(), purpose);
        if let Some(known) = self.known(&key)
            && known.original == text
        {
            return Ok(known);
        }
        let prepared = Arc::new(prepare(path, text, format, purpose)?);
        self.prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// The names under which a CommonJS file's exports can be imported, `default` aside.
    pub(super) fn export_names(&self, path: &Path, prepared: &Prepared) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut seen = BTreeSet::from([path.to_owned()]);
        self.collect_names(path, prepared.exports(path), &mut names, &mut seen);
        names.remove("default");
        names
    }

    fn collect_names(
        &self,
        path: &Path,
        exports: &CommonJsExports,
        names: &mut BTreeSet<String>,
        seen: &mut BTreeSet<PathBuf>,
    ) {
        names.extend(exports.names.iter().cloned());
        let Some(folder) = path.parent() else {
            return;
        };
        for request in &exports.reexports {
            let Ok(Resolved::File { path: target, .. }) =
                self.resolver.require(request, folder, Some(path))
            else {
                continue;
            };
            if !seen.insert(target.clone()) {
                continue;
            }
            if let Ok(prepared) = self.prepare(&target, Purpose::Import) {
                self.collect_names(&target, prepared.exports(&target), names, seen);
            }
        }
    }

    /// The source map of a translated file.
    pub(super) fn source_map(&self, path: &Path) -> Option<Vec<u8>> {
        [Purpose::Require, Purpose::Import]
            .into_iter()
            .find_map(|purpose| self.known(&(path.to_owned(), purpose))?.map.clone())
    }

    /// A line of the file as the user wrote it; `line` counts from 0.
    pub(super) fn source_line(&self, path: &Path, line: usize) -> Option<String> {
        let text = self.files.read(path).ok()?;
        text.lines().nth(line).map(str::to_owned)
    }

    fn known(&self, key: &(PathBuf, Purpose)) -> Option<Arc<Prepared>> {
        self.prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }
}
