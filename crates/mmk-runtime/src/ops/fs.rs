//! Files for `fs`: one request type for what carries only names and numbers, and plain functions for what carries bytes. Each comes
//! as a synchronous op and as one that runs on a blocking thread. Nothing is touched before the permissions were asked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::OpState;
use deno_core::op2;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::fs_error::FsError;
use super::fs_open::flags_of;
use super::fs_open::open_judged;
use super::fs_open::reads;
use super::fs_open::writes;
use super::fs_requests::Request;
use super::fs_requests::perform;
use super::permissions::Access;
use super::permissions::LastLink;
use super::permissions::Permissions;

/// Files that scripts opened by number. Numbers start above the standard streams; of those only the input can be read here, the others are
/// served by JavaScript.
#[derive(Default)]
pub(crate) struct OpenFiles {
    files: BTreeMap<u32, Arc<File>>,
}

const FIRST_DESCRIPTOR: u32 = 20;
const STANDARD_INPUT: u32 = 0;

/// How much is read at once where it isn't known how much there is: bytes.
const MOST_AT_ONCE: u64 = 16 * 1024 * 1024;

impl OpenFiles {
    fn add(&mut self, file: File) -> u32 {
        let descriptor = (FIRST_DESCRIPTOR..)
            .find(|number| !self.files.contains_key(number))
            .unwrap_or(u32::MAX);
        self.files.insert(descriptor, Arc::new(file));
        descriptor
    }

    fn get(&self, descriptor: u32) -> Result<Arc<File>, FsError> {
        if descriptor == STANDARD_INPUT {
            return Ok(Arc::new(File::from(
                std::io::stdin().as_fd().try_clone_to_owned()?,
            )));
        }
        self.files
            .get(&descriptor)
            .cloned()
            .ok_or_else(|| Errno::BADF.into())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FsError> + Send + 'static,
) -> Result<T, FsError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // The runtime is going down; nobody will look at the result.
        Err(_) => Err(Errno::INTR.into()),
    }
}

fn permissions(state: &OpState) -> Arc<Permissions> {
    state.borrow::<Arc<Permissions>>().clone()
}

/// A request and its answer as JSON; see [`Request`].
#[op2]
#[string]
pub(crate) fn op_node_fs_call_sync(
    state: &mut OpState,
    #[string] request: &str,
) -> Result<String, FsError> {
    answer(&permissions(state), request)
}

#[op2]
#[string]
pub(crate) async fn op_node_fs_call(
    state: Rc<RefCell<OpState>>,
    #[string] request: String,
) -> Result<String, FsError> {
    let permissions = permissions(&state.borrow());
    blocking(move || answer(&permissions, &request)).await
}

fn answer(permissions: &Permissions, request: &str) -> Result<String, FsError> {
    let request: Request =
        serde_json::from_str(request).map_err(|_| FsError::from(Errno::INVAL))?;
    Ok(perform(permissions, request)?.to_string())
}

/// The whole file.
#[op2]
#[buffer]
pub(crate) fn op_node_fs_read_file_sync(
    state: &mut OpState,
    #[string] path: &str,
) -> Result<Vec<u8>, FsError> {
    read_file(&permissions(state), Path::new(path))
}

#[op2]
#[buffer]
pub(crate) async fn op_node_fs_read_file(
    state: Rc<RefCell<OpState>>,
    #[string] path: String,
) -> Result<Vec<u8>, FsError> {
    let permissions = permissions(&state.borrow());
    blocking(move || read_file(&permissions, Path::new(&path))).await
}

fn read_file(permissions: &Permissions, path: &Path) -> Result<Vec<u8>, FsError> {
    let path = permissions.check_path(Access::Read, path, LastLink::Follow)?;
    let mut bytes = Vec::new();
    open_judged(&path, OFlags::RDONLY, 0)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a whole file; `flags` are Node's (`w`, `a`, `wx`, …).
#[op2(fast)]
pub(crate) fn op_node_fs_write_file_sync(
    state: &mut OpState,
    #[string] path: &str,
    #[string] flags: &str,
    #[smi] mode: u32,
    #[buffer] bytes: &[u8],
) -> Result<(), FsError> {
    write_file(&permissions(state), Path::new(path), flags, mode, bytes)
}

#[op2]
pub(crate) async fn op_node_fs_write_file(
    state: Rc<RefCell<OpState>>,
    #[string] path: String,
    #[string] flags: String,
    #[smi] mode: u32,
    #[buffer(copy)] bytes: Vec<u8>,
) -> Result<(), FsError> {
    let permissions = permissions(&state.borrow());
    blocking(move || write_file(&permissions, Path::new(&path), &flags, mode, &bytes)).await
}

fn write_file(
    permissions: &Permissions,
    path: &Path,
    flags: &str,
    mode: u32,
    bytes: &[u8],
) -> Result<(), FsError> {
    let mut file = open(permissions, path, flags, mode)?;
    Ok(file.write_all(bytes)?)
}

fn open(permissions: &Permissions, path: &Path, flags: &str, mode: u32) -> Result<File, FsError> {
    let flags = flags_of(flags).ok_or(Errno::INVAL)?;
    let mut resolved = PathBuf::from(path);
    if reads(flags) {
        resolved = permissions.check_path(Access::Read, path, LastLink::Follow)?;
    }
    if writes(flags) {
        resolved = permissions.check_write_into(path)?;
    }
    Ok(open_judged(&resolved, flags, mode)?)
}

/// Gives the number of the opened file.
#[op2(fast)]
#[smi]
pub(crate) fn op_node_fs_open_sync(
    state: &mut OpState,
    #[string] path: &str,
    #[string] flags: &str,
    #[smi] mode: u32,
) -> Result<u32, FsError> {
    let file = open(&permissions(state), Path::new(path), flags, mode)?;
    Ok(state.borrow_mut::<OpenFiles>().add(file))
}

#[op2]
#[smi]
pub(crate) async fn op_node_fs_open(
    state: Rc<RefCell<OpState>>,
    #[string] path: String,
    #[string] flags: String,
    #[smi] mode: u32,
) -> Result<u32, FsError> {
    let permissions = permissions(&state.borrow());
    let file = blocking(move || open(&permissions, Path::new(&path), &flags, mode)).await?;
    Ok(state.borrow_mut().borrow_mut::<OpenFiles>().add(file))
}

#[op2(fast)]
pub(crate) fn op_node_fs_close(state: &mut OpState, #[smi] descriptor: u32) -> Result<(), FsError> {
    match state.borrow_mut::<OpenFiles>().files.remove(&descriptor) {
        Some(_) => Ok(()),
        None => Err(Errno::BADF.into()),
    }
}

/// Where to read or write: a negative number means where the last one ended.
fn position(number: f64) -> Option<u64> {
    (number >= 0.0).then_some(number as u64)
}

#[op2(fast)]
#[smi]
pub(crate) fn op_node_fs_read_sync(
    state: &mut OpState,
    #[smi] descriptor: u32,
    #[buffer] target: &mut [u8],
    at: f64,
) -> Result<u32, FsError> {
    let file = state.borrow::<OpenFiles>().get(descriptor)?;
    Ok(read(&file, target, position(at))? as u32)
}

/// Up to `length` bytes; fewer at the end of the file.
#[op2]
#[buffer]
pub(crate) async fn op_node_fs_read(
    state: Rc<RefCell<OpState>>,
    #[smi] descriptor: u32,
    #[smi] length: u32,
    at: f64,
) -> Result<Vec<u8>, FsError> {
    let file = state.borrow().borrow::<OpenFiles>().get(descriptor)?;
    blocking(move || {
        // Never more than there is: the length is the script's word. Devices and the files of the system have no length.
        let most = match file.metadata()?.len() {
            0 => MOST_AT_ONCE,
            known => known,
        };
        let mut bytes = vec![0; u64::from(length).min(most) as usize];
        let size = read(&file, &mut bytes, position(at))?;
        bytes.truncate(size);
        Ok(bytes)
    })
    .await
}

fn read(file: &File, target: &mut [u8], at: Option<u64>) -> Result<usize, FsError> {
    let mut reader = file;
    Ok(match at {
        Some(at) => file.read_at(target, at)?,
        None => reader.read(target)?,
    })
}

#[op2(fast)]
#[smi]
pub(crate) fn op_node_fs_write_sync(
    state: &mut OpState,
    #[smi] descriptor: u32,
    #[buffer] bytes: &[u8],
    at: f64,
) -> Result<u32, FsError> {
    let file = state.borrow::<OpenFiles>().get(descriptor)?;
    Ok(write(&file, bytes, position(at))? as u32)
}

#[op2]
#[smi]
pub(crate) async fn op_node_fs_write(
    state: Rc<RefCell<OpState>>,
    #[smi] descriptor: u32,
    #[buffer(copy)] bytes: Vec<u8>,
    at: f64,
) -> Result<u32, FsError> {
    let file = state.borrow().borrow::<OpenFiles>().get(descriptor)?;
    blocking(move || Ok(write(&file, &bytes, position(at))? as u32)).await
}

/// Writes all of it, so that JavaScript never has to loop.
fn write(file: &File, bytes: &[u8], at: Option<u64>) -> Result<usize, FsError> {
    let mut writer = file;
    match at {
        Some(at) => file.write_all_at(bytes, at)?,
        None => writer.write_all(bytes)?,
    }
    Ok(bytes.len())
}

/// `fstat`: JSON as `stat` gives it.
#[op2]
#[string]
pub(crate) fn op_node_fs_fstat(
    state: &mut OpState,
    #[smi] descriptor: u32,
) -> Result<String, FsError> {
    let file = state.borrow::<OpenFiles>().get(descriptor)?;
    Ok(super::fs_requests::describe(&file.metadata()?).to_string())
}

#[op2(fast)]
pub(crate) fn op_node_fs_ftruncate(
    state: &mut OpState,
    #[smi] descriptor: u32,
    length: f64,
) -> Result<(), FsError> {
    let file = state.borrow::<OpenFiles>().get(descriptor)?;
    Ok(file.set_len(length.max(0.0) as u64)?)
}

#[op2(fast)]
pub(crate) fn op_node_fs_fsync(state: &mut OpState, #[smi] descriptor: u32) -> Result<(), FsError> {
    let file = state.borrow::<OpenFiles>().get(descriptor)?;
    Ok(file.sync_all()?)
}
