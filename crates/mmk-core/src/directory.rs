//! Reads the migrations folder: the only file access in this crate. Not recursive; takes no `.d.ts` and no hidden file for a migration.

use std::ffi::OsStr;
use std::path::Path;
use std::path::PathBuf;

use walkdir::WalkDir;

use crate::checksum::Fingerprint;
use crate::error::Error;
use crate::migration::Migration;
use crate::name::MigrationName;

/// Which files of the folder are migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRule {
    /// mongo-migrate-kit's: names that end in one of these (each with its dot). No declarations, no hidden files, and no two
    /// names that differ in their extension only.
    Endings(Vec<String>),
    /// migrate-mongo's: names whose last extension (with its dot) is this one, but for the template `sample-migration`. It takes
    /// declarations for migrations and fails on them; we don't.
    LastExtension(String),
    /// dAvePi's: names that end in `.js`.
    JavaScript,
}

impl FileRule {
    fn accepts(&self, name: &OsStr) -> bool {
        let name = name.to_string_lossy();
        match self {
            Self::Endings(endings) => {
                !name.starts_with('.')
                    && !is_declaration(&name)
                    && endings.iter().any(|ending| name.ends_with(ending.as_str()))
            }
            Self::LastExtension(extension) => {
                last_extension(&name) == extension
                    && !is_declaration(&name)
                    && *name != format!("sample-migration{extension}")
            }
            Self::JavaScript => name.ends_with(".js"),
        }
    }
}

/// Of types only: nothing in it runs.
fn is_declaration(name: &str) -> bool {
    [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// As Node's `path.extname`: from the last dot on, unless that dot begins the name.
fn last_extension(name: &str) -> &str {
    match name.rfind('.') {
        None | Some(0) => "",
        Some(dot) => &name[dot..],
    }
}

/// The folder and its migrations, in the order they run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationDirectory {
    /// Absolute.
    pub path: PathBuf,
    /// Whether the folder is there at all; a missing one reads as empty.
    pub exists: bool,
    /// In the order of their names.
    pub migrations: Vec<Migration>,
}

impl MigrationDirectory {
    /// Reads every file that is a migration by `rule`. `Err` lists everything that is wrong at once.
    pub fn read(path: &Path, rule: &FileRule) -> Result<Self, Error> {
        let path =
            std::path::absolute(path).map_err(|error| unreadable(path, &error.to_string()))?;
        let exists = match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => true,
            Ok(_) => return Err(unreadable(&path, "it is not a folder")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(unreadable(&path, &error.to_string())),
        };
        let mut directory = Self {
            path,
            exists,
            migrations: Vec::new(),
        };
        if directory.exists {
            directory.fill(rule)?;
        }
        Ok(directory)
    }

    #[must_use]
    pub fn find(&self, name: &MigrationName) -> Option<&Migration> {
        self.migrations
            .binary_search_by(|migration| migration.name.cmp(name))
            .ok()
            .map(|index| &self.migrations[index])
    }

    /// The only migration with this name but for the extension.
    #[must_use]
    pub fn find_stem(&self, stem: &str) -> Option<&Migration> {
        let mut found = self
            .migrations
            .iter()
            .filter(|migration| migration.name.stem() == stem);
        found.next().filter(|_| found.next().is_none())
    }

    /// The migration that the user means.
    pub fn named(&self, text: &str) -> Result<&Migration, Error> {
        let name = MigrationName::parse(text)?;
        self.find(&name)
            .or_else(|| self.find_stem(text))
            .ok_or_else(|| Error::FileNotFound {
                name: text.to_owned(),
                directory: self.path.clone(),
                available: self
                    .migrations
                    .iter()
                    .map(|one| one.name.to_string())
                    .collect(),
            })
    }

    /// The sentence for a missing folder.
    #[must_use]
    pub fn missing_warning(&self) -> Option<String> {
        (!self.exists).then(|| {
            format!(
                "Migrations directory not found: {} (set it with `--dir`, `MMK_MIGRATIONS_DIR` or `migrationsDir` in the config file)",
                self.path.display()
            )
        })
    }

    fn fill(&mut self, rule: &FileRule) -> Result<(), Error> {
        let mut problems = Vec::new();
        for entry in WalkDir::new(&self.path)
            .min_depth(1)
            .max_depth(1)
            .follow_links(true)
        {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problems.push(walk_problem(&self.path, rule, &error));
                    continue;
                }
            };
            if entry.file_type().is_file() && rule.accepts(entry.file_name()) {
                match read_migration(entry.path(), entry.file_name()) {
                    Ok(migration) => self.migrations.push(migration),
                    Err(problem) => problems.push(Some(problem)),
                }
            }
        }
        self.migrations
            .sort_by(|one, other| one.name.cmp(&other.name));
        let mut problems: Vec<Error> = problems.into_iter().flatten().collect();
        if matches!(rule, FileRule::Endings(_)) {
            problems.extend(duplicates(&self.migrations));
        }
        Error::refused(problems).map_or(Ok(()), Err)
    }
}

fn read_migration(path: &Path, name: &OsStr) -> Result<Migration, Error> {
    let name = name.to_str().ok_or_else(|| Error::FileUnreadable {
        path: path.to_owned(),
        detail: "its name is not valid UTF-8".to_owned(),
    })?;
    let bytes = std::fs::read(path).map_err(|error| Error::FileUnreadable {
        path: path.to_owned(),
        detail: error.to_string(),
    })?;
    Ok(Migration {
        name: MigrationName::parse(name)?,
        path: path.to_owned(),
        fingerprint: Fingerprint::of(&bytes),
    })
}

/// A broken link beside the migrations is none of our business, unless it is named like one.
fn walk_problem(directory: &Path, rule: &FileRule, error: &walkdir::Error) -> Option<Error> {
    let detail = error
        .io_error()
        .map_or_else(|| error.to_string(), ToString::to_string);
    match error.path() {
        Some(path) if path != directory => path
            .file_name()
            .is_some_and(|name| rule.accepts(name))
            .then(|| Error::FileUnreadable {
                path: path.to_owned(),
                detail,
            }),
        _ => Some(Error::DirectoryUnreadable {
            path: directory.to_owned(),
            detail,
        }),
    }
}

/// Two files with one stem would be two migrations to the Node tools, one compiled from the other.
fn duplicates(migrations: &[Migration]) -> Vec<Error> {
    let mut seen = std::collections::HashMap::new();
    let mut problems = Vec::new();
    for migration in migrations {
        if let Some(first) = seen.insert(migration.name.stem(), &migration.name) {
            problems.push(Error::DuplicateName {
                first: first.to_string(),
                second: migration.name.to_string(),
            });
        }
    }
    problems
}

fn unreadable(path: &Path, detail: &str) -> Error {
    Error::DirectoryUnreadable {
        path: path.to_owned(),
        detail: detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(folder: &Path) -> Result<MigrationDirectory, Error> {
        MigrationDirectory::read(
            folder,
            &FileRule::Endings(vec![".ts".to_owned(), ".js".to_owned()]),
        )
    }

    fn names(directory: &MigrationDirectory) -> Vec<&str> {
        directory
            .migrations
            .iter()
            .map(|migration| migration.name.as_str())
            .collect()
    }

    #[test]
    fn takes_migrations_in_order_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "2-b.js",
            "10-a.ts",
            "1 mit Leerzeichen und Ü.js",
            "types.d.ts",
            ".hidden.js",
            "README.md",
        ] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        fs::create_dir(folder.path().join("nested.js")).unwrap();
        fs::write(folder.path().join("nested.js/3-c.js"), "").unwrap();
        let directory = read(folder.path()).unwrap();
        assert_eq!(
            names(&directory),
            ["1 mit Leerzeichen und Ü.js", "10-a.ts", "2-b.js"]
        );
        assert!(
            directory
                .migrations
                .iter()
                .all(|one| one.path.is_absolute())
        );
    }

    #[test]
    fn migrate_mongo_takes_what_its_last_extension_says() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.js",
            "a.mongo.js",
            "types.d.js",
            ".hidden.js",
            ".js",
            "sample-migration.js",
            "c.mjs",
            "b.ts",
        ] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let rule = |extension: &str| FileRule::LastExtension(extension.to_owned());
        let read = |rule: &FileRule| MigrationDirectory::read(folder.path(), rule).unwrap();
        assert_eq!(
            names(&read(&rule(".js"))),
            [".hidden.js", "a.mongo.js", "b.js", "types.d.js"]
        );
        assert_eq!(names(&read(&rule(".mongo.js"))), [""; 0]);
        fs::write(folder.path().join("types.d.ts"), "").unwrap();
        assert_eq!(names(&read(&rule(".ts"))), ["b.ts"]);
        assert_eq!(names(&read(&FileRule::JavaScript)).len(), 6);
    }

    #[test]
    fn a_missing_folder_is_empty_and_warns_with_its_full_path() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("nowhere");
        let directory = read(&missing).unwrap();
        assert!(directory.migrations.is_empty());
        let warning = directory.missing_warning().unwrap();
        assert!(
            warning.contains(&missing.display().to_string()),
            "{warning}"
        );
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("migrations");
        fs::write(&file, "").unwrap();
        let error = read(&file).unwrap_err();
        assert_eq!(error.code(), "MIGRATION_UNREADABLE");
        assert!(error.to_string().contains("migrations"), "{error}");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.js"), "").unwrap();
        fs::write(folder.path().join("a.ts"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/nowhere/at/all", folder.path().join("b.js")).unwrap();
        let text = read(folder.path()).unwrap_err().to_string();
        assert!(text.contains("`a.js` and `a.ts`"), "{text}");
        #[cfg(unix)]
        assert!(text.contains("b.js"), "{text}");
    }
}
