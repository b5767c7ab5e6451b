//! The worked example that the README shows: each migration's effect up and down, and a second `up` that finds nothing to do.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::Project;

fn example_files() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the example is there")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "js"))
        .collect();
    files.sort();
    files
}

fn example() -> Project {
    let project = Project::new();
    for file in example_files() {
        let name = file
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let source = std::fs::read_to_string(&file).expect("a readable file");
        project.migration(&name, &source);
    }
    project
}

fn documents<'a>(state: &'a Value, collection: &str) -> &'a Vec<Value> {
    state[collection]["documents"]
        .as_array()
        .unwrap_or_else(|| panic!("{collection} is missing in {state:#}"))
}

#[test]
fn every_migration_does_what_it_says_and_down_takes_it_back() {
    let project = example();
    let names: Vec<String> = example_files()
        .iter()
        .map(|path| {
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert!(names.len() >= 6);
    let mut before = vec![project.dump()];
    for name in &names {
        project.run(&["up", name]).exits(0);
        before.push(project.dump());
    }
    let last = before.last().expect("states");
    assert_eq!(documents(last, "orders").len(), 300);
    assert!(documents(last, "orders").iter().all(|order| {
        order["totalCents"]
            .as_i64()
            .is_some_and(|total| total >= 450)
    }));
    assert_eq!(documents(last, "addresses").len(), 3);
    for customer in documents(last, "customers") {
        assert!(customer.get("addresses").is_none() && customer.get("name").is_none());
        assert!(customer.get("password").is_none());
        let email = customer["email"].as_str().expect("an address");
        assert_eq!(email, email.trim().to_lowercase());
    }
    assert!(
        last["customers"]["indexes"]
            .as_array()
            .expect("indexes")
            .iter()
            .any(|index| index == "{ \"email\": 1 } unique")
    );
    assert_eq!(documents(last, "ledger").len(), 1);
    project.run(&["up"]).exits(0).says("Nothing to migrate");

    // The last one is irreversible and says so; everything below it goes back step by step.
    let refused = project
        .run(&["down", names.last().expect("names")])
        .exits(1);
    assert!(
        refused.stderr.contains("irreversible"),
        "{}",
        refused.stderr
    );
    assert_eq!(project.dump(), *before.last().expect("states"));
}

#[test]
fn down_restores_the_state_before_each_migration() {
    let project = example();
    let files = example_files();
    let reversible = &files[..files.len() - 1];
    let irreversible = files.last().expect("files");
    std::fs::remove_file(
        project
            .path()
            .join("migrations")
            .join(irreversible.file_name().expect("a name")),
    )
    .expect("the copy can be removed");
    let mut states = vec![project.dump()];
    for file in reversible {
        let name = file.file_name().expect("a name").to_string_lossy();
        project.run(&["up", &name]).exits(0);
        states.push(project.dump());
    }
    for file in reversible.iter().rev() {
        let name = file.file_name().expect("a name").to_string_lossy();
        project.run(&["down", &name]).exits(0);
        states.pop();
        let expected = states.last().expect("a state before");
        assert_eq!(
            forgiven(project.dump()),
            forgiven(expected.clone()),
            "after down of {name}"
        );
    }
}

/// What the example says stays after `down`: cleaned addresses, and collections that a `down` leaves empty.
fn forgiven(mut state: Value) -> Value {
    let collections = state.as_object_mut().expect("collections");
    collections.retain(|_, collection| {
        collection["documents"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    });
    for collection in collections.values_mut() {
        for document in collection["documents"].as_array_mut().expect("documents") {
            if let Some(email) = document.get_mut("email") {
                *email = Value::from(email.as_str().expect("text").trim().to_lowercase());
            }
            // A field that went and came back stands at the end.
            if let Some(fields) = document.as_object_mut() {
                fields.sort_keys();
            }
        }
    }
    state
}
