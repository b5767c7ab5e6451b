//! A migration as the disk tells it. Whether it was applied is the history's to say.

use std::path::PathBuf;

use crate::checksum::Fingerprint;
use crate::name::MigrationName;

/// A file of the migrations folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    pub name: MigrationName,
    /// Absolute.
    pub path: PathBuf,
    pub fingerprint: Fingerprint,
}
