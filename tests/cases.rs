//! The folder scenarios: `cases/<area>/<name>/case.json` names the steps; `expected.txt` is what a user sees; `before.json` and
//! `after.json`, where present, are the database. `UPDATE_GOLDEN=1` rewrites what is expected.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use bson::Document;
use serde::Deserialize;

use crate::support::Project;
use crate::support::with_database;

/// A scenario's manifest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// One sentence: what the user does and why.
    #[allow(dead_code, reason = "for whoever reads the manifest")]
    about: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    args: Vec<String>,
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// Files to write before the step.
    #[serde(default)]
    write: BTreeMap<String, String>,
    /// Files to remove before the step.
    #[serde(default)]
    remove: Vec<String>,
}

#[test]
fn every_case_ends_as_written() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases"));
    let mut failures = Vec::new();
    let cases = find_cases(folder);
    assert!(!cases.is_empty());
    for case in &cases {
        let name = case
            .strip_prefix(folder)
            .unwrap_or(case)
            .display()
            .to_string();
        if let Err(difference) = play(case) {
            failures.push(format!("--- {name}\n{difference}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases differ:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

fn find_cases(folder: &Path) -> Vec<PathBuf> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the cases are there") {
        let path = entry.expect("a readable folder").path();
        if path.join("case.json").is_file() {
            cases.push(path);
        } else if path.is_dir() {
            cases.extend(find_cases(&path));
        }
    }
    cases.sort();
    cases
}

fn play(folder: &Path) -> Result<(), String> {
    let manifest = std::fs::read_to_string(folder.join("case.json")).expect("a manifest");
    let case: Case = serde_json::from_str(&manifest).map_err(|error| error.to_string())?;
    let project = Project::new();
    copy(&folder.join("project"), project.path());
    load(&project, &folder.join("before.json"));
    let mut seen = String::new();
    for step in &case.steps {
        for (name, content) in &step.write {
            project.file(name, content);
        }
        for name in &step.remove {
            std::fs::remove_file(project.path().join(name)).map_err(|error| error.to_string())?;
        }
        let arguments: Vec<&str> = step.args.iter().map(String::as_str).collect();
        let mut command = project.command(&arguments);
        command.envs(&step.environment);
        let output = crate::support::finish(command);
        seen.push_str(&format!("$ mmk-js {}\n", step.args.join(" ")));
        seen.push_str(&project.stable(&output.stdout));
        if !output.stderr.is_empty() {
            seen.push_str("[stderr]\n");
            seen.push_str(&project.stable(&output.stderr));
        }
        seen.push_str(&format!("[exit {}]\n\n", output.code()));
        if output.code() != step.exit {
            return Err(format!(
                "exit code {} instead of {}\n{seen}",
                output.code(),
                step.exit
            ));
        }
    }
    compare(&folder.join("expected.txt"), &seen)?;
    if folder.join("after.json").exists() {
        let state = serde_json::to_string_pretty(&project.dump()).expect("JSON");
        compare(
            &folder.join("after.json"),
            &crate::support::stable(&state, &[]),
        )?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) {
    let Ok(entries) = std::fs::read_dir(from) else {
        return;
    };
    for entry in entries {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).expect("the folder is writable");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the folder is writable");
        }
    }
}

/// Loads `{collection: [documents]}` in Extended JSON.
fn load(project: &Project, file: &Path) {
    let Ok(text) = std::fs::read_to_string(file) else {
        return;
    };
    let state: BTreeMap<String, Vec<serde_json::Value>> =
        serde_json::from_str(&text).expect("collections of documents");
    with_database(&project.database, async move |database| {
        for (collection, documents) in state {
            let documents: Vec<Document> = documents
                .into_iter()
                .map(|document| match bson::Bson::try_from(document) {
                    Ok(bson::Bson::Document(document)) => document,
                    other => panic!("no document: {other:?}"),
                })
                .collect();
            database
                .collection::<Document>(&collection)
                .insert_many(documents)
                .await?;
        }
        Ok(())
    });
}

fn compare(golden: &Path, seen: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, seen).expect("the golden is writable");
        return Ok(());
    }
    let expected = std::fs::read_to_string(golden).unwrap_or_default();
    if expected == seen {
        Ok(())
    } else {
        Err(format!(
            "{} says\n{expected}\nbut this was seen\n{seen}",
            golden.file_name().unwrap_or_default().to_string_lossy()
        ))
    }
}
