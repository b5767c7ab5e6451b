//! Names to addresses, for `dns.lookup`: the system's resolver, as Node uses it. Asking for a name tells the world about it, so it
//! needs the same permission as connecting to it.

use std::cell::RefCell;
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::OpState;
use deno_core::op2;
use serde_json::json;

use super::network_error::NetworkError;
use super::permissions::Permissions;
use super::sockets::Resolved;

/// JSON: the addresses of a host, in the resolver's order.
#[op2]
#[string]
pub(crate) async fn op_net_lookup(
    state: Rc<RefCell<OpState>>,
    #[string] host: String,
) -> Result<String, NetworkError> {
    let permissions = state.borrow().borrow::<Arc<Permissions>>().clone();
    permissions.check_lookup(&host)?;
    let found = tokio::net::lookup_host((host.as_str(), 0))
        .await
        .map_err(|error| explain(&error))?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found {
        if !addresses.contains(&address.ip()) {
            addresses.push(address.ip());
        }
    }
    if addresses.is_empty() {
        return Err(not_found());
    }
    state
        .borrow_mut()
        .borrow_mut::<Resolved>()
        .keep(&host, &addresses);
    let texts: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    Ok(json!(texts).to_string())
}

fn not_found() -> NetworkError {
    NetworkError::new("ENOTFOUND", -3008, "name not found")
}

/// The standard library keeps the resolver's answer as a sentence only.
fn explain(error: &io::Error) -> NetworkError {
    if error.to_string().contains("emporary failure") {
        NetworkError::new("EAI_AGAIN", -3001, "temporary failure")
    } else {
        not_found()
    }
}
