//! Free loopback ports. They lie below the range from which systems pick the ports of outgoing connections, so that a
//! server which was killed finds its port still free when it is started again.

use std::net::TcpListener;

use crate::SandboxError;

const FIRST: u16 = 20_000;
const LAST: u16 = 26_999;
const ATTEMPTS: usize = 200;

/// A port that is free now. Another process may still take it first: the server says so, and the caller asks again.
pub(crate) fn free_port(host: &str) -> Result<u16, SandboxError> {
    (0..ATTEMPTS)
        .map(|_| fastrand::u16(FIRST..=LAST))
        .find(|port| TcpListener::bind((host, *port)).is_ok())
        .ok_or_else(|| SandboxError::NoFreePort {
            host: host.to_owned(),
        })
}
