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
use super::call_text::CallText;
use super::call_text::call_at;
use super::code_cache::CodeCache;
use super::commonjs_exports::CommonJsExports;
use super::depth::with_room;
use super::error::ModuleError;
use super::files::Files;
use super::files::ReadCheck;
use super::free_names::free_names;
use super::package_scope::PackageScopes;
use super::plain_script::read_plain;
use super::prepared::Prepared;
use super::prepared::Purpose;
use super::prepared::SourceFormat;
use super::prepared::prepare;
use super::quiet_script::Quiet;
use super::resolve::Resolved;
use super::resolve::Resolver;
use super::shell_script::ShellScript;
use super::shell_script::shell_script;
use super::translate::DecoratorMetadata;

/// Finds and reads modules. Cheap to share; holds no V8 value.
pub(crate) struct Modules {
    files: Files,
    scopes: PackageScopes,
    resolver: Resolver,
    prepared: Mutex<HashMap<(PathBuf, Purpose), Arc<Prepared>>>,
    pub(crate) code_cache: CodeCache,
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
            code_cache: CodeCache::default(),
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
        let prepared = Arc::new(prepare(path, text, format, purpose, || {
            self.decorator_metadata(path)
        })?);
        if purpose == Purpose::Require && prepared.translated.is_none() {
            // Nothing was done that could be saved the next time.
            return Ok(prepared);
        }
        self.prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// A script of MongoDB's shell.
    pub(super) fn shell_script(&self, path: &Path) -> Result<ShellScript, ModuleError> {
        let text = self.files.read(path)?;
        Ok(with_room(path, &text, || shell_script(path, &text))?)
    }

    /// See [`call_at`]; nothing where the file can't be read.
    pub(super) fn call_at(&self, path: &Path, line: u32, column: u32) -> Option<CallText> {
        call_at(path, &self.files.read(path).ok()?, line, column)
    }

    /// See [`free_names`]; a file that can't be read uses none.
    pub(super) fn free_names(&self, path: &Path) -> Vec<String> {
        self.files
            .read(path)
            .ok()
            .and_then(|text| with_room(path, &text, || Ok(free_names(path, &text))).ok())
            .unwrap_or_default()
    }

    /// See [`read_plain`]; a file that can't be read is not.
    pub(crate) fn read_plain(&self, path: &Path) -> Option<Quiet> {
        let text = self.files.read(path).ok()?;
        with_room(path, &text, || Ok(read_plain(path, &text))).ok()?
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

    /// What the nearest tsconfig.json says; its `extends` is not followed.
    fn decorator_metadata(&self, path: &Path) -> DecoratorMetadata {
        let text = path
            .ancestors()
            .skip(1)
            .map(|folder| folder.join("tsconfig.json"))
            .find(|config| self.files.is_file(config))
            .and_then(|config| self.files.read_settings(&config).ok());
        let setting = text
            .as_deref()
            .and_then(|text| text.split_once("\"emitDecoratorMetadata\""));
        match setting {
            Some((_, rest))
                if rest
                    .trim_start_matches([' ', ':', '\t'])
                    .starts_with("true") =>
            {
                DecoratorMetadata::Emit
            }
            _ => DecoratorMetadata::Omit,
        }
    }

    fn known(&self, key: &(PathBuf, Purpose)) -> Option<Arc<Prepared>> {
        self.prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A project folder with a secret beside it, and modules that may see only the project.
    fn project(name: &str) -> (PathBuf, Arc<Modules>) {
        let root = std::env::temp_dir().join(format!("mmk-modules-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(root.join("project")).unwrap();
        let root = std::fs::canonicalize(root).unwrap();
        std::fs::write(root.join("secret.js"), "module.exports = 1").unwrap();
        let allowed = root.join("project");
        let check: ReadCheck = Arc::new(move |path| {
            if path.starts_with(&allowed) {
                Ok(())
            } else {
                Err("it lies outside of the project; `--allow-read` opens it".to_owned())
            }
        });
        (
            root.join("project"),
            Modules::new(BuiltinNames::standard(), check),
        )
    }

    fn load(modules: &Modules, folder: &Path, request: &str) -> Result<PathBuf, ModuleError> {
        match modules.require(request, folder, None)? {
            Resolved::File { path, .. } => modules.prepare(&path, Purpose::Require).map(|_| path),
            other => panic!("{other:?} is no file"),
        }
    }

    #[test]
    fn what_is_not_allowed_is_not_read() {
        let (folder, modules) = project("outside");
        let error = load(&modules, &folder, "../secret").unwrap_err();
        assert_eq!(error.code, Some("ERR_ACCESS_DENIED"));
        assert!(
            error.message.contains("`--allow-read`"),
            "{}",
            error.message
        );
        let by_hand = modules.prepare(&folder.join("../secret.js"), Purpose::Require);
        assert_eq!(by_hand.unwrap_err().code, Some("ERR_ACCESS_DENIED"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_out_of_the_project() {
        let (folder, modules) = project("link");
        std::os::unix::fs::symlink("../secret.js", folder.join("inside.js")).unwrap();
        let error = load(&modules, &folder, "./inside.js").unwrap_err();
        assert_eq!(error.code, Some("ERR_ACCESS_DENIED"));
        assert!(
            error.message.contains("`--allow-read`"),
            "{}",
            error.message
        );
    }

    #[test]
    fn a_package_json_above_the_project_still_rules_it() {
        let (folder, modules) = project("above");
        std::fs::write(folder.join("../package.json"), r#"{"type":"module"}"#).unwrap();
        std::fs::write(folder.join("m.js"), "export const a = 1;").unwrap();
        let prepared = modules
            .prepare(&folder.join("m.js"), Purpose::Require)
            .unwrap();
        assert_eq!(prepared.format.as_str(), "module");
    }

    #[test]
    fn a_file_written_after_it_was_missed_is_found() {
        let (folder, modules) = project("late");
        assert!(load(&modules, &folder, "./late").is_err());
        std::fs::write(folder.join("late.js"), "").unwrap();
        assert_eq!(
            load(&modules, &folder, "./late").unwrap(),
            folder.join("late.js")
        );
    }

    #[test]
    fn a_changed_file_is_read_again() {
        let (folder, modules) = project("changed");
        let path = folder.join("m.ts");
        std::fs::write(&path, "export const a: number = 1;").unwrap();
        let first = modules.prepare(&path, Purpose::Require).unwrap();
        assert!(Arc::ptr_eq(
            &first,
            &modules.prepare(&path, Purpose::Require).unwrap()
        ));
        std::fs::write(&path, "export const b: number = 1;").unwrap();
        assert!(
            modules
                .prepare(&path, Purpose::Require)
                .unwrap()
                .code()
                .contains("b")
        );
    }

    #[test]
    fn the_installed_version_is_the_nearest() {
        let (folder, modules) = project("version");
        let package = folder.join("node_modules/mongodb");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::create_dir_all(folder.join("migrations")).unwrap();
        std::fs::write(package.join("package.json"), r#"{"version":"4.17.2"}"#).unwrap();
        let version = modules.installed_version("mongodb", &folder.join("migrations"));
        assert_eq!(version.as_deref(), Some("4.17.2"));
        assert_eq!(modules.installed_version("bson", &folder), None);
    }
}
