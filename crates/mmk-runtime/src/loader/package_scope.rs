//! Which `package.json` rules a file, and what it says of its `type`.

use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

use serde::Deserialize;

use super::error::ModuleError;
use super::files::Files;

/// The `type` of the nearest package.json.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PackageType {
    Module,
    CommonJs,
    /// No package.json, or none with a valid `type`.
    Unstated,
}

#[derive(Deserialize)]
struct PackageJson {
    r#type: Option<serde_json::Value>,
    version: Option<serde_json::Value>,
}

/// Answers and remembers per folder.
#[derive(Debug)]
pub(super) struct PackageScopes {
    files: Files,
    types: Mutex<HashMap<PathBuf, PackageType>>,
}

impl PackageScopes {
    pub(super) fn new(files: Files) -> Self {
        Self {
            files,
            types: Mutex::default(),
        }
    }

    /// The package type that holds for a file.
    pub(super) fn type_of(&self, file: &Path) -> Result<PackageType, ModuleError> {
        match file.parent() {
            Some(folder) => self.type_of_folder(folder),
            None => Ok(PackageType::Unstated),
        }
    }

    fn type_of_folder(&self, folder: &Path) -> Result<PackageType, ModuleError> {
        // A package never looks above the node_modules folder it was installed in.
        if folder
            .file_name()
            .is_some_and(|name| name == "node_modules")
        {
            return Ok(PackageType::Unstated);
        }
        if let Some(known) = self.known(folder) {
            return Ok(known);
        }
        let found = match self.read(&folder.join("package.json"))? {
            Some(package) => match package.r#type.as_ref().and_then(|value| value.as_str()) {
                Some("module") => PackageType::Module,
                Some("commonjs") => PackageType::CommonJs,
                _ => PackageType::Unstated,
            },
            None => match folder.parent() {
                Some(parent) => self.type_of_folder(parent)?,
                None => PackageType::Unstated,
            },
        };
        self.types
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(folder.to_owned(), found);
        Ok(found)
    }

    fn known(&self, folder: &Path) -> Option<PackageType> {
        self.types
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(folder)
            .copied()
    }

    /// The version of a package as installed for a folder: the first `node_modules/<name>/package.json` upward.
    pub(super) fn installed_version(&self, name: &str, folder: &Path) -> Option<String> {
        folder.ancestors().find_map(|folder| {
            let path = folder.join("node_modules").join(name).join("package.json");
            let package = self.read(&path).ok()??;
            Some(package.version?.as_str()?.to_owned())
        })
    }

    fn read(&self, path: &Path) -> Result<Option<PackageJson>, ModuleError> {
        if !self.files.is_file(path) {
            return Ok(None);
        }
        let text = self.files.read_settings(path)?;
        let package = serde_json::from_str(&text)
            .map_err(|error| ModuleError::invalid_package_config(path, &error.to_string()))?;
        Ok(Some(package))
    }
}
