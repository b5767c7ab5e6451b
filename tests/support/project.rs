//! A folder as a user has it: migrations, a config file, and a database that no other test knows.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use bson::Document;
use tempfile::TempDir;

use super::output::Output;
use super::output::stable;
use super::server::MARKER;
use super::server::documents;
use super::server::server_uri_with_password;
use super::server::with_database;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A project in a temporary folder.
pub(crate) struct Project {
    folder: TempDir,
    pub(crate) database: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("mmk-project-")
            .tempdir()
            .expect("a temporary folder can be made");
        std::fs::create_dir(folder.path().join("migrations")).expect("the folder is writable");
        let database = format!(
            "test_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        Self { folder, database }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file below the project.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("the folder is writable");
        }
        std::fs::write(&path, content).expect("the folder is writable");
        path
    }

    /// Writes a migration.
    pub(crate) fn migration(&self, name: &str, content: &str) -> PathBuf {
        self.file(&format!("migrations/{name}"), content)
    }

    /// A migration whose `up` and `down` have these bodies, with `db`, `client`, `session` and `log` at hand.
    pub(crate) fn script(&self, name: &str, up: &str, down: &str) -> PathBuf {
        self.migration(
            name,
            &format!(
                "module.exports = {{\n  async up({{ db, client, session, log }}) {{\n    {up}\n  }},\n  async down({{ db, client, session, log }}) {{\n    {down}\n  }},\n}};\n"
            ),
        )
    }

    /// The binary, ready to run here, with nothing of the caller's environment but what a shell has.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmk-js"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("MMK_URI", server_uri_with_password())
            .env("MMK_DB", &self.database)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        finish(self.command(arguments))
    }

    /// All documents of a collection.
    pub(crate) fn documents(&self, collection: &str) -> Vec<Document> {
        let collection = collection.to_owned();
        with_database(&self.database, async move |database| {
            documents(&database, &collection).await
        })
    }

    /// The whole database but mmk's own collections, as canonical Extended JSON with stable object ids.
    pub(crate) fn dump(&self) -> serde_json::Value {
        with_database(&self.database, async move |database| dump(&database).await)
    }

    /// Names of applied migrations, as the changelog says.
    pub(crate) fn applied(&self) -> Vec<String> {
        self.documents("_mmk_migrations")
            .into_iter()
            .filter(|record| {
                record
                    .get_str("status")
                    .is_ok_and(|status| status == "applied")
            })
            .filter_map(|record| record.get_str("name").map(str::to_owned).ok())
            .collect()
    }

    /// The output with this project's names replaced by words.
    pub(crate) fn stable(&self, text: &str) -> String {
        let path = self.path().to_string_lossy();
        stable(
            text,
            &[(&path, "<project>"), (&self.database, "<database>")],
        )
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let recorded = with_database(&self.database.clone(), async move |database| {
            let recorded = records(&database).await?;
            database.drop().await?;
            Ok(recorded)
        });
        if !std::thread::panicking() {
            assert!(
                !recorded.contains(MARKER),
                "the password is on record: {recorded}"
            );
        }
    }
}

/// What the binary has written about its runs, in whatever dialect.
async fn records(database: &mongodb::Database) -> mongodb::error::Result<String> {
    let mut text = String::new();
    for name in database.list_collection_names().await? {
        if name.starts_with("_mmk_") || name.starts_with("changelog") || name == "_migrations" {
            for document in documents(database, &name).await? {
                text.push_str(&document.to_string());
            }
        }
    }
    Ok(text)
}

/// Runs a prepared command to its end.
pub(crate) fn finish(mut command: Command) -> Output {
    let output = command.output().expect("the binary can be started");
    Output::of(&output)
}

async fn dump(database: &mongodb::Database) -> mongodb::error::Result<serde_json::Value> {
    use futures::TryStreamExt;
    let mut names = database.list_collection_names().await?;
    names.retain(|name| !name.starts_with("_mmk_") && !name.starts_with("system."));
    names.sort();
    let mut all = serde_json::Map::new();
    for name in names {
        let content: Vec<serde_json::Value> = documents(database, &name)
            .await?
            .into_iter()
            .map(|document| bson::Bson::Document(document).into())
            .collect();
        let indexes: Vec<_> = database
            .collection::<Document>(&name)
            .list_indexes()
            .await?
            .try_collect()
            .await?;
        let mut indexes: Vec<String> = indexes
            .into_iter()
            .map(|index| {
                let unique = index
                    .options
                    .as_ref()
                    .is_some_and(|options| options.unique == Some(true));
                format!("{}{}", index.keys, if unique { " unique" } else { "" })
            })
            .collect();
        indexes.sort();
        all.insert(
            name,
            serde_json::json!({"documents": content, "indexes": indexes}),
        );
    }
    Ok(serde_json::Value::Object(all))
}
