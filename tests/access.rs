//! Users who may do little: looking needs no right to write, and what is refused names the right that is missing.

use std::process::Command;

use bson::doc;
use mmk_sandbox::Authentication;
use mmk_sandbox::Mongod;
use mmk_sandbox::Options;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Sources;
use mongodb::Client;
use mongodb::Database;

use crate::support::Project;
use crate::support::block_on;
use crate::support::finish;

/// The marker that must never be printed.
const PASSWORD: &str = "s3cretmarkerword";

/// A server with access control, a user who may only read the project's database, and their address.
pub(crate) async fn guarded(database: &str) -> (Sandbox, Database, String) {
    let sources = Sources::from_environment();
    let mongod = Mongod::find(&sources, |_| {}).await.expect("a mongod");
    let options = Options::new(&sources.temporary).authentication(Authentication {
        user: "root".to_owned(),
        password: PASSWORD.to_owned(),
        key_file: None,
    });
    let sandbox = Sandbox::start(&mongod, options)
        .await
        .expect("the sandbox starts");
    let owner = Client::with_uri_str(sandbox.uri())
        .await
        .expect("the URI is right")
        .database(database);
    owner
        .run_command(doc! {
            "createUser": "reader",
            "pwd": PASSWORD,
            "roles": [{"role": "read", "db": database}],
        })
        .await
        .expect("the user can be made");
    let reader = sandbox
        .uri_of_database(database)
        .replace("root:", "reader:")
        .replace("authSource=admin", &format!("authSource={database}"));
    (sandbox, owner, reader)
}

fn as_reader(project: &Project, uri: &str, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command.env("MMK_URI", uri);
    command
}

#[test]
fn looking_works_for_a_user_who_may_only_read_and_writes_nothing() {
    let project = Project::new();
    project.script("1-a.js", "await db.collection('a').insertOne({});", "");
    block_on(async {
        let (_sandbox, owner, uri) = guarded(&project.database).await;
        for arguments in [
            &["status"][..],
            &["list", "--json"],
            &["dry-run", "up"],
            &["dry-run", "down"],
        ] {
            let output = finish(as_reader(&project, &uri, arguments)).exits(0);
            assert!(!output.stderr.contains(PASSWORD) && !output.stdout.contains(PASSWORD));
        }
        let names = owner.list_collection_names().await.expect("an answer");
        assert!(names.is_empty(), "looking made {names:?}");

        let refused = finish(as_reader(&project, &uri, &["up"])).exits(1);
        assert!(
            refused.stderr.contains("UNAUTHORIZED"),
            "{}",
            refused.stderr
        );
        assert!(!refused.stderr.contains(PASSWORD));
        assert!(
            owner
                .list_collection_names()
                .await
                .expect("an answer")
                .is_empty()
        );

        let wrong = uri.replace(PASSWORD, "wrongmarkerword");
        let refused = finish(as_reader(&project, &wrong, &["status"])).exits(1);
        assert!(
            refused.stderr.contains("UNAUTHORIZED"),
            "{}",
            refused.stderr
        );
        assert!(!refused.stderr.contains("wrongmarkerword"));
    });
}
