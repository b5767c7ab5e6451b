//! A running sandbox: it starts the servers, makes them a replica set, and on drop ends them and removes their data.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use bson::doc;
use futures::future::try_join_all;

use crate::Authentication;
use crate::Mongod;
use crate::Node;
use crate::Options;
use crate::SandboxError;
use crate::Storage;
use crate::Topology;
use crate::access::Access;
use crate::access::Role;
use crate::folder;
use crate::folder::SandboxFolder;
use crate::key_file::write_key_file;
use crate::node::NodeSettings;
use crate::node::Started;
use crate::port::free_port;
use crate::replica_set;
use crate::replica_set::State;

const MEMORY: &str = "/dev/shm";

/// One or more running servers. All of it is gone once this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    // The order matters: the servers end before their folder is removed.
    nodes: Vec<Node>,
    folder: SandboxFolder,
    access: Access,
    topology: Topology,
    deadline: Duration,
}

impl Sandbox {
    /// Starts the servers and waits until they take writes; in a replica set each is primary or
    /// secondary then.
    pub async fn start(mongod: &Mongod, options: Options) -> Result<Self, SandboxError> {
        let node_count = match options.topology {
            Topology::Standalone => 1,
            Topology::ReplicaSet { nodes } if (1..=7).contains(&nodes) => nodes,
            Topology::ReplicaSet { nodes } => return Err(SandboxError::NodeCount { nodes }),
        };
        folder::sweep(&options.temporary);
        folder::sweep(Path::new(MEMORY));
        let folder = SandboxFolder::create(&data_parent(&options, node_count))?;
        let access = Access {
            authentication: options.authentication.clone(),
            tls: options.tls.clone(),
        };
        let arguments = server_arguments(&options, &folder)?;
        let settings = NodeSettings {
            program: mongod.path(),
            arguments: &arguments,
            host: &options.host,
            access: &access,
            deadline: options.deadline,
        };
        let starting = (0..node_count).map(|index| {
            let node_folder = folder.path().join(format!("node{index}"));
            start_node(&settings, index, node_folder)
        });
        let nodes = try_join_all(starting).await?;

        let sandbox = Self {
            nodes,
            folder,
            access,
            topology: options.topology,
            deadline: options.deadline,
        };
        if let Topology::ReplicaSet { .. } = options.topology {
            replica_set::initiate(&sandbox.access, &sandbox.nodes, options.election_timeout)
                .await?;
            if node_count > 1 && sandbox.access.authentication.is_none() {
                replica_set::hasten_election(&sandbox.access, &sandbox.nodes).await?;
            }
        }
        let primary = sandbox.wait_until_settled().await?;
        sandbox.create_user(primary).await?;
        Ok(sandbox)
    }

    /// The connection string of the whole sandbox, with credentials when it has any, without a database.
    pub fn uri(&self) -> String {
        self.uri_of_database("")
    }

    /// The connection string with a database in its path.
    pub fn uri_of_database(&self, database: &str) -> String {
        let hosts: Vec<String> = self.nodes.iter().map(Node::address).collect();
        let option = match self.topology {
            Topology::Standalone => ("directConnection", "true"),
            Topology::ReplicaSet { .. } => ("replicaSet", replica_set::NAME),
        };
        self.access.uri(&hosts, database, &[option], Role::User)
    }

    /// The servers, in the order of their numbers.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The folder with data and logs; it goes when the sandbox goes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Waits until some running server takes writes, and returns it.
    pub async fn primary(&self) -> Result<&Node, SandboxError> {
        let states = self
            .wait_for(|states| replica_set::primary(states).is_some())
            .await?;
        // `wait_for` returns only states with a primary among them.
        let index = replica_set::primary(&states).unwrap_or_default();
        Ok(&self.nodes[index])
    }

    /// Waits until every running server is primary or secondary, and one is primary, which it returns.
    pub async fn wait_until_settled(&self) -> Result<&Node, SandboxError> {
        let states = self
            .wait_for(|states| {
                let all = self
                    .nodes
                    .iter()
                    .zip(states)
                    .all(|(node, state)| node.pid().is_none() || *state != State::Other);
                all && replica_set::primary(states).is_some()
            })
            .await?;
        let index = replica_set::primary(&states).unwrap_or_default();
        Ok(&self.nodes[index])
    }

    /// Makes the primary step down, and keeps it from being elected again for `period`.
    pub async fn step_down(&self, period: Duration) -> Result<(), SandboxError> {
        let seconds = i64::try_from(period.as_secs().max(1)).unwrap_or(i64::MAX);
        let command = doc! {
            "replSetStepDown": seconds,
            "secondaryCatchUpPeriodSecs": seconds.min(5).saturating_sub(1),
            "force": true,
        };
        let address = self.primary().await?.address();
        self.access
            .run(&address, Role::User, "replSetStepDown", command)
            .await
            .map(|_| ())
    }

    /// Ends the servers and removes their data; the same as dropping, by name.
    pub fn shutdown(self) {}

    async fn wait_for(
        &self,
        enough: impl Fn(&[State]) -> bool,
    ) -> Result<Vec<State>, SandboxError> {
        replica_set::wait_for_states(&self.access, &self.nodes, self.deadline, enough).await
    }

    /// The server lets the first user be made without credentials, from the same machine only.
    async fn create_user(&self, primary: &Node) -> Result<(), SandboxError> {
        let Some(Authentication { user, password, .. }) = &self.access.authentication else {
            return Ok(());
        };
        let command = doc! { "createUser": user, "pwd": password, "roles": ["root"] };
        self.access
            .run(&primary.address(), Role::Nobody, "createUser", command)
            .await
            .map(|_| ())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // All at once; the drop of each node then only waits.
        for node in &self.nodes {
            node.begin_kill();
        }
    }
}

async fn start_node(
    settings: &NodeSettings<'_>,
    index: usize,
    folder: PathBuf,
) -> Result<Node, SandboxError> {
    const ATTEMPTS: usize = 10;
    let mut node = Node::prepare(settings, index, free_port(settings.host)?, folder)?;
    for _ in 0..ATTEMPTS {
        if node.start().await? == Started::Ready {
            return Ok(node);
        }
        node.move_to(free_port(settings.host)?);
    }
    Err(SandboxError::NoFreePort {
        host: settings.host.to_owned(),
    })
}

/// The folder that gets the data: memory only when asked for, there, and roomy enough.
fn data_parent(options: &Options, node_count: usize) -> PathBuf {
    const ROOM_PER_NODE: u64 = 256 * 1024 * 1024;
    let room = |path: &Path| rustix::fs::statvfs(path).map_or(0, |fs| fs.f_bavail * fs.f_frsize);
    let memory = Path::new(MEMORY);
    if options.storage == Storage::Memory && room(memory) >= ROOM_PER_NODE * node_count as u64 {
        memory.to_owned()
    } else {
        options.temporary.clone()
    }
}

/// The arguments that all servers of the sandbox share.
fn server_arguments(
    options: &Options,
    folder: &SandboxFolder,
) -> Result<Vec<OsString>, SandboxError> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut add = |argument: &str, value: &dyn AsRef<std::ffi::OsStr>| {
        arguments.push(argument.into());
        arguments.push(value.as_ref().to_owned());
    };
    add("--bind_ip", &options.host);
    add(
        "--wiredTigerCacheSizeGB",
        &options.cache_size_gb.to_string(),
    );
    add("--setParameter", &"diagnosticDataCollectionEnabled=false");
    // The default takes 300 MB for the journal of an empty server.
    add(
        "--wiredTigerEngineConfigString",
        &"log=(prealloc=false,file_max=16MB)",
    );
    if let Topology::ReplicaSet { .. } = options.topology {
        add("--replSet", &replica_set::NAME);
        add("--oplogSize", &"256");
    }
    if let Some(authentication) = &options.authentication {
        let key_file = match &authentication.key_file {
            Some(path) => path.clone(),
            None => write_key_file(folder.path()).map_err(|source| SandboxError::Folder {
                path: folder.path().to_owned(),
                source,
            })?,
        };
        add("--keyFile", &key_file);
    }
    if let Some(tls) = &options.tls {
        add("--tlsMode", &"requireTLS");
        add("--tlsCertificateKeyFile", &tls.certificate_key_file);
        add("--tlsCAFile", &tls.ca_file);
    }
    for (name, value) in &options.parameters {
        add("--setParameter", &format!("{name}={value}"));
    }
    arguments.extend(["--nounixsocket", "--quiet", "--logappend"].map(OsString::from));
    if let Some(tls) = &options.tls
        && tls.client_certificate_key_file.is_none()
    {
        arguments.push("--tlsAllowConnectionsWithoutCertificates".into());
    }
    arguments.extend(options.arguments.iter().map(OsString::from));
    Ok(arguments)
}
