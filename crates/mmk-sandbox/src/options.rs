//! What kind of server a sandbox starts. Plain values; nothing is checked or touched before `Sandbox::start`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// One server alone, or a replica set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topology {
    /// No replica set: no transactions, no change streams.
    Standalone,
    /// A replica set; with one node it already has transactions, with three it can lose one.
    ReplicaSet { nodes: usize },
}

/// Where the data live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In the temporary folder.
    Disk,
    /// In `/dev/shm` where that exists and has room; otherwise as [`Storage::Disk`].
    Memory,
}

/// Access control: the sandbox makes this user with the role `root`, and the servers trust each other by a key file.
#[derive(Clone, PartialEq, Eq)]
pub struct Authentication {
    pub user: String,
    pub password: String,
    /// Made in the temporary folder when not given.
    pub key_file: Option<PathBuf>,
}

impl fmt::Debug for Authentication {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authentication")
            .field("user", &self.user)
            .field("key_file", &self.key_file)
            .finish_non_exhaustive()
    }
}

/// TLS on every connection. The server's certificate must be valid for [`Options::host`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Certificate and key of the servers, in one PEM file.
    pub certificate_key_file: PathBuf,
    /// The authority that signed it, and that clients must trust.
    pub ca_file: PathBuf,
    /// The client's certificate and key. When given, clients without a certificate are refused.
    pub client_certificate_key_file: Option<PathBuf>,
}

/// How to start a sandbox.
#[derive(Debug, Clone)]
pub struct Options {
    pub topology: Topology,
    pub storage: Storage,
    /// The folder in which the sandbox makes its own.
    pub temporary: PathBuf,
    /// The name or address that the servers bind and announce.
    pub host: String,
    /// The most that WiredTiger's cache of each server may grow to, in gigabytes; MongoDB takes 0.25 and more. A
    /// transaction, with its oplog entries, can fill a fifth of it.
    pub cache_size_gb: f64,
    /// Passed on as `--setParameter name=value`; later ones win over the sandbox's own.
    pub parameters: Vec<(String, String)>,
    /// Passed on to `mongod` as they are.
    pub arguments: Vec<String>,
    pub authentication: Option<Authentication>,
    pub tls: Option<Tls>,
    /// After how long without a primary the others elect one. Short elections suit tests; too short ones happen by
    /// themselves on a busy machine.
    pub election_timeout: Duration,
    /// How long the start may take.
    pub deadline: Duration,
}

impl Options {
    /// One node as a replica set, on disk, without access control.
    pub fn new(temporary: impl Into<PathBuf>) -> Self {
        Self {
            topology: Topology::ReplicaSet { nodes: 1 },
            storage: Storage::Disk,
            temporary: temporary.into(),
            host: "127.0.0.1".to_owned(),
            cache_size_gb: 1.0,
            parameters: Vec::new(),
            arguments: Vec::new(),
            authentication: None,
            tls: None,
            election_timeout: Duration::from_secs(2),
            deadline: Duration::from_secs(60),
        }
    }

    #[must_use]
    pub fn topology(mut self, topology: Topology) -> Self {
        self.topology = topology;
        self
    }

    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// Adds a server parameter, such as `enableTestCommands` = `1`.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    #[must_use]
    pub fn authentication(mut self, authentication: Authentication) -> Self {
        self.authentication = Some(authentication);
        self
    }

    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }
}
