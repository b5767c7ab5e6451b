//! Opens the database for a command: the connection, the changelog on it, the lock on it. Decides nothing about migrations.

use mmk_core::error::Error;
use mmk_core::preview::Source;
use mmk_mongo::connect::ConnectSettings;
use mmk_mongo::connect::Connection;
use mmk_mongo::connect::connect;
use mmk_mongo::identity::Identity;
use mmk_mongo::identity::IdentitySources;
use mmk_mongo::ledger::LedgerSettings;
use mmk_mongo::ledger::MongoLedger;
use mmk_mongo::lock::LockSettings;
use mmk_mongo::lock::MongoLocker;

use crate::client_options::uri_options;
use crate::config_issue::ConfigIssue;
use crate::context::Context;
use crate::failure::Failure;
use crate::render;
use crate::service;
use crate::settings::Settings;

/// Which version wrote a record.
const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// An open database.
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) ledger: MongoLedger,
    pub(crate) locker: MongoLocker,
}

impl Database {
    /// Connects, and tells what the connection has to tell.
    pub(crate) async fn open(context: &Context, settings: &Settings) -> Result<Self, Failure> {
        context.printer.progress("Connecting to MongoDB…");
        let connection = connect(&connect_settings(settings)?).await;
        context.printer.clear_progress();
        let connection = connection?;
        for warning in &connection.warnings {
            context.printer.warn(&render::warning(warning));
        }
        let identity = identity(context, settings);
        let lock = LockSettings {
            collection: settings.lock_collection.clone(),
            time_to_live: settings.lock_lifetime,
            wait: settings.wait.filter(|wait| !wait.is_zero()),
        };
        let names = LedgerSettings {
            records: settings.migrations_collection.clone(),
            history: history_collection(&settings.migrations_collection),
        };
        Ok(Self {
            ledger: MongoLedger::new(&connection.database, &names, &lock, &identity),
            locker: MongoLocker::new(&connection.database, &lock, &identity),
            connection,
        })
    }
}

/// Where the migrations are.
pub(crate) fn source(settings: &Settings) -> Source {
    Source {
        directory: settings.migrations_directory.clone(),
        extensions: settings.file_extensions.clone(),
    }
}

pub(crate) fn connect_settings(settings: &Settings) -> Result<ConnectSettings, Failure> {
    let client_options = uri_options(&settings.client_options).map_err(|refused| {
        let issues = refused.into_iter().map(|option| ConfigIssue {
            key: format!("mongoClientOptions.{option}"),
            problem: "can't be used here".to_owned(),
            received: None,
            source: None,
            how_to_set: Some(
                "options and credentials in the connection URI, where they have a form there"
                    .to_owned(),
            ),
        });
        Failure::ConfigInvalid(issues.collect())
    })?;
    Ok(ConnectSettings {
        uri: settings.uri.clone(),
        database: Some(settings.database.clone()),
        client_options,
        tool_version: TOOL_VERSION.to_owned(),
    })
}

/// Two services that keep their records apart in one database keep their histories apart as well.
fn history_collection(records: &str) -> String {
    match records {
        "_mmk_migrations" => "_mmk_history".to_owned(),
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
