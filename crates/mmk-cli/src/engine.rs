//! Makes the JavaScript engine. V8 must have been prepared by `main`, before the first thread.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mmk_core::error::Error;
use mmk_core::ports::Observer;
use mmk_core::script::ScriptError;
use mmk_mongo::redact::redact;
use mmk_mongo::uri::prepare;
use mmk_runtime::Access;
use mmk_runtime::Connection;
use mmk_runtime::EngineOptions;
use mmk_runtime::Grant;
use mmk_runtime::Permissions;
use mmk_runtime::Startup;
use mmk_runtime::V8Engine;
use mongodb::options::ClientOptions;
use serde_json::Value;
use tokio::runtime::Handle;

use crate::args::RunFileArgs;
use crate::context::Context;
use crate::database::connect_settings;
use crate::failure::Failure;
use crate::settings::Allowed;
use crate::settings::Settings;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long loading a file may take while it is only checked; a file that hangs is told as one that can't be loaded.
const CHECK_TIMEOUT: Duration = Duration::from_secs(60);

/// The engine of a run.
pub(crate) fn start(
    context: &Context,
    settings: &Settings,
    observer: Arc<dyn Observer>,
) -> V8Engine {
    let mut permissions = Permissions::new(&project_root(&context.directory));
    permissions.allow(Access::Read, &settings.migrations_directory);
    match &settings.allow_read {
        Allowed::Everything => permissions.read = Grant::All,
        Allowed::Paths(paths) => paths
            .iter()
            .for_each(|path| permissions.allow(Access::Read, path)),
    }
    match &settings.allow_write {
        Allowed::Everything => permissions.write = Grant::All,
        Allowed::Paths(paths) => {
            paths
                .iter()
                .for_each(|path| permissions.allow(Access::Write, path));
        }
    }
    V8Engine::new(EngineOptions {
        max_memory: settings
            .max_memory
            .unwrap_or_else(mmk_runtime::default_max_memory),
        prefetch: settings.prefetch,
        driver_compat: settings.driver_compat,
        ..options(context, observer, permissions)
    })
}

/// The engine of a standalone program.
pub(crate) fn program(context: &Context, args: &RunFileArgs) -> V8Engine {
    let mut permissions = Permissions::new(&project_root(&context.directory));
    permissions.allow(Access::Read, args.file());
    for (access, wanted) in [
        (Access::Read, &args.allow_read),
        (Access::Write, &args.allow_write),
    ] {
        match (wanted.as_deref(), access) {
            (None, _) => {}
            (Some("true"), Access::Read) => permissions.read = Grant::All,
            (Some("true"), Access::Write) => permissions.write = Grant::All,
            (Some(paths), _) => paths
                .split(',')
                .for_each(|path| permissions.allow(access, Path::new(path))),
        }
    }
    V8Engine::new(EngineOptions {
        arguments: args.arguments().to_vec(),
        driver_compat: args.driver_compat.or_else(|| {
            let major = context.variables.get("MMK_DRIVER_COMPAT")?;
            major.parse().ok()
        }),
        ..options(context, context.live_report(), permissions)
    })
}

/// Runs a config file that is code. Its engine ends with it, unless it has hooks to call later. It may
/// read everywhere, because fetching a mounted secret is what such files are for.
pub(crate) async fn evaluate_config(
    context: &Context,
    path: PathBuf,
) -> Result<Value, ScriptError> {
    let mut permissions = Permissions::new(&project_root(&context.directory));
    permissions.read = Grant::All;
    let engine = Arc::new(V8Engine::new(options(
        context,
        context.live_report(),
        permissions,
    )));
    let value = engine.load_config(&path).await?;
    let has_hooks = value
        .get("hooks")
        .and_then(Value::as_object)
        .is_some_and(|hooks| !hooks.is_empty());
    if has_hooks {
        context.keep_hooks(engine);
    }
    Ok(value)
}

/// A connection of the engine's own, to where `known` leads: it numbers its writes itself, which no other user of the same client
/// may do.
pub(crate) async fn connection(
    settings: &Settings,
    known: &mmk_mongo::connect::Connection,
) -> Result<Arc<Connection>, Failure> {
    let asked = connect_settings(settings)?;
    let failed = |error: mongodb::error::Error| Error::ConnectionFailed {
        hosts: known.hosts.clone(),
        detail: redact(&error.to_string()),
    };
    let prepared = prepare(&asked.uri, &asked.client_options)?;
    let mut options = ClientOptions::parse(&prepared.uri).await.map_err(failed)?;
    // As for the ledger's client: mmk's timeouts, and the pool of Node's driver.
    options
        .app_name
        .get_or_insert_with(|| format!("mmk-js/{}", asked.tool_version));
    options
        .server_selection_timeout
        .get_or_insert(CONNECT_TIMEOUT);
    options.connect_timeout.get_or_insert(CONNECT_TIMEOUT);
    options.max_pool_size.get_or_insert(100);
    Ok(Connection::new(options).map_err(failed)?)
}

fn options(
    context: &Context,
    observer: Arc<dyn Observer>,
    permissions: Permissions,
) -> EngineOptions {
    EngineOptions {
        driver: Handle::current(),
        observer,
        permissions: Arc::new(permissions),
        max_memory: mmk_runtime::default_max_memory(),
        check_timeout: CHECK_TIMEOUT,
        prefetch: true,
        driver_compat: None,
        environment: Arc::new(context.variables.clone()),
        startup: Some(Startup {
            snapshot: mmk_snapshot::SNAPSHOT,
            scripts: mmk_snapshot::SCRIPTS,
        }),
        arguments: Vec::new(),
    }
}

/// The folder that scripts may read and write by default: the repository or package around the working directory, so that
/// `require('../src/models')` works from where the Node tools were called.
fn project_root(directory: &Path) -> PathBuf {
    let ancestors = || {
        directory
            .ancestors()
            .filter(|folder| folder.parent().is_some())
    };
    ancestors()
        .find(|folder| folder.join(".git").exists())
        .or_else(|| {
            ancestors()
                .filter(|folder| folder.join("package.json").is_file())
                .last()
        })
        .unwrap_or(directory)
        .to_owned()
}
