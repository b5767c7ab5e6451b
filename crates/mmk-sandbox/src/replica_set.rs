//! Makes a replica set of running servers, and watches which of them is primary. It only asks `hello`, which any server
//! answers to anybody.

use std::time::Duration;
use std::time::Instant;

use bson::Bson;
use bson::Document;
use bson::doc;
use bson::oid::ObjectId;
use futures::future::join_all;
use mongodb::Client;

use crate::Node;
use crate::SandboxError;
use crate::access::Access;
use crate::access::Role;

pub(crate) const NAME: &str = "mmk";

const POLL: Duration = Duration::from_millis(10);
/// How long one server may take to answer; a halted one never does.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Takes writes. Of two that say so, the one with the greater election is right.
    Primary {
        election: Option<ObjectId>,
    },
    Secondary,
    /// Starting, recovering, or not answering.
    Other,
}

/// Tells the first server whom the set consists of.
pub(crate) async fn initiate(
    access: &Access,
    nodes: &[Node],
    election_timeout: Duration,
) -> Result<(), SandboxError> {
    let election_millis = i32::try_from(election_timeout.as_millis()).unwrap_or(i32::MAX);
    let members: Vec<Bson> = nodes
        .iter()
        .zip(0_i32..)
        .map(|(node, id)| doc! { "_id": id, "host": node.address() }.into())
        .collect();
    let command = doc! {
        "replSetInitiate": {
            "_id": NAME,
            "members": members,
            "settings": {
                // A fresh secondary that picks another one to follow may find it unfit, and then ignores it for a minute,
                // even when it is the next primary.
                "chainingAllowed": false,
                "electionTimeoutMillis": election_millis,
                // The members learn the configuration by heartbeat.
                "heartbeatIntervalMillis": (election_millis / 20).clamp(100, 2000),
            },
        },
    };
    access
        .run(
            &nodes[0].address(),
            Role::Nobody,
            "replSetInitiate",
            command,
        )
        .await
        .map(|_| ())
}

/// Asks the first server to stand for election now, instead of waiting until it notices that there is no primary. It may
/// refuse until the others know the configuration; when it refuses throughout, the set elects by itself, only later.
pub(crate) async fn hasten_election(access: &Access, nodes: &[Node]) -> Result<(), SandboxError> {
    const ATTEMPTS: usize = 20;
    const PAUSE: Duration = Duration::from_millis(50);
    let client = access.connect(&nodes[0].address(), Role::Nobody).await?;
    let admin = client.database("admin");
    for _ in 0..ATTEMPTS {
        let elected = admin.run_command(doc! { "replSetStepUp": 1 });
        if elected.await.is_ok() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Asks all servers at once, over and over, until `enough` is content with the states, and returns these.
pub(crate) async fn wait_for_states(
    access: &Access,
    nodes: &[Node],
    deadline: Duration,
    enough: impl Fn(&[State]) -> bool,
) -> Result<Vec<State>, SandboxError> {
    let started = Instant::now();
    let mut clients = Vec::new();
    for node in nodes {
        clients.push(access.connect(&node.address(), Role::Nobody).await?);
    }
    loop {
        let asked = nodes.iter().zip(&clients);
        let states = join_all(asked.map(|(node, client)| state(node, client))).await;
        if enough(&states) {
            return Ok(states);
        }
        if started.elapsed() > deadline {
            return Err(SandboxError::NotReady {
                waited: started.elapsed(),
                log: nodes[0].last_log_lines(),
            });
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The primary among `states`, if any.
pub(crate) fn primary(states: &[State]) -> Option<usize> {
    states
        .iter()
        .enumerate()
        .filter_map(|(index, state)| match state {
            State::Primary { election } => Some((election.map(|id| id.bytes()), index)),
            _ => None,
        })
        .max()
        .map(|(_, index)| index)
}

async fn state(node: &Node, client: &Client) -> State {
    if node.pid().is_none() {
        return State::Other;
    }
    let admin = client.database("admin");
    let hello = admin.run_command(doc! { "hello": 1 });
    match tokio::time::timeout(PATIENCE, hello).await {
        Ok(Ok(reply)) => read_hello(&reply),
        _ => State::Other,
    }
}

fn read_hello(reply: &Document) -> State {
    if reply.get_bool("isWritablePrimary").unwrap_or(false) {
        State::Primary {
            election: reply.get_object_id("electionId").ok(),
        }
    } else if reply.get_bool("secondary").unwrap_or(false) {
        State::Secondary
    } else {
        State::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_primaries_the_later_elected_counts() {
        let primary_of = |last_byte: u8| {
            let mut bytes = [0; 12];
            bytes[11] = last_byte;
            State::Primary {
                election: Some(ObjectId::from_bytes(bytes)),
            }
        };
        let states = [primary_of(2), State::Secondary, primary_of(1)];
        assert_eq!(primary(&states), Some(0));
        assert_eq!(primary(&[State::Secondary, State::Other]), None);
    }

    #[test]
    fn a_server_in_initial_sync_is_neither_primary_nor_secondary() {
        let reply = doc! { "isWritablePrimary": false, "secondary": false };
        assert_eq!(read_hello(&reply), State::Other);
    }
}
