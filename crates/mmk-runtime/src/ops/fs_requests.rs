//! The file operations that carry only names and numbers: `stat`, `readdir`, `mkdir`, `rm`, `rename`, …

use std::fs;
use std::fs::FileType;
use std::fs::Metadata;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;

use rustix::fs::OFlags;
use rustix::io::Errno;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::fs_error::FsError;
use super::fs_error::SystemError;
use super::fs_held::Held;
use super::fs_held::path_only;
use super::fs_open::open_judged;
use super::permissions::Access;
use super::permissions::LastLink;
use super::permissions::Permissions;

/// What JavaScript asks for, as JSON with the operation's name in `op`.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Request {
    Stat {
        path: PathBuf,
    },
    Lstat {
        path: PathBuf,
    },
    Access {
        path: PathBuf,
        mode: u32,
    },
    Readdir {
        path: PathBuf,
    },
    Mkdir {
        path: PathBuf,
        mode: u32,
        recursive: bool,
    },
    Mkdtemp {
        prefix: String,
    },
    Rmdir {
        path: PathBuf,
    },
    Rm {
        path: PathBuf,
        recursive: bool,
        force: bool,
    },
    Unlink {
        path: PathBuf,
    },
    Rename {
        path: PathBuf,
        to: PathBuf,
    },
    CopyFile {
        path: PathBuf,
        to: PathBuf,
        exclusive: bool,
    },
    Realpath {
        path: PathBuf,
    },
    Readlink {
        path: PathBuf,
    },
    Symlink {
        target: PathBuf,
        path: PathBuf,
    },
    Link {
        path: PathBuf,
        to: PathBuf,
    },
    Chmod {
        path: PathBuf,
        mode: u32,
    },
    Utimes {
        path: PathBuf,
        accessed: f64,
        modified: f64,
    },
    Truncate {
        path: PathBuf,
        length: f64,
    },
}

type Answer = Result<Value, FsError>;

/// Asks the permissions, then does it.
pub(crate) fn perform(permissions: &Permissions, request: Request) -> Answer {
    let read = |path: &Path| permissions.check_path(Access::Read, path, LastLink::Follow);
    let read_link = |path: &Path| permissions.check_path(Access::Read, path, LastLink::Keep);
    let write = |path: &Path| permissions.check_path(Access::Write, path, LastLink::Follow);
    let write_link = |path: &Path| permissions.check_path(Access::Write, path, LastLink::Keep);
    let place = |judged: &Path| -> Result<Held, FsError> { Ok(Held::name(judged)?) };
    match request {
        Request::Stat { path } => Ok(describe(&fs::symlink_metadata(
            place(&read(&path)?)?.path(),
        )?)),
        Request::Lstat { path } => Ok(describe(&fs::symlink_metadata(
            place(&read_link(&path)?)?.path(),
        )?)),
        Request::Access { path, mode } => accessible(&read(&path)?, mode),
        Request::Readdir { path } => list(&read(&path)?),
        Request::Mkdir {
            path,
            mode,
            recursive,
        } => make_folder(&write(&path)?, mode, recursive),
        Request::Mkdtemp { prefix } => make_temporary(&write(Path::new(&prefix))?, &prefix),
        Request::Rmdir { path } => done(fs::remove_dir(place(&write_link(&path)?)?.path())),
        Request::Rm {
            path,
            recursive,
            force,
        } => remove(place(&write_link(&path)?)?.path(), recursive, force),
        Request::Unlink { path } => unlink(place(&write_link(&path)?)?.path()),
        Request::Rename { path, to } => {
            let (from, to) = (place(&write_link(&path)?)?, place(&write_link(&to)?)?);
            done(fs::rename(from.path(), to.path()))
        }
        Request::CopyFile {
            path,
            to,
            exclusive,
        } => copy(&read(&path)?, &write(&to)?, exclusive),
        Request::Realpath { path } => Ok(text(&fs::canonicalize(read(&path)?)?)),
        Request::Readlink { path } => Ok(text(&fs::read_link(place(&read_link(&path)?)?.path())?)),
        Request::Symlink { target, path } => {
            link_to(permissions, &target, &path, &write_link(&path)?)
        }
        Request::Link { path, to } => {
            write_link(&path)?;
            let (from, to) = (place(&read_link(&path)?)?, place(&write_link(&to)?)?);
            done(fs::hard_link(from.path(), to.path()))
        }
        Request::Chmod { path, mode } => done(fs::set_permissions(
            Held::file(&write(&path)?, path_only(OFlags::empty()))?.path(),
            fs::Permissions::from_mode(mode),
        )),
        Request::Utimes {
            path,
            accessed,
            modified,
        } => touch(&write(&path)?, accessed, modified),
        Request::Truncate { path, length } => {
            let file = open_judged(&write(&path)?, OFlags::WRONLY, 0)?;
            done(file.set_len(length.max(0.0) as u64))
        }
    }
}

fn done(result: std::io::Result<()>) -> Answer {
    result?;
    Ok(Value::Null)
}

fn text(path: &Path) -> Value {
    Value::String(path.to_string_lossy().into_owned())
}

/// The figures of `fs.Stats`; times in milliseconds.
pub(crate) fn describe(metadata: &Metadata) -> Value {
    let milliseconds =
        |seconds: i64, nanoseconds: i64| seconds as f64 * 1e3 + nanoseconds as f64 / 1e6;
    let changed = milliseconds(metadata.ctime(), metadata.ctime_nsec());
    let born = metadata
        .created()
        .ok()
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        .map_or(changed, |since| since.as_nanos() as f64 / 1e6);
    json!({
        "dev": metadata.dev(),
        "mode": metadata.mode(),
        "nlink": metadata.nlink(),
        "uid": metadata.uid(),
        "gid": metadata.gid(),
        "rdev": metadata.rdev(),
        "blksize": metadata.blksize(),
        "ino": metadata.ino(),
        "size": metadata.size(),
        "blocks": metadata.blocks(),
        "atimeMs": milliseconds(metadata.atime(), metadata.atime_nsec()),
        "mtimeMs": milliseconds(metadata.mtime(), metadata.mtime_nsec()),
        "ctimeMs": changed,
        "birthtimeMs": born,
    })
}

fn accessible(path: &Path, mode: u32) -> Answer {
    let wanted = rustix::fs::Access::from_bits_truncate(mode);
    rustix::fs::access(path, wanted)?;
    Ok(Value::Null)
}

/// Node's `UV_DIRENT_*` numbers.
fn kind(file: FileType) -> u8 {
    if file.is_file() {
        1
    } else if file.is_dir() {
        2
    } else if file.is_symlink() {
        3
    } else if file.is_fifo() {
        4
    } else if file.is_socket() {
        5
    } else if file.is_char_device() {
        6
    } else {
        7
    }
}

/// `[[name, kind], …]` sorted by bytes, as Node gives them.
fn list(path: &Path) -> Answer {
    let mut entries = Vec::new();
    let folder = Held::file(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
    for entry in fs::read_dir(folder.path())? {
        let entry = entry?;
        entries.push((
            entry.file_name().to_string_lossy().into_owned(),
            kind(entry.file_type()?),
        ));
    }
    entries.sort();
    Ok(json!(entries))
}

/// With `recursive`, answers the first folder that had to be made.
fn make_folder(path: &Path, mode: u32, recursive: bool) -> Answer {
    let mut builder = fs::DirBuilder::new();
    builder.mode(mode);
    if !recursive {
        return done(builder.create(Held::name(path)?.path()));
    }
    let first_missing = path
        .ancestors()
        .take_while(|ancestor| !ancestor.exists())
        .last();
    match first_missing {
        None if path.is_dir() => Ok(Value::Null),
        None => Err(Errno::EXIST.into()),
        Some(first) => {
            let mut missing: Vec<&Path> = path
                .ancestors()
                .take_while(|ancestor| ancestor.starts_with(first))
                .collect();
            while let Some(folder) = missing.pop() {
                match builder.create(Held::name(folder)?.path()) {
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                    made => made?,
                }
            }
            Ok(text(first))
        }
    }
}

fn make_temporary(resolved: &Path, prefix: &str) -> Answer {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    // A prefix that ends with a slash asks for a folder inside.
    let base = if prefix.ends_with('/') {
        format!("{}/", resolved.display())
    } else {
        resolved.display().to_string()
    };
    for _ in 0..100 {
        let mut random = [0u8; 6];
        getrandom::fill(&mut random).map_err(|_| FsError::from(Errno::IO))?;
        let suffix: String = random
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
            .collect();
        let place = Held::name(Path::new(&format!("{base}{suffix}")))?;
        match fs::DirBuilder::new().mode(0o700).create(place.path()) {
            Ok(()) => return Ok(Value::String(format!("{prefix}{suffix}"))),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Errno::EXIST.into())
}

fn remove(path: &Path, recursive: bool, force: bool) -> Answer {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if force && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Value::Null);
        }
        other => other?,
    };
    if !metadata.is_dir() {
        return done(fs::remove_file(path));
    }
    if !recursive {
        return Err(FsError::System(SystemError {
            code: "ERR_FS_EISDIR",
            errno: Errno::ISDIR.raw_os_error(),
            message: "Path is a directory".to_owned(),
        }));
    }
    done(fs::remove_dir_all(path))
}

/// Linux answers EISDIR for a folder, where POSIX and Node's users expect that too.
fn unlink(path: &Path) -> Answer {
    rustix::fs::unlink(path)?;
    Ok(Value::Null)
}

fn copy(from: &Path, to: &Path, exclusive: bool) -> Answer {
    if exclusive && fs::symlink_metadata(to).is_ok() {
        return Err(Errno::EXIST.into());
    }
    let mut source = open_judged(from, OFlags::RDONLY, 0)?;
    let mode = source.metadata()?.mode();
    let exclusive = if exclusive {
        OFlags::EXCL
    } else {
        OFlags::empty()
    };
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | exclusive;
    let mut target = open_judged(to, flags, mode)?;
    std::io::copy(&mut source, &mut target)?;
    // As `cp` and Node do, for a target that was there before too.
    done(target.set_permissions(fs::Permissions::from_mode(mode)))
}

/// A link may not be made to lead out of the allowed folders, or a later write could follow it.
fn link_to(permissions: &Permissions, target: &Path, asked: &Path, path: &Path) -> Answer {
    let base = path
        .parent()
        .or_else(|| asked.parent())
        .unwrap_or(Path::new("/"));
    permissions.check_path(Access::Read, &base.join(target), LastLink::Follow)?;
    done(std::os::unix::fs::symlink(target, Held::name(path)?.path()))
}

fn touch(path: &Path, accessed: f64, modified: f64) -> Answer {
    let time = |seconds: f64| {
        Duration::try_from_secs_f64(seconds.max(0.0))
            .ok()
            .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
            .ok_or(Errno::INVAL)
    };
    let times = fs::FileTimes::new()
        .set_accessed(time(accessed)?)
        .set_modified(time(modified)?);
    done(open_judged(path, OFlags::RDONLY, 0)?.set_times(times))
}
