//! A throwaway local MongoDB server, alone or as a replica set, for demonstrations, `verify` and tests. It finds or
//! fetches a real `mongod`, starts it on free loopback ports with temporary data, and leaves nothing behind. It never
//! prints, and reads the environment only in [`Sources::from_environment`].

mod access;
mod cache;
mod error;
mod folder;
mod key_file;
mod mongod;
mod node;
mod options;
mod pip;
mod port;
mod program;
mod replica_set;
mod sandbox;
mod server_log;
mod sources;
mod spawner;
mod wheel;

pub use error::SandboxError;
pub use mongod::Mongod;
pub use mongod::Origin;
pub use mongod::Stage;
pub use node::Node;
pub use options::Authentication;
pub use options::Options;
pub use options::Storage;
pub use options::Tls;
pub use options::Topology;
pub use sandbox::Sandbox;
pub use sources::Sources;
