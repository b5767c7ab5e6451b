//! From a URI to a server that answered: the client, the database, and what kind of server it is. Writes nothing.

use std::time::Duration;

use bson::Document;
use bson::doc;
use mmk_core::error::Error;
use mmk_core::migrator::TransactionSupport;
use mongodb::Client;
use mongodb::Database;
use mongodb::error::ErrorKind;
use mongodb::options::ClientOptions;
use time::OffsetDateTime;

use crate::error::database_error;
use crate::error::describe;
use crate::error::is_unauthorized;
use crate::typed_options::PemFiles;
use crate::typed_options::TypedOptions;
use crate::uri::invalid;
use crate::uri::prepare;

/// As mongo-migrate-kit has it.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// As Node's driver has it; this one's own default of 10 would throttle scripts that do much at once.
const DEFAULT_POOL_SIZE: u32 = 100;
/// Less than this is the way to the server and back, and nobody's concern.
const TOLERATED_SKEW: Duration = Duration::from_secs(5);

/// Where to connect.
#[derive(Clone)]
pub struct ConnectSettings {
    pub uri: String,
    /// `None` takes the database in the URI's path.
    pub database: Option<String>,
    /// `mongoClientOptions` of the configuration, as URI options.
    pub client_options: Vec<(String, String)>,
    /// Those of them that have no form in a URI.
    pub typed_options: TypedOptions,
    pub tool_version: String,
}

/// A server that answered.
pub struct Connection {
    pub client: Client,
    pub database: Database,
    /// `host:port`, comma-separated, without credentials.
    pub hosts: String,
    pub topology: Topology,
    /// Such as the warning of options without effect, or of a clock that is off.
    pub warnings: Vec<String>,
}

/// What the server said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    pub kind: TopologyKind,
    /// Such as `6.0.5`.
    pub server_version: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopologyKind {
    Standalone,
    ReplicaSet { name: String },
    Sharded,
}

impl Topology {
    /// Whether scripts may ask for transactions.
    #[must_use]
    pub fn transactions(&self, hosts: &str) -> TransactionSupport {
        match self.kind {
            TopologyKind::Standalone => TransactionSupport::Unavailable {
                reason: format!("MongoDB at {hosts} is a standalone server, which has none"),
            },
            TopologyKind::ReplicaSet { .. } | TopologyKind::Sharded => {
                TransactionSupport::Available
            }
        }
    }
}

/// Connects and asks the server what it is. Must run on the runtime that the client is to live on.
pub async fn connect(settings: &ConnectSettings) -> Result<Connection, Error> {
    let ReadyOptions {
        options,
        pem_files,
        mut warnings,
    } = client_options(settings).await?;
    let name = database_name(settings.database.as_deref(), &options)?;
    let hosts = hosts(&options);
    let client = Client::with_options(options).map_err(|error| invalid(describe(&error)))?;
    drop(pem_files);
    let admin = client.database("admin");
    let asked_at = OffsetDateTime::now_utc();
    let (hello, build) = futures::join!(
        admin.run_command(doc! { "hello": 1 }).into_future(),
        admin.run_command(doc! { "buildInfo": 1 }).into_future(),
    );
    let hello = hello.map_err(|error| connection_error(&hosts, &error))?;
    // Not part of the stable API, and only told.
    let build = build.unwrap_or_default();
    let answered_at = OffsetDateTime::now_utc();
    warnings.extend(skew_warning(&hello, asked_at, answered_at));
    Ok(Connection {
        database: client.database(&name),
        client,
        hosts,
        topology: topology(&hello, &build),
        warnings,
    })
}

/// Options for a client, and what belongs to them.
pub struct ReadyOptions {
    pub options: ClientOptions,
    /// Must outlive the making of the client.
    pub pem_files: PemFiles,
    pub warnings: Vec<String>,
}

/// The options of every client that leads to this server.
pub async fn client_options(settings: &ConnectSettings) -> Result<ReadyOptions, Error> {
    let prepared = prepare(&settings.uri, &settings.client_options)?;
    let mut options = parse(&prepared.uri).await?;
    apply_defaults(&mut options, &settings.tool_version);
    let pem_files = settings.typed_options.apply(&mut options)?;
    Ok(ReadyOptions {
        options,
        pem_files,
        warnings: prepared.warnings,
    })
}

async fn parse(uri: &str) -> Result<ClientOptions, Error> {
    ClientOptions::parse(uri)
        .await
        .map_err(|error| match error.kind.as_ref() {
            ErrorKind::DnsResolve { .. } | ErrorKind::Io(_) => Error::ConnectionFailed {
                hosts: address_of(uri),
                detail: describe(&error),
            },
            _ => invalid(format!("the MongoDB URI is wrong: {}", describe(&error))),
        })
}

/// The host part of a URI, for the case that it could not even be resolved.
fn address_of(uri: &str) -> String {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    rest.split(['/', '?']).next().unwrap_or(rest).to_owned()
}

fn apply_defaults(options: &mut ClientOptions, tool_version: &str) {
    options
        .app_name
        .get_or_insert_with(|| format!("mmk-js/{tool_version}"));
    options
        .server_selection_timeout
        .get_or_insert(DEFAULT_TIMEOUT);
    options.connect_timeout.get_or_insert(DEFAULT_TIMEOUT);
    options.max_pool_size.get_or_insert(DEFAULT_POOL_SIZE);
}

fn hosts(options: &ClientOptions) -> String {
    let hosts: Vec<String> = options.hosts.iter().map(ToString::to_string).collect();
    hosts.join(", ")
}

fn database_name(setting: Option<&str>, options: &ClientOptions) -> Result<String, Error> {
    let name = setting
        .map(str::to_owned)
        .or_else(|| options.default_database.clone())
        .filter(|name| !name.is_empty())
        .ok_or_else(|| {
            invalid(
                "no database is named: add it to the URI (`mongodb://host/name`), or give `--db`, `MMK_DB` or `dbName`"
                    .to_owned(),
            )
        })?;
    let forbidden =
        |character: char| "/\\. \"$*<>:|?\0".contains(character) || character.is_whitespace();
    if name.len() > 63 || name.contains(forbidden) {
        return Err(invalid(format!(
            "`{name}` can't name a database: at most 63 bytes, no white space and none of `/ \\ . \" $ * < > : | ?`"
        )));
    }
    Ok(name)
}

fn connection_error(hosts: &str, error: &mongodb::error::Error) -> Error {
    if is_unauthorized(error) {
        return database_error("log in", error);
    }
    Error::ConnectionFailed {
        hosts: hosts.to_owned(),
        detail: describe(error),
    }
}

fn topology(hello: &Document, build: &Document) -> Topology {
    let kind = if let Ok(name) = hello.get_str("setName") {
        TopologyKind::ReplicaSet {
            name: name.to_owned(),
        }
    } else if hello
        .get_str("msg")
        .is_ok_and(|message| message == "isdbgrid")
    {
        TopologyKind::Sharded
    } else {
        TopologyKind::Standalone
    };
    Topology {
        kind,
        server_version: build.get_str("version").unwrap_or("unknown").to_owned(),
    }
}

/// Compares the server's clock with the span in which it must have looked at it.
fn skew_warning(
    hello: &Document,
    asked_at: OffsetDateTime,
    answered_at: OffsetDateTime,
) -> Option<String> {
    let server = hello.get_datetime("localTime").ok()?.to_time_0_3();
    let off = (asked_at - server).max(server - answered_at);
    let difference = Duration::try_from(off).ok()?;
    (difference > TOLERATED_SKEW).then(|| {
        format!(
            "{}; Node's mongo-migrate-kit judges locks by its own clock",
            Error::ClockSkew { difference }
        )
    })
}
