//! The secret by which the servers of one replica set trust each other.

use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

/// Writes a fresh key, readable by its owner only, as the server demands.
pub(crate) fn write_key_file(folder: &Path) -> io::Result<PathBuf> {
    let mut random = [0_u8; 64];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    // The server wants base64 text; hexadecimal digits are that too.
    let key: String = random.iter().map(|byte| format!("{byte:02x}")).collect();

    let path = folder.join("key-file");
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?
        .write_all(key.as_bytes())?;
    Ok(path)
}
