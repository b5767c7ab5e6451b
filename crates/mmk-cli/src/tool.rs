//! What only one of the tools has to be told: where its lock is, whether it hashes files, how its new files look. Plain values, taken from that
//! tool's own configuration.

use std::time::Duration;

use crate::dialect::Dialect;

/// The settings that belong to a dialect.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Tool {
    #[default]
    Mmk,
    MigrateMongo(MigrateMongo),
    Davepi(Davepi),
}

impl Tool {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Mmk => Dialect::Mmk,
            Self::MigrateMongo(_) => Dialect::MigrateMongo,
            Self::Davepi(_) => Dialect::Davepi,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MigrateMongo {
    /// `useFileHash` is `true`, and not merely something that counts as true.
    pub(crate) use_file_hash: bool,
    /// `None` where it is switched off.
    pub(crate) lock: Option<ChangelogLock>,
    pub(crate) module_system: ModuleSystem,
    /// With its dot.
    pub(crate) extension: String,
    /// As the configuration or the flag says it; `create` prints it so.
    pub(crate) migrations_dir: String,
}

/// `lockCollectionName` and `lockTtl`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChangelogLock {
    pub(crate) collection: String,
    /// `None` where `lockTtl` is missing, which counts as switched on.
    pub(crate) time_to_live: Option<Duration>,
}

/// How new migrations export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ModuleSystem {
    #[default]
    CommonJs,
    Esm,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Davepi {
    /// `MIGRATION_LOCK_STALE_MS`.
    pub(crate) stale_after: Duration,
}
