//! What a script's database call can fail with when no server reply exists. A reply, even `ok: 0`, is no error here: the
//! facade in JavaScript reads it and throws what the Node driver throws.

use std::borrow::Cow;

use deno_error::JsErrorClass;
use deno_error::PropertyValue;
use mmk_core::fence::StopReason;
use mongodb::error::ErrorKind;

/// The story an error tells; the facade picks the Node class by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BridgeErrorKind {
    Network,
    NetworkTimeout,
    PoolCleared,
    ServerSelection,
    Authentication,
    InvalidArgument,
    /// The server answered well, but not with a cursor.
    NoCursor,
    /// The run is being stopped; nothing reaches the database any more.
    Fence,
    Closed,
    Internal,
}

impl BridgeErrorKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::NetworkTimeout => "networkTimeout",
            Self::PoolCleared => "poolCleared",
            Self::ServerSelection => "serverSelection",
            Self::Authentication => "authentication",
            Self::InvalidArgument => "invalidArgument",
            Self::NoCursor => "noCursor",
            Self::Fence => "fence",
            Self::Closed => "closed",
            Self::Internal => "internal",
        }
    }
}

/// An error of the bridge; crosses to JavaScript as an `Error` with `bridge`, `kind` and `labels` (comma-separated).
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(crate) struct BridgeError {
    pub kind: BridgeErrorKind,
    pub message: String,
    pub labels: Vec<String>,
}

impl BridgeError {
    pub(crate) fn new(kind: BridgeErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            labels: Vec::new(),
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(BridgeErrorKind::InvalidArgument, message)
    }

    /// The refusal that every call gets once the fence is closed.
    pub(crate) fn stopped(reason: &StopReason) -> Self {
        let message = match reason {
            StopReason::LockLost { detail } => {
                format!("the migration lock was lost ({detail}); no further database call is made")
            }
            StopReason::Interrupted { signal } => {
                format!("the run was interrupted by {signal}; no further database call is made")
            }
            StopReason::Timeout { .. } => {
                "the migration ran out of time; no further database call is made".to_owned()
            }
            StopReason::OutOfMemory { .. } => {
                "the migration ran out of memory; no further database call is made".to_owned()
            }
        };
        Self::new(BridgeErrorKind::Fence, message)
    }

    /// Translates a driver error that carries no server reply.
    pub(crate) fn from_driver(error: &mongodb::error::Error) -> Self {
        let kind = match error.kind.as_ref() {
            ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => {
                BridgeErrorKind::NetworkTimeout
            }
            ErrorKind::Io(_) => BridgeErrorKind::Network,
            ErrorKind::ConnectionPoolCleared { .. } => BridgeErrorKind::PoolCleared,
            ErrorKind::ServerSelection { .. } | ErrorKind::DnsResolve { .. } => {
                BridgeErrorKind::ServerSelection
            }
            ErrorKind::Authentication { .. } => BridgeErrorKind::Authentication,
            ErrorKind::InvalidArgument { .. }
            | ErrorKind::InvalidTlsConfig { .. }
            | ErrorKind::Transaction { .. } => BridgeErrorKind::InvalidArgument,
            ErrorKind::Shutdown => BridgeErrorKind::Closed,
            _ => BridgeErrorKind::Internal,
        };
        let mut labels: Vec<String> = error.labels().iter().cloned().collect();
        labels.sort();
        let message = error.kind.to_string();
        Self {
            kind,
            message: match kind {
                BridgeErrorKind::ServerSelection => selection_message(&message),
                _ => message,
            },
            labels,
        }
    }

    /// Of a command that should have opened a cursor: what the driver could not read is the reply without one.
    pub(crate) fn without_cursor(mut self) -> Self {
        if self.kind == BridgeErrorKind::Internal {
            self.kind = BridgeErrorKind::NoCursor;
        }
        self
    }

    /// The connection broke under a command: whether the server did it is unknown.
    pub(crate) fn is_network(&self) -> bool {
        matches!(
            self.kind,
            BridgeErrorKind::Network | BridgeErrorKind::NetworkTimeout
        )
    }

    /// Network trouble after which the same command may be sent again.
    pub(crate) fn is_retryable(&self) -> bool {
        self.is_network() || self.kind == BridgeErrorKind::PoolCleared
    }
}

/// Why no server was found, as the Node driver says it: the first server's own error. The Rust driver prints its whole view of
/// the topology instead.
fn selection_message(topology: &str) -> String {
    let address = topology
        .split("Address: ")
        .nth(1)
        .and_then(|rest| rest.split([',', ' ', '}']).next())
        .unwrap_or("the server");
    if topology.contains("Connection refused") {
        return format!("connect ECONNREFUSED {address}");
    }
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    if topology.contains("failed to lookup address") {
        return format!("getaddrinfo ENOTFOUND {host}");
    }
    match topology.split("Topology:").next() {
        Some(reason) if topology.contains("Topology:") => {
            format!("{} ({address})", reason.trim().trim_end_matches('.'))
        }
        _ => topology.to_owned(),
    }
}

impl JsErrorClass for BridgeError {
    fn get_class(&self) -> Cow<'static, str> {
        Cow::Borrowed("Error")
    }

    fn get_message(&self) -> Cow<'static, str> {
        Cow::Owned(self.message.clone())
    }

    fn get_additional_properties(&self) -> deno_error::AdditionalProperties {
        Box::new(
            [
                ("bridge", PropertyValue::String("true".into())),
                ("kind", PropertyValue::String(self.kind.as_str().into())),
                (
                    "labels",
                    PropertyValue::String(self.labels.join(",").into()),
                ),
            ]
            .into_iter()
            .map(|(key, value)| (Cow::Borrowed(key), value)),
        )
    }

    fn get_ref(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }
}
