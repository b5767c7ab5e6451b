//! What a script may touch outside the database. Every native function that reaches the outside asks here first; a refusal names
//! the flag that would allow it. Paths are resolved through `..` and symbolic links before they are judged, and the resolved
//! path is the one that is used afterwards.

use std::ffi::OsString;
use std::io;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use deno_error::JsError;

use super::network_rule::NetworkRule;
use super::program_rule::Allowed;
use super::program_rule::Asked;
use super::program_rule::ProgramRule;
use super::program_rule::SHELL;

/// How much of one kind of thing is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant<T> {
    All,
    Only(Vec<T>),
}

impl<T> Grant<T> {
    /// Nothing at all.
    #[must_use]
    pub const fn none() -> Self {
        Self::Only(Vec::new())
    }
}

/// The permissions of one run, kept in the isolate's state.
#[derive(Clone, Debug)]
pub struct Permissions {
    /// Names of environment variables that scripts see; the others don't exist for them.
    pub environment: Grant<String>,
    /// Variables that are hidden whatever `environment` says.
    pub hidden_environment: Vec<String>,
    /// Folders and files, resolved by [`Permissions::new`] or [`Permissions::allow_read`].
    pub read: Grant<PathBuf>,
    pub write: Grant<PathBuf>,
    pub network: Grant<NetworkRule>,
    pub run: Grant<ProgramRule>,
    pub project_root: PathBuf,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

impl Access {
    fn flag(self) -> &'static str {
        match self {
            Self::Read => "--allow-read",
            Self::Write => "--allow-write",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Read => "reading",
            Self::Write => "writing",
        }
    }
}

/// Whether a symbolic link at the end of a path stands for its target or for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastLink {
    Follow,
    Keep,
}

/// A refusal, as a script sees it: an `Error` with `code` and `permission`.
#[derive(Clone, Debug, thiserror::Error, JsError)]
#[class(generic)]
#[property("code" = "ERR_ACCESS_DENIED")]
#[property("permission" = self.permission)]
#[property("resource" = self.resource.clone())]
#[error("{message}")]
pub struct AccessDenied {
    pub message: String,
    pub permission: &'static str,
    pub resource: String,
}

/// As many as Linux follows.
const MAX_LINKS: usize = 40;

/// The device that swallows what is written. Opening it can do no harm; removing or replacing it, which root can, breaks the
/// machine for everybody.
const NULL_DEVICE: &str = "/dev/null";

impl Permissions {
    /// The defaults: environment, and reading and writing inside the project folder; no network, no programs.
    #[must_use]
    pub fn new(project_root: &Path) -> Self {
        let root = resolve(project_root, LastLink::Follow).unwrap_or_else(|_| project_root.into());
        Self {
            environment: Grant::All,
            hidden_environment: Vec::new(),
            read: Grant::Only(vec![root.clone()]),
            write: Grant::Only(vec![root.clone()]),
            network: Grant::none(),
            run: Grant::none(),
            project_root: root,
        }
    }

    /// Allows one more folder or file; relative paths count from the working directory.
    pub fn allow(&mut self, access: Access, path: &Path) {
        let resolved = resolve(path, LastLink::Follow).unwrap_or_else(|_| path.into());
        let grant = match access {
            Access::Read => &mut self.read,
            Access::Write => &mut self.write,
        };
        if let Grant::Only(paths) = grant {
            paths.push(resolved);
        }
    }

    /// The path to open for writing instead of `path`, when it may be opened.
    pub fn check_write_into(&self, path: &Path) -> Result<PathBuf, PathError> {
        match resolve(path, LastLink::Follow)? {
            resolved if resolved == Path::new(NULL_DEVICE) => Ok(resolved),
            resolved => self.check_resolved(Access::Write, path, resolved),
        }
    }

    /// The path to use instead of `path`, when it may be used.
    pub fn check_path(
        &self,
        access: Access,
        path: &Path,
        last: LastLink,
    ) -> Result<PathBuf, PathError> {
        self.check_resolved(access, path, resolve(path, last)?)
    }

    fn check_resolved(
        &self,
        access: Access,
        path: &Path,
        resolved: PathBuf,
    ) -> Result<PathBuf, PathError> {
        let grant = match access {
            Access::Read => &self.read,
            Access::Write => &self.write,
        };
        let allowed = match grant {
            Grant::All => true,
            Grant::Only(roots) => roots.iter().any(|root| resolved.starts_with(root)),
        };
        if self.hides_variables() && holds_environment(&resolved) {
            return Err(refuse_environment(&resolved).into());
        }
        let reads_null = access == Access::Read && resolved == Path::new(NULL_DEVICE);
        if allowed || reads_null {
            return Ok(resolved);
        }
        Err(self.refuse_path(access, path, &resolved).into())
    }

    fn refuse_path(&self, access: Access, asked: &Path, resolved: &Path) -> AccessDenied {
        let through = if asked == resolved {
            String::new()
        } else {
            format!(" (that is `{}`)", resolved.display())
        };
        AccessDenied {
            message: format!(
                "{} `{}`{through} is not allowed: it lies outside the project folder `{}`; allow it with `{}={}`",
                access.verb(),
                asked.display(),
                self.project_root.display(),
                access.flag(),
                resolved.display(),
            ),
            permission: match access {
                Access::Read => "FileSystemRead",
                Access::Write => "FileSystemWrite",
            },
            resource: resolved.display().to_string(),
        }
    }

    /// Whether scripts and their children see this variable.
    #[must_use]
    pub fn shows_variable(&self, name: &str) -> bool {
        let granted = match &self.environment {
            Grant::All => true,
            Grant::Only(names) => names.iter().any(|known| known == name),
        };
        granted && !self.hidden_environment.iter().any(|hidden| hidden == name)
    }

    fn hides_variables(&self) -> bool {
        self.environment != Grant::All || !self.hidden_environment.is_empty()
    }

    /// A rule without a port covers every port.
    pub fn check_network(&self, host: &str, port: u16) -> Result<(), AccessDenied> {
        self.check_host("connecting to", host, Some(port))
    }

    /// Finding out where a host is tells its name to others: allowed where connecting to it is, at any port.
    pub(crate) fn check_lookup(&self, host: &str) -> Result<(), AccessDenied> {
        self.check_host("looking up", host, None)
    }

    /// Serving others: the address to listen on has to be allowed.
    pub(crate) fn check_listen(&self, host: &str, port: u16) -> Result<(), AccessDenied> {
        self.check_host("listening on", host, Some(port))
    }

    fn check_host(&self, verb: &str, host: &str, port: Option<u16>) -> Result<(), AccessDenied> {
        match &self.network {
            Grant::All => Ok(()),
            Grant::Only(rules) if rules.iter().any(|rule| rule.covers(host, port)) => Ok(()),
            Grant::Only(_) => Err(refuse_host(verb, host, port)),
        }
    }

    /// What to start in place of `program`, when it may be started; `folder` is where it will run.
    pub(crate) fn check_run(&self, program: &str, folder: &Path) -> Result<Start, AccessDenied> {
        let Grant::Only(rules) = &self.run else {
            return Ok(Start::AsNamed);
        };
        let asked = Asked::new(program, folder);
        match rules.iter().find_map(|rule| rule.allows(&asked)) {
            Some(Allowed::File(file)) => Ok(Start::File(file)),
            Some(Allowed::Missing) => Ok(Start::Missing),
            None => Err(refuse_program(program)),
        }
    }

    /// A variable that puts code into whatever program it is given to. Who may start some programs must not make others of them.
    pub(crate) fn check_child_variable(&self, name: &str, value: &str) -> Result<(), AccessDenied> {
        let is_loader = name.starts_with("LD_") || name.starts_with("DYLD_");
        let is_own = || std::env::var_os(name).is_some_and(|own| own == value);
        if self.run == Grant::All || !is_loader || is_own() {
            return Ok(());
        }
        Err(AccessDenied {
            message: format!(
                "starting a program with the variable `{name}` is not allowed: it makes another program of it; allow everything with `--allow-run`"
            ),
            permission: "ChildProcess",
            resource: name.to_owned(),
        })
    }
}

/// What a permission to start a program comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Every program is allowed; the system finds it by its name.
    AsNamed,
    File(PathBuf),
    /// Allowed, but the system has none.
    Missing,
}

fn refuse_program(program: &str) -> AccessDenied {
    let shown = if program == SHELL { "sh" } else { program };
    AccessDenied {
        message: format!(
            "starting `{shown}` is not allowed: scripts start no programs; allow it with `--allow-run={shown}`"
        ),
        permission: "ChildProcess",
        resource: shown.to_owned(),
    }
}

/// Where Linux shows the environment of a process, and its memory.
fn holds_environment(resolved: &Path) -> bool {
    resolved.starts_with("/proc")
        && resolved
            .file_name()
            .is_some_and(|name| name == "environ" || name == "mem")
}

fn refuse_environment(resolved: &Path) -> AccessDenied {
    AccessDenied {
        message: format!(
            "reading `{}` is not allowed: it shows environment variables that `--allow-env` or `--deny-env` hides",
            resolved.display()
        ),
        permission: "Environment",
        resource: resolved.display().to_string(),
    }
}

fn refuse_host(verb: &str, host: &str, port: Option<u16>) -> AccessDenied {
    let shown = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let full = match port {
        Some(port) => format!("{shown}:{port}"),
        None => shown.clone(),
    };
    AccessDenied {
        message: format!(
            "{verb} `{full}` is not allowed: scripts reach nothing but MongoDB; allow it with `--allow-net={shown}`"
        ),
        permission: "Net",
        resource: full,
    }
}

/// Why a path can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    #[error(transparent)]
    Denied(#[from] AccessDenied),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Like `realpath`, but what does not exist yet is allowed at any place, and links that lead nowhere are followed too.
pub(crate) fn resolve(path: &Path, last: LastLink) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut resolved = PathBuf::from("/");
    let mut pending: Vec<OsString> = parts(&absolute);
    let mut links = 0;
    while let Some(part) = pending.pop() {
        if part == ".." {
            resolved.pop();
            continue;
        }
        let candidate = resolved.join(&part);
        let follow = !pending.is_empty() || last == LastLink::Follow;
        match std::fs::read_link(&candidate) {
            Ok(target) if follow => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(io::Error::from_raw_os_error(
                        rustix::io::Errno::LOOP.raw_os_error(),
                    ));
                }
                if target.is_absolute() {
                    resolved = PathBuf::from("/");
                }
                pending.extend(parts(&target));
            }
            _ => resolved = candidate,
        }
    }
    Ok(resolved)
}

/// The names of a path, last one first.
fn parts(path: &Path) -> Vec<OsString> {
    path.components()
        .rev()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn denied(permissions: &Permissions, access: Access, path: &Path) -> AccessDenied {
        match permissions.check_path(access, path, LastLink::Follow) {
            Err(PathError::Denied(refusal)) => refusal,
            other => panic!("expected a refusal of {}, got {other:?}", path.display()),
        }
    }

    #[test]
    fn the_null_device_may_be_opened_and_described_but_not_removed_or_changed() {
        let folder = tempfile::tempdir().expect("temp folder");
        let permissions = Permissions::new(folder.path());
        let device = Path::new(NULL_DEVICE);
        let opened = permissions.check_write_into(device).expect("allowed");
        assert_eq!(opened, device);
        for last in [LastLink::Follow, LastLink::Keep] {
            let described = permissions.check_path(Access::Read, device, last);
            assert_eq!(described.expect("allowed"), device);
            let changed = permissions.check_path(Access::Write, device, last);
            assert!(matches!(changed, Err(PathError::Denied(_))), "{changed:?}");
        }
    }

    #[test]
    fn parent_folders_and_links_do_not_lead_out_of_the_project() {
        let folder = tempfile::tempdir().expect("temp folder");
        let project = folder.path().join("project");
        let outside = folder.path().join("outside");
        fs::create_dir(&project).expect("project");
        fs::create_dir(&outside).expect("outside");
        fs::write(outside.join("secret"), "x").expect("file");
        symlink(&outside, project.join("door")).expect("link");
        symlink(outside.join("new"), project.join("dangling")).expect("link");
        let permissions = Permissions::new(&project);

        for path in [
            "../outside/secret",
            "door/secret",
            "door/../outside/secret",
            "dangling",
            "missing/../../outside/secret",
        ] {
            let refusal = denied(&permissions, Access::Read, &project.join(path));
            assert!(
                refusal.message.contains("--allow-read="),
                "{}",
                refusal.message
            );
            denied(&permissions, Access::Write, &project.join(path));
        }
        let inside = permissions
            .check_path(
                Access::Write,
                &project.join("door/../project/new.txt"),
                LastLink::Follow,
            )
            .expect("comes back inside");
        assert!(inside.ends_with("project/new.txt"));
    }

    #[test]
    fn a_link_itself_may_be_removed_without_following_it() {
        let folder = tempfile::tempdir().expect("temp folder");
        let project = folder.path().join("project");
        fs::create_dir(&project).expect("project");
        symlink("/etc", project.join("door")).expect("link");
        let permissions = Permissions::new(&project);
        permissions
            .check_path(Access::Write, &project.join("door"), LastLink::Keep)
            .expect("the link lies inside");
    }

    #[test]
    fn links_in_a_circle_end_in_an_error() {
        let folder = tempfile::tempdir().expect("temp folder");
        symlink("b", folder.path().join("a")).expect("link");
        symlink("a", folder.path().join("b")).expect("link");
        let error = resolve(&folder.path().join("a"), LastLink::Follow).expect_err("a circle");
        assert_eq!(
            error.raw_os_error(),
            Some(rustix::io::Errno::LOOP.raw_os_error())
        );
    }

    #[test]
    fn hidden_variables_are_not_read_from_the_system_either() {
        let mut permissions = Permissions::new(Path::new("/tmp"));
        permissions.read = Grant::All;
        let own = std::process::id().to_string();
        let paths = [
            "/proc/self/environ".to_owned(),
            format!("/proc/{own}/environ"),
            "/proc/self/root/proc/self/environ".to_owned(),
            "/proc/thread-self/environ".to_owned(),
            "/proc/self/mem".to_owned(),
            "/tmp/../proc/self/task/../environ".to_owned(),
        ];
        let open = |permissions: &Permissions, path: &str| {
            permissions.check_path(Access::Read, Path::new(path), LastLink::Follow)
        };
        for path in &paths {
            open(&permissions, path).expect("nothing is hidden yet");
        }
        permissions.hidden_environment = vec!["SECRET".to_owned()];
        for path in &paths {
            assert!(open(&permissions, path).is_err(), "{path}");
        }
        assert!(!permissions.shows_variable("SECRET"));
        assert!(permissions.shows_variable("PATH"));
        permissions.environment = Grant::Only(vec!["SECRET".to_owned(), "HOME".to_owned()]);
        assert!(!permissions.shows_variable("SECRET"), "hiding wins");
        assert!(!permissions.shows_variable("PATH"));
        assert!(permissions.shows_variable("HOME"));
    }

    #[test]
    fn network_and_programs_are_refused_by_name() {
        let mut permissions = Permissions::new(Path::new("/tmp"));
        let refusal = permissions
            .check_network("example.com", 443)
            .expect_err("no network");
        assert!(refusal.message.contains("`--allow-net=example.com`"));
        permissions.network = Grant::Only(vec![NetworkRule::parse("example.com").expect("a rule")]);
        permissions
            .check_network("example.com", 443)
            .expect("allowed");
        permissions
            .check_network("example.org", 443)
            .expect_err("another host");
        permissions
            .check_run("sh", Path::new("/"))
            .expect_err("no programs");
    }

    #[test]
    fn programs_of_a_list_get_no_code_by_variables() {
        let mut permissions = Permissions::new(Path::new("/tmp"));
        permissions.run = Grant::Only(vec![ProgramRule::new("sh")]);
        let check =
            |permissions: &Permissions, name| permissions.check_child_variable(name, "./x.so");
        let refusal = check(&permissions, "LD_PRELOAD").expect_err("it would run x.so");
        assert!(refusal.message.contains("`LD_PRELOAD`"));
        check(&permissions, "DYLD_INSERT_LIBRARIES").expect_err("so would this");
        check(&permissions, "LANG").expect("harmless");
        permissions.run = Grant::All;
        check(&permissions, "LD_PRELOAD").expect("everything is allowed");
    }
}
