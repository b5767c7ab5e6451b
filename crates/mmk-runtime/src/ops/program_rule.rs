//! Which programs scripts may start. A rule stands for one file, found when mmk-js starts and in the folders of its own `PATH`: whatever a
//! script makes of its variables and folders afterwards, no other file is started under that name.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// What `exec` and `shell: true` start.
pub(super) const SHELL: &str = "/bin/sh";

/// Where systems look that were told no `PATH`.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A program that scripts may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramRule {
    name: String,
    /// Nothing where there was no such program.
    file: Option<PathBuf>,
}

impl ProgramRule {
    /// A name is looked up in this process's `PATH`, a path counts from the working directory.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self {
            name: program.to_owned(),
            file: find(program, Path::new("."), &own_path()),
        }
    }

    /// The file to start where this rule allows the program.
    pub(super) fn allows(&self, program: &Asked<'_>) -> Option<Allowed> {
        if program.name == self.name {
            return Some(match &self.file {
                Some(file) => Allowed::File(file.clone()),
                None => Allowed::Missing,
            });
        }
        let file = program.file.as_ref()?;
        let is_shell = program.name == SHELL && self.name == "sh";
        (is_shell || Some(file) == self.file.as_ref()).then(|| Allowed::File(file.clone()))
    }
}

/// A program as a script named it, and the file that this means outside of the script's world.
pub(super) struct Asked<'a> {
    name: &'a str,
    file: Option<PathBuf>,
}

impl<'a> Asked<'a> {
    /// `folder` is where the program will run.
    pub(super) fn new(name: &'a str, folder: &Path) -> Self {
        Self {
            name,
            file: find(name, folder, &own_path()),
        }
    }
}

/// What a rule makes of a program.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    File(PathBuf),
    /// It may be started, but the system has none.
    Missing,
}

fn own_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_else(|| USUAL_PATH.into())
}

fn find(program: &str, folder: &Path, search_path: &OsStr) -> Option<PathBuf> {
    if program.contains('/') {
        return settled(&folder.join(program));
    }
    std::env::split_paths(search_path)
        // An empty entry would mean wherever a script happens to be.
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|file| is_program(file))
        .and_then(|file| settled(&file))
}

/// The path without links and `..` up to its last name. That one stays: what some programs do depends on the name of the link to them.
fn settled(file: &Path) -> Option<PathBuf> {
    let file = std::path::absolute(file).ok()?;
    let folder = std::fs::canonicalize(file.parent()?).ok()?;
    Some(folder.join(file.file_name()?))
}

fn is_program(file: &Path) -> bool {
    std::fs::metadata(file)
        .is_ok_and(|known| known.is_file() && known.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn program(file: &Path) {
        fs::write(file, "#!/bin/sh\n").expect("a file");
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    #[test]
    fn a_name_is_the_first_program_of_the_search_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("it is there");
        for name in ["one", "two", "three"] {
            fs::create_dir(root.join(name)).expect("a folder");
        }
        fs::write(root.join("one/tool"), "no program").expect("a file");
        program(&root.join("two/tool"));
        program(&root.join("three/tool"));
        let path = ["", ".", "one", "two", "three"].map(|name| match name {
            "" | "." => PathBuf::from(name),
            name => root.join(name),
        });
        let path = std::env::join_paths(path).expect("no colons");
        let found = |name: &str| find(name, &root.join("three"), &path);
        assert_eq!(found("tool"), Some(root.join("two/tool")));
        assert_eq!(found("other"), None);
        assert_eq!(found("./tool"), Some(root.join("three/tool")));
        assert_eq!(found("../two/../one/tool"), Some(root.join("one/tool")));
    }

    #[test]
    fn a_rule_covers_its_file_by_name_and_by_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(folder.path()).expect("it is there");
        program(&root.join("tool"));
        symlink(&root, root.join("door")).expect("a link");
        symlink("tool", root.join("other-name")).expect("a link");
        let rule = ProgramRule::new(&root.join("tool").display().to_string());
        let allows = |name: &str| rule.allows(&Asked::new(name, &root));
        let file = Some(Allowed::File(root.join("tool")));
        assert_eq!(allows("./tool"), file);
        // As the system goes: through the link first.
        assert_eq!(allows("door/../tool"), None);
        assert_eq!(allows("door/tool"), file);
        assert_eq!(allows("./other-name"), None);
        assert_eq!(allows("tool"), None, "not on the search path");
    }

    #[test]
    fn the_shell_is_allowed_by_its_name() {
        let rule = ProgramRule::new("sh");
        let root = Path::new("/");
        assert!(matches!(
            rule.allows(&Asked::new("sh", root)),
            Some(Allowed::File(_))
        ));
        assert!(matches!(
            rule.allows(&Asked::new(SHELL, root)),
            Some(Allowed::File(_))
        ));
        assert_eq!(rule.allows(&Asked::new("./sh", Path::new("/tmp"))), None);
    }

    #[test]
    fn a_program_that_was_never_there_is_never_found() {
        let rule = ProgramRule::new("no-such-program-anywhere");
        let asked = Asked::new("no-such-program-anywhere", Path::new("/"));
        assert_eq!(rule.allows(&asked), Some(Allowed::Missing));
    }
}
