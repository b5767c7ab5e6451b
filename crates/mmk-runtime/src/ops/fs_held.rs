//! A judged path, held so that nobody can bend it: its folder is open, and the operation goes through the open folder. Whatever is swapped
//! for a symbolic link meanwhile, the operation meets the folder that was judged.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::fs_open::open_judged;

/// A name in a folder that is open, or a file that is. `path()` is good for as long as this lives.
pub(crate) struct Held {
    /// `None` where the system has no paths of open files; the path is the judged one then.
    _open: Option<File>,
    path: PathBuf,
}

impl Held {
    /// The name itself, which may not exist and may be a link: for making, removing, renaming and looking at it.
    pub(crate) fn name(judged: &Path) -> Result<Self, Errno> {
        match (judged.parent(), judged.file_name()) {
            (Some(folder), Some(name)) if shows_open_files() => {
                let open = open_judged(folder, path_only(OFlags::DIRECTORY), 0)?;
                let path = path_of(&open).join(name);
                Ok(Self {
                    _open: Some(open),
                    path,
                })
            }
            _ => Ok(Self::plain(judged)),
        }
    }

    /// What stands there now; a link that has come to stand there is refused.
    pub(crate) fn file(judged: &Path, flags: OFlags) -> Result<Self, Errno> {
        if !shows_open_files() {
            return Ok(Self::plain(judged));
        }
        let open = open_judged(judged, flags, 0)?;
        let path = path_of(&open);
        Ok(Self {
            _open: Some(open),
            path,
        })
    }

    fn plain(judged: &Path) -> Self {
        Self {
            _open: None,
            path: judged.to_owned(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Only a place in the tree: needs no right to read.
pub(crate) fn path_only(flags: OFlags) -> OFlags {
    #[cfg(target_os = "linux")]
    return flags | OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    flags
}

/// Where Linux shows the open files of a process; some containers hide it.
const OPEN_FILES: &str = "/proc/self/fd";

fn shows_open_files() -> bool {
    static SHOWS: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *SHOWS.get_or_init(|| cfg!(target_os = "linux") && Path::new(OPEN_FILES).is_dir())
}

fn path_of(open: &File) -> PathBuf {
    Path::new(OPEN_FILES).join(open.as_raw_fd().to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering;

    use super::super::fs_requests::Request;
    use super::super::fs_requests::perform;
    use super::super::permissions::Permissions;

    /// Rounds of each operation; the folder is swapped many times meanwhile.
    const ROUNDS: usize = 400;

    /// Swaps `flip` with a link to the folder outside, for as long as it is told to.
    fn swap(root: &std::path::Path, until: &AtomicBool) {
        use rustix::fs::CWD;
        use rustix::fs::RenameFlags;
        let (flip, door) = (root.join("flip"), root.join("door"));
        while !until.load(Ordering::Relaxed) {
            rustix::fs::renameat_with(CWD, &flip, CWD, &door, RenameFlags::EXCHANGE)
                .expect("both are always there");
        }
    }

    #[test]
    fn nothing_outside_is_touched_while_a_folder_is_swapped_for_a_link() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = std::fs::canonicalize(folder.path()).expect("it exists");
        let (project, outside) = (root.join("project"), root.join("outside"));
        for made in [
            &project,
            &outside,
            &project.join("flip"),
            &outside.join("folder"),
        ] {
            std::fs::create_dir(made).expect("writable");
        }
        for name in ["victim", "victim2", "folder/inner"] {
            std::fs::write(outside.join(name), "outside").expect("writable");
        }
        symlink(&outside, project.join("door")).expect("writable");
        let before = names_and_modes(&outside);

        let permissions = Permissions::new(&project);
        let until = Arc::new(AtomicBool::new(false));
        let swapper = {
            let (project, until) = (project.clone(), until.clone());
            std::thread::spawn(move || swap(&project, &until))
        };
        let at = |name: &str| project.join("flip").join(name);
        let (mut done, mut refused) = (0, 0);
        let mut seen = Vec::new();
        for _ in 0..ROUNDS {
            let requests = [
                Request::Stat { path: at("victim") },
                Request::Lstat { path: at("victim") },
                Request::Readdir { path: at("") },
                Request::Mkdir {
                    path: at("new"),
                    mode: 0o777,
                    recursive: false,
                },
                Request::Mkdir {
                    path: at("new2/er"),
                    mode: 0o777,
                    recursive: true,
                },
                Request::Mkdtemp {
                    prefix: at("temporary").display().to_string(),
                },
                Request::Symlink {
                    target: "x".into(),
                    path: at("link"),
                },
                Request::Rename {
                    path: at("victim"),
                    to: project.join("stolen"),
                },
                Request::Rename {
                    path: project.join("own"),
                    to: at("planted"),
                },
                Request::Link {
                    path: at("victim2"),
                    to: project.join("linked"),
                },
                Request::Chmod {
                    path: at("victim"),
                    mode: 0o600,
                },
                Request::Truncate {
                    path: at("victim"),
                    length: 0.0,
                },
                Request::Unlink { path: at("victim") },
                Request::Rm {
                    path: at("folder"),
                    recursive: true,
                    force: true,
                },
                Request::Rmdir { path: at("folder") },
            ];
            for request in requests {
                match perform(&permissions, request) {
                    Ok(answer) => {
                        done += 1;
                        seen.push(answer.to_string());
                    }
                    Err(_) => refused += 1,
                }
            }
            // Something to work on, on our side. It may be gone or be outside for a moment.
            let _ = std::fs::write(project.join("own"), "");
            let _ = std::fs::remove_file(project.join("stolen"));
            let _ = std::fs::remove_file(project.join("linked"));
        }
        until.store(true, Ordering::Relaxed);
        swapper.join().expect("it only swaps");
        assert!(done > 0 && refused > 0, "{done} done, {refused} refused");
        assert_eq!(names_and_modes(&outside), before);
        for name in ["victim", "victim2", "folder/inner"] {
            assert_eq!(
                std::fs::read_to_string(outside.join(name)).expect("still there"),
                "outside"
            );
        }
        // The listing of the folder outside has a name that is nowhere else.
        assert!(!seen.iter().any(|answer| answer.contains("victim2")));
    }

    fn names_and_modes(folder: &std::path::Path) -> Vec<(String, u32, u64)> {
        use std::os::unix::fs::MetadataExt;
        let mut found: Vec<_> = std::fs::read_dir(folder)
            .expect("readable")
            .map(|entry| {
                let entry = entry.expect("readable");
                let metadata = entry.metadata().expect("readable");
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, metadata.mode(), metadata.nlink())
            })
            .collect();
        found.sort();
        found
    }
}
