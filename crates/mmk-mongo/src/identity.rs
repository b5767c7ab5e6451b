//! Who runs the migrations, as records and the lock name it. Never fails: a user id without a name gives a name made of the id.

use uuid::Uuid;

/// One process's one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// UUID v4: the key of this run in the history and the owner in the lock document.
    pub run: String,
    pub host: String,
    pub pid: i32,
    pub user: String,
    pub tool_version: String,
    /// `NODE_ENV`, or `development`.
    pub environment: String,
    /// The application that the migrations belong to.
    pub service: Option<String>,
}

/// What only the caller knows: it alone reads the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentitySources {
    /// `USER` or `LOGNAME`, for user ids that have no name.
    pub environment_user: Option<String>,
    /// `HOSTNAME` or `COMPUTERNAME`, for systems that don't tell.
    pub environment_host: Option<String>,
    pub tool_version: String,
    pub environment: String,
    pub service: Option<String>,
}

impl Identity {
    #[must_use]
    pub fn new(sources: IdentitySources) -> Self {
        Self {
            run: Uuid::new_v4().to_string(),
            host: host_name()
                .or(sources.environment_host)
                .unwrap_or_else(|| "unknown".to_owned()),
            // Process ids fit: Linux stops at 2^22.
            pid: i32::try_from(std::process::id()).unwrap_or(i32::MAX),
            user: user_name(sources.environment_user),
            tool_version: sources.tool_version,
            environment: sources.environment,
            service: sources.service,
        }
    }
}

#[cfg(unix)]
fn host_name() -> Option<String> {
    nix::unistd::gethostname().ok()?.into_string().ok()
}

#[cfg(not(unix))]
fn host_name() -> Option<String> {
    None
}

/// Containers run under arbitrary ids that no `passwd` entry names.
#[cfg(unix)]
fn user_name(environment_user: Option<String>) -> String {
    let uid = nix::unistd::Uid::effective();
    nix::unistd::User::from_uid(uid)
        .ok()
        .flatten()
        .map(|user| user.name)
        .or(environment_user)
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| format!("uid:{uid}"))
}

#[cfg(not(unix))]
fn user_name(environment_user: Option<String>) -> String {
    environment_user.unwrap_or_else(|| "unknown".to_owned())
}
