//! Opens what the permissions have judged, and nothing else: a folder or file on the way that has become a symbolic link since then is
//! refused. Never follows a link, because the judged path holds none.

use std::fs::File;
use std::path::Path;

use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;

/// Node's opening flags by name; `None` for a name that Node doesn't know either.
pub(crate) fn flags_of(name: &str) -> Option<OFlags> {
    let plain: String = name
        .chars()
        .filter(|letter| !matches!(letter, 'x' | 's'))
        .collect();
    let flags = match plain.as_str() {
        "r" => return Some(OFlags::RDONLY),
        "r+" => return Some(OFlags::RDWR),
        "w" => OFlags::WRONLY | OFlags::TRUNC,
        "w+" => OFlags::RDWR | OFlags::TRUNC,
        "a" => OFlags::WRONLY | OFlags::APPEND,
        "a+" => OFlags::RDWR | OFlags::APPEND,
        _ => return None,
    };
    let exclusive = if name.contains('x') {
        OFlags::EXCL
    } else {
        OFlags::empty()
    };
    Some(flags | OFlags::CREATE | exclusive)
}

pub(crate) fn reads(flags: OFlags) -> bool {
    !flags.contains(OFlags::WRONLY)
}

pub(crate) fn writes(flags: OFlags) -> bool {
    flags.intersects(OFlags::WRONLY | OFlags::RDWR)
}

/// Opens a path that [`super::permissions::Permissions::check_path`] gave. `mode` is for a file that has to be made.
pub(crate) fn open_judged(path: &Path, flags: OFlags, mode: u32) -> Result<File, Errno> {
    let flags = flags | OFlags::CLOEXEC;
    let mode = if flags.contains(OFlags::CREATE) {
        Mode::from_raw_mode(mode & 0o7777)
    } else {
        Mode::empty()
    };
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::ResolveFlags;
        let judged = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        match rustix::fs::openat2(rustix::fs::CWD, path, flags, mode, judged) {
            // An old kernel, or a container that filters calls it doesn't know.
            Err(Errno::NOSYS | Errno::PERM) => {}
            result => return result.map(File::from),
        }
    }
    rustix::fs::open(path, flags | OFlags::NOFOLLOW, mode).map(File::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::io::Write;

    #[test]
    fn a_link_that_appears_after_the_judgement_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = std::fs::canonicalize(folder.path()).expect("it exists");
        std::fs::create_dir(root.join("inside")).expect("writable");
        std::fs::create_dir(root.join("outside")).expect("writable");
        std::fs::write(root.join("outside/secret"), "x").expect("writable");
        let judged = root.join("inside/secret");
        std::os::unix::fs::symlink(root.join("outside/secret"), &judged).expect("writable");
        for flags in ["r", "r+", "w", "a", "w+"] {
            let flags = flags_of(flags).expect("a flag of Node's");
            assert_eq!(open_judged(&judged, flags, 0o666).err(), Some(Errno::LOOP));
        }
        std::fs::remove_dir_all(root.join("inside")).expect("writable");
        std::os::unix::fs::symlink(root.join("outside"), root.join("inside")).expect("writable");
        let refused = open_judged(&judged, OFlags::RDONLY, 0);
        // Only the newer call sees links on the way.
        assert!(refused.is_err() || !cfg!(target_os = "linux"));
    }

    #[test]
    fn flags_do_what_node_says() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = std::fs::canonicalize(folder.path())
            .expect("it exists")
            .join("file");
        let open = |flags: &str| open_judged(&path, flags_of(flags).expect("known"), 0o600);
        assert_eq!(open("r").err(), Some(Errno::NOENT));
        open("w").expect("made").write_all(b"one").expect("written");
        open("a")
            .expect("there")
            .write_all(b"two")
            .expect("written");
        assert_eq!(open("wx").err(), Some(Errno::EXIST));
        let mut text = String::new();
        open("r+")
            .expect("there")
            .read_to_string(&mut text)
            .expect("read");
        assert_eq!(text, "onetwo");
        open("w+").expect("there");
        assert_eq!(std::fs::read(&path).expect("there"), b"");
        assert_eq!(flags_of("rw"), None);
    }
}
