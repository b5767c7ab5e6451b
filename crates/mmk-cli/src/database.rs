//! Opens the database for a command: the connection, the changelog on it, the lock on it. Decides nothing about migrations.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use mmk_core::amendment::Correction;
use mmk_core::directory::FileRule;
use mmk_core::directory::MigrationDirectory;
use mmk_core::error::Error;
use mmk_core::name::MigrationName;
use mmk_core::plan::Target;
use mmk_core::ports::Engine;
use mmk_core::preview::Source;
use mmk_mongo::changelog::Changelog;
use mmk_mongo::changelog::davepi::DavepiChangelog;
use mmk_mongo::changelog::migrate_mongo::FileHash;
use mmk_mongo::changelog::migrate_mongo::MigrateMongoChangelog;
use mmk_mongo::changelog::mmk::MmkChangelog;
use mmk_mongo::connect::ConnectSettings;
use mmk_mongo::connect::Connection;
use mmk_mongo::connect::connect;
use mmk_mongo::davepi_lock::DavepiLock;
use mmk_mongo::foreign_lock::ForeignLock;
use mmk_mongo::foreign_lock::LayeredLocker;
use mmk_mongo::identity::Identity;
use mmk_mongo::identity::IdentitySources;
use mmk_mongo::ledger::LedgerSettings;
use mmk_mongo::ledger::MongoLedger;
use mmk_mongo::lock::LockSettings;
use mmk_mongo::lock::MongoLocker;
use mmk_mongo::migrate_mongo_lock::MigrateMongoLock;

use crate::client_options::ClientOptions;
use crate::config_issue::ConfigIssue;
use crate::config_words;
use crate::connection_string;
use crate::context::Context;
use crate::engine;
use crate::failure::Failure;
use crate::render;
use crate::service;
use crate::settings::Settings;
use crate::tool::Tool;

/// Which version wrote a record.
const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// An open database.
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) ledger: MongoLedger,
    pub(crate) locker: LayeredLocker,
    /// The names that files export, where they count.
    names: BTreeMap<MigrationName, String>,
}

impl Database {
    /// Connects, and tells what the connection has to tell.
    pub(crate) async fn open(context: &Context, settings: &Settings) -> Result<Self, Failure> {
        context.printer.progress("Connecting to MongoDB…");
        let connection = connect(&connect_settings(settings)?).await;
        context.printer.clear_progress();
        let connection = connection?;
        context.will_close(&connection.client);
        for warning in &connection.warnings {
            context.printer.warn(&render::warning(warning));
        }
        let identity = identity(context, settings);
        let names = exported_names(context, settings).await?;
        let lock = LockSettings {
            collection: settings.lock_collection.clone(),
            time_to_live: settings.lock_lifetime,
            wait: settings.wait.filter(|wait| !wait.is_zero()),
        };
        let collections = LedgerSettings {
            records: settings.migrations_collection.clone(),
            history: history_collection(&settings.migrations_collection),
        };
        let database = &connection.database;
        let theirs = foreign_lock(settings, database, &identity);
        let ours = MongoLocker::new(database, &lock, &identity);
        Ok(Self {
            ledger: MongoLedger::new(
                database,
                changelog(settings, names.clone()),
                &collections,
                &lock,
                &identity,
                connection.topology.transactions(&connection.hosts),
            ),
            locker: LayeredLocker::new(ours, theirs, lock.wait),
            connection,
            names,
        })
    }

    /// The target with the file's own name in place of the one that the file exports.
    pub(crate) fn with_file_name(&self, target: Target) -> Target {
        match target {
            Target::File(text) => Target::File(self.file_named(text)),
            Target::Through(text) => Target::Through(self.file_named(text)),
            other => other,
        }
    }

    /// The same for a correction of records.
    pub(crate) fn with_file_names(&self, correction: Correction) -> Correction {
        let file = |text| self.file_named(text);
        match correction {
            Correction::MarkApplied(text) => Correction::MarkApplied(file(text)),
            Correction::MarkPending(text) => Correction::MarkPending(file(text)),
            Correction::Baseline(text) => Correction::Baseline(file(text)),
            Correction::Accept(text) => Correction::Accept(file(text)),
            Correction::Rename { from, to } => Correction::Rename { from, to: file(to) },
        }
    }

    fn file_named(&self, text: String) -> String {
        let found = self.names.iter().find(|(_, exported)| **exported == text);
        found.map_or(text, |(file, _)| file.to_string())
    }
}

fn changelog(settings: &Settings, names: BTreeMap<MigrationName, String>) -> Box<dyn Changelog> {
    match &settings.tool {
        Tool::Mmk => Box::new(MmkChangelog),
        Tool::MigrateMongo(tool) => Box::new(MigrateMongoChangelog::new(if tool.use_file_hash {
            FileHash::Used
        } else {
            FileHash::Ignored
        })),
        Tool::Davepi(_) => Box::new(DavepiChangelog::new(names)),
    }
}

/// The lock by which the Node tool keeps its own processes apart.
fn foreign_lock(
    settings: &Settings,
    database: &mongodb::Database,
    identity: &Identity,
) -> Option<Arc<dyn ForeignLock>> {
    match &settings.tool {
        Tool::Mmk => None,
        Tool::MigrateMongo(tool) => tool.lock.as_ref().map(|lock| {
            let lock = MigrateMongoLock::new(database, &lock.collection, lock.time_to_live);
            Arc::new(lock) as Arc<dyn ForeignLock>
        }),
        Tool::Davepi(tool) => Some(Arc::new(DavepiLock::new(
            database,
            &settings.migrations_collection,
            tool.stale_after,
            identity,
        ))),
    }
}

/// The names that dAvePi's files export; no other tool's files do. A file that can't be loaded exports none: whoever runs it says why.
pub(crate) async fn exported_names(
    context: &Context,
    settings: &Settings,
) -> Result<BTreeMap<MigrationName, String>, Failure> {
    if !matches!(settings.tool, Tool::Davepi(_)) {
        return Ok(BTreeMap::new());
    }
    names_in(context, settings).await
}

/// The names that the files of the migrations folder export.
pub(crate) async fn names_in(
    context: &Context,
    settings: &Settings,
) -> Result<BTreeMap<MigrationName, String>, Failure> {
    let source = source(settings);
    let directory = MigrationDirectory::read(&source.directory, &source.files)?;
    if directory.migrations.is_empty() {
        return Ok(BTreeMap::new());
    }
    let engine = engine::start(context, settings, context.live_report());
    let paths: Vec<&Path> = directory
        .migrations
        .iter()
        .map(|migration| migration.path.as_path())
        .collect();
    let verdicts = engine.check(&paths).await;
    Ok(directory
        .migrations
        .iter()
        .zip(verdicts)
        .filter_map(|(migration, verdict)| Some((migration.name.clone(), verdict.ok()?.name?)))
        .collect())
}

/// Where the migrations are.
pub(crate) fn source(settings: &Settings) -> Source {
    Source {
        directory: settings.migrations_directory.clone(),
        files: match &settings.tool {
            Tool::Mmk => FileRule::Endings(settings.file_extensions.clone()),
            Tool::MigrateMongo(tool) => FileRule::LastExtension(tool.extension.clone()),
            Tool::Davepi(_) => FileRule::JavaScript,
        },
    }
}

pub(crate) fn connect_settings(settings: &Settings) -> Result<ConnectSettings, Failure> {
    let options = ClientOptions::translate(&settings.client_options).map_err(|refused| {
        let issues = refused.into_iter().map(|refusal| ConfigIssue {
            key: format!("mongoClientOptions.{}", refusal.option),
            problem: refusal.problem.to_owned(),
            received: None,
            source: None,
            how_to_set: refusal.instead.map(str::to_owned),
        });
        Failure::ConfigInvalid(config_words::translate(
            issues.collect(),
            settings.tool.dialect(),
            None,
        ))
    })?;
    let uri = match &options.credentials {
        Some(credentials) => connection_string::with_credentials(&settings.uri, credentials),
        None => settings.uri.clone(),
    };
    Ok(ConnectSettings {
        uri,
        database: Some(settings.database.clone()),
        client_options: options.pairs,
        typed_options: options.typed,
        tool_version: TOOL_VERSION.to_owned(),
    })
}

/// Two services that keep their records apart in one database keep their histories apart as well.
fn history_collection(records: &str) -> String {
    match records {
        "_mmk_migrations" | "changelog" | "_migrations" => "_mmk_history".to_owned(),
        other => format!("{other}_history"),
    }
}

fn identity(context: &Context, settings: &Settings) -> Identity {
    let variable = |name: &str| {
        context
            .variables
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    };
    Identity::new(IdentitySources {
        environment_user: variable("USER").or_else(|| variable("LOGNAME")),
        environment_host: variable("HOSTNAME").or_else(|| variable("COMPUTERNAME")),
        tool_version: TOOL_VERSION.to_owned(),
        environment: variable("NODE_ENV").unwrap_or_else(|| "development".to_owned()),
        service: service::name(
            settings.service.as_deref(),
            &context.variables,
            &settings.migrations_directory,
        ),
    })
}

/// The error of a command that was interrupted while it waited for something else than a script.
pub(crate) fn interrupted(reason: &mmk_core::fence::StopReason) -> Failure {
    Failure::Core(Error::from(reason.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_are_kept_apart_as_records_are() {
        assert_eq!(history_collection("_mmk_migrations"), "_mmk_history");
        assert_eq!(
            history_collection("shop_migrations"),
            "shop_migrations_history"
        );
    }
}
