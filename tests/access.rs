//! Users who may do little: looking needs no right to write, and what is refused names the right that is missing.

use std::process::Command;

use bson::doc;
use mmk_sandbox::Authentication;
use mmk_sandbox::Sandbox;
use mongodb::Client;
use mongodb::Database;

use crate::support::MARKER;
use crate::support::Project;
use crate::support::block_on;
use crate::support::finish;
use crate::support::start_sandbox;

/// A server with access control, a user who may only read the project's database, and their address.
pub(crate) async fn guarded(database: &str) -> (Sandbox, Database, String) {
    let sandbox = start_sandbox(|options| {
        options.authentication(Authentication {
            user: "root".to_owned(),
            password: MARKER.to_owned(),
            key_file: None,
        })
    })
    .await;
    let owner = Client::with_uri_str(sandbox.uri())
        .await
        .expect("the URI is right")
        .database(database);
    owner
        .run_command(doc! {
            "createUser": "reader",
            "pwd": MARKER,
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
            assert!(!output.stderr.contains(MARKER) && !output.stdout.contains(MARKER));
        }
        let names = owner.list_collection_names().await.expect("an answer");
        assert!(names.is_empty(), "looking made {names:?}");

        let refused = finish(as_reader(&project, &uri, &["up"])).exits(1);
        assert!(
            refused.stderr.contains("UNAUTHORIZED"),
            "{}",
            refused.stderr
        );
        assert!(!refused.stderr.contains(MARKER));
        assert!(
            owner
                .list_collection_names()
                .await
                .expect("an answer")
                .is_empty()
        );

        let wrong = uri.replace(MARKER, "wrongmarkerword");
        let refused = finish(as_reader(&project, &wrong, &["status"])).exits(1);
        assert!(
            refused.stderr.contains("UNAUTHORIZED"),
            "{}",
            refused.stderr
        );
        assert!(!refused.stderr.contains("wrongmarkerword"));
    });
}

/// A user with a role of exactly these privileges on the project's database.
async fn user_with(owner: &Database, name: &str, privileges: &[(&str, &[&str])]) {
    let privileges: Vec<_> = privileges
        .iter()
        .map(|(collection, actions)| {
            doc! {
                "resource": {"db": owner.name(), "collection": *collection},
                "actions": actions.to_vec(),
            }
        })
        .collect();
    owner
        .run_command(doc! {"createRole": name, "roles": [], "privileges": privileges})
        .await
        .expect("the role can be made");
    owner
        .run_command(doc! {"createUser": name, "pwd": MARKER, "roles": [name]})
        .await
        .expect("the user can be made");
}

#[test]
fn the_roles_in_the_documentation_are_enough_and_no_more() {
    let project = Project::new();
    project.script(
        "1-a.js",
        "await db.collection('users').updateMany({}, { $set: { a: 1 } });",
        "await db.collection('users').updateMany({}, { $unset: { a: 1 } });",
    );
    let forbidden = "await db.collection('others').insertOne({});";
    block_on(async {
        let (_sandbox, owner, reader) = guarded(&project.database).await;
        let as_user = |name: &str, arguments: &[&str]| {
            let uri = reader.replace("reader:", &format!("{name}:"));
            finish(as_reader(&project, &uri, arguments))
        };
        let look: &[&str] = &["find"];
        let mmk = ["_mmk_migrations", "_mmk_history", "_mmk_locks"];
        user_with(&owner, "looks", &mmk.map(|name| (name, look))).await;
        user_with(
            &owner,
            "runs",
            &[
                (
                    "_mmk_migrations",
                    &["find", "insert", "update", "remove", "createIndex"],
                ),
                ("_mmk_history", &["find", "insert", "update", "createIndex"]),
                (
                    "_mmk_locks",
                    &["find", "insert", "update", "remove", "createIndex"],
                ),
                ("users", &["find", "update"]),
            ],
        )
        .await;
        for arguments in [&["up"][..], &["redo"], &["down"], &["up"]] {
            as_user("runs", arguments).exits(0);
            as_user("looks", &["status"]).exits(0);
            as_user("looks", &["list"]).exits(0);
            as_user("looks", &["dry-run", "down"]).exits(0);
        }
        as_user("looks", &["down"]).exits(1).says("UNAUTHORIZED");
        project.script("2-b.js", forbidden, "");
        as_user("runs", &["up"])
            .exits(1)
            .says("not authorized on")
            .says("2-b.js");
    });
}
