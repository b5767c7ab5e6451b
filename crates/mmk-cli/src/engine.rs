//! Makes the JavaScript engine. V8 must have been prepared by `main`, before the first thread.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mmk_core::error::Error;
use mmk_core::ports::Observer;
use mmk_core::script::ScriptError;
use mmk_mongo::connect::client_options;
use mmk_mongo::redact::redact;
use mmk_runtime::Access;
use mmk_runtime::Connection;
use mmk_runtime::EngineOptions;
use mmk_runtime::Grant;
use mmk_runtime::ModelSources;
use mmk_runtime::Permissions;
use mmk_runtime::Startup;
use mmk_runtime::V8Engine;
use serde_json::Value;
use tokio::runtime::Handle;

use crate::args::RunFileArgs;
use crate::client_options::document_options;
use crate::context::Context;
use crate::database::connect_settings;
use crate::failure::Failure;
use crate::granted::Granted;
use crate::settings::Settings;

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
    permissions.allow(Access::Read, &settings.schema_directory);
    for module in &settings.model_modules {
        permissions.allow(Access::Read, module);
    }
    settings.permissions.apply(&mut permissions);
    V8Engine::new(EngineOptions {
        max_memory: settings
            .max_memory
            .unwrap_or_else(mmk_runtime::default_max_memory),
        prefetch: settings.prefetch,
        models: ModelSources {
            schemas: settings.schema_directory.clone(),
            schemas_are_named: settings.schema_directory_is_named,
            modules: settings.model_modules.clone(),
            batch_saves: settings.batch_saves,
        },
        driver_compat: settings.driver_compat,
        collections: Arc::new(settings.collections.clone()),
        document_options: document_options(&settings.client_options),
        ..options(context, observer, permissions)
    })
}

/// The engine of a standalone program.
pub(crate) fn program(context: &Context, args: &RunFileArgs) -> Result<V8Engine, Failure> {
    let mut permissions = Permissions::new(&project_root(&context.directory));
    permissions.allow(Access::Read, args.file());
    granted(context)?.apply(&mut permissions);
    Ok(V8Engine::new(EngineOptions {
        arguments: args.arguments().to_vec(),
        driver_compat: args.driver_compat.or_else(|| {
            let major = context.variables.get("MMK_DRIVER_COMPAT")?;
            major.parse().ok()
        }),
        ..options(context, context.live_report(), permissions)
    }))
}

/// What flags and variables grant; the config file is not read yet, or there is none.
fn granted(context: &Context) -> Result<Granted, Failure> {
    Granted::from_flags(
        context.cli.command.permission_args(),
        &context.variables,
        &context.directory,
    )
    .map_err(Failure::argument)
}

/// Runs a config file that is code. Its engine ends with it, unless it has hooks to call later. It may read everywhere and sees the
/// whole environment, because fetching a secret is what such files are for; the network is as the flags and variables say.
pub(crate) async fn evaluate_config(
    context: &Context,
    path: PathBuf,
) -> Result<Value, ScriptError> {
    let mut permissions = Permissions::new(&project_root(&context.directory));
    // What is wrong with them is told when the settings are made, together with everything else.
    if let Ok(granted) = granted(context) {
        granted.apply(&mut permissions);
    }
    permissions.read = Grant::All;
    permissions.environment = Grant::All;
    permissions.hidden_environment.clear();
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
    let failed = |error: mongodb::error::Error| Error::ConnectionFailed {
        hosts: known.hosts.clone(),
        detail: redact(&error.to_string()),
    };
    let ready = client_options(&connect_settings(settings)?).await?;
    let connection = Connection::new(ready.options).map_err(failed)?;
    drop(ready.pem_files);
    Ok(connection)
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
        models: ModelSources::default(),
        driver_compat: None,
        document_options: serde_json::Map::new(),
        environment: Arc::new(context.variables.clone()),
        startup: Some(Startup {
            snapshot: mmk_snapshot::SNAPSHOT,
            scripts: mmk_snapshot::SCRIPTS,
        }),
        collections: Arc::default(),
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
