//! The four `migration(name, fn)` scripts of the text on migrations in a Meteor application.

use bson::doc;
use serde_json::json;

use super::document::document;
use super::document::numbered_listing;
use super::insert;
use crate::support::Project;

const DOCUMENT: &str = "002";

#[test]
fn ensure_a_field_exists() {
    let Some(text) = document(DOCUMENT) else {
        return;
    };
    let project = Project::new();
    insert(
        &project,
        "posts",
        vec![doc! {"_id": 1}, doc! {"_id": 2, "isPromoted": true}],
    );
    let script = numbered_listing(&text, "migration('Ensure Posts.isPromoted exist'");
    project.migration("1-is-promoted.js", &script);
    project.run(&["up"]).exits(0);
    assert_eq!(
        project.documents("posts"),
        [
            doc! {"_id": 1, "isPromoted": false},
            doc! {"_id": 2, "isPromoted": true}
        ]
    );
    assert_eq!(project.applied(), ["1-is-promoted.js"]);
    // Once is enough.
    project.run(&["up"]).exits(0);
    assert_eq!(project.applied().len(), 1);
}

/// Corrected: the text declares `duplicates` twice and calls the collection `Category` once. It is TypeScript.
#[test]
fn remove_duplicates() {
    let Some(text) = document(DOCUMENT) else {
        return;
    };
    let project = Project::new();
    insert(
        &project,
        "categories",
        vec![
            doc! {"_id": "a", "label": "news"},
            doc! {"_id": "b", "label": "news"},
            doc! {"_id": "c", "label": "sport"},
        ],
    );
    insert(
        &project,
        "posts",
        vec![
            doc! {"_id": 1, "categoryId": "a"},
            doc! {"_id": 2, "categoryId": "b"},
            doc! {"_id": 3, "categoryId": "c"},
        ],
    );
    let printed = numbered_listing(&text, "migration('Remove duplicated categories'");
    let corrected = printed
        .replace("const duplicates: string[]", "const removed: string[]")
        .replace("duplicates.push(", "removed.push(")
        .replace("$in: duplicates }", "$in: removed }")
        .replace("Category.deleteMany", "Categories.deleteMany");
    project.migration("1-duplicates.ts", &corrected);
    project.run(&["up"]).exits(0);
    let categories = project.documents("categories");
    assert_eq!(categories.len(), 2);
    let kept = categories[0].get_str("_id").expect("a name");
    assert_eq!(
        project.documents("posts"),
        [
            doc! {"_id": 1, "categoryId": kept},
            doc! {"_id": 2, "categoryId": kept},
            doc! {"_id": 3, "categoryId": "c"}
        ]
    );
    // As printed, V8 says what is wrong, and nothing was written.
    let broken = Project::new();
    broken.migration("1-duplicates.ts", &printed);
    broken.run(&["up"]).exits(1).says("MIGRATION_SYNTAX");
}

/// `Webhooks.createConfig` is a function of the application; here the file brings it.
#[test]
fn move_an_array_into_a_collection() {
    let Some(text) = document(DOCUMENT) else {
        return;
    };
    let project = Project::new();
    insert(
        &project,
        "creators",
        vec![
            doc! {"_id": 1, "webhookUrls": ["https://a.test", "https://b.test"]},
            doc! {"_id": 2},
        ],
    );
    let script = numbered_listing(&text, "migration('Move webhookUrls to Webhooks'");
    let application = "Webhooks.createConfig = (config) => Webhooks.insertOne(config);\n";
    project.migration("1-webhooks.js", &format!("{application}{script}"));
    project.run(&["up"]).exits(0);
    assert_eq!(
        project.documents("creators"),
        [doc! {"_id": 1}, doc! {"_id": 2}]
    );
    let mut hooks = project.documents("webhooks");
    hooks.iter_mut().for_each(|hook| {
        hook.remove("_id");
    });
    let hook = |url: &str| doc! {"creatorId": 1, "event": "post-created", "name": "Webhook", "secret": null, "url": url};
    assert_eq!(hooks, [hook("https://a.test"), hook("https://b.test")]);
}

#[test]
fn unset_many_fields() {
    let Some(text) = document(DOCUMENT) else {
        return;
    };
    let project = Project::new();
    insert(
        &project,
        "posts",
        vec![
            doc! {"_id": 1, "creatorCity": "x", "creatorPostalCode": "y", "title": "z"},
            doc! {"_id": 2},
        ],
    );
    let script = numbered_listing(&text, "migration('Clean up inline creator data'");
    project.migration("1-clean.js", &script);
    project.run(&["up"]).exits(0);
    assert_eq!(
        project.documents("posts"),
        [doc! {"_id": 1, "title": "z"}, doc! {"_id": 2}]
    );
}

/// The whole application in one file: registration order, and on behind a failure.
#[test]
fn several_in_one_file() {
    let Some(text) = document(DOCUMENT) else {
        return;
    };
    let project = Project::new();
    insert(&project, "posts", vec![doc! {"_id": 1, "creatorCity": "x"}]);
    let listings = [
        "migration('Ensure Posts.isPromoted exist'",
        "migration('Clean up inline creator data'",
    ]
    .map(|first| numbered_listing(&text, first));
    let failing = "migration('Fails once', async () => { await Posts.updateMany({}, { $inc: { tries: 1 } }); if ((await Posts.findOne()).tries < 2) throw new Error('not yet'); });\n";
    let file = format!("{}{failing}{}", listings[0], listings[1]);
    project.migration("1-all.js", &file);
    project.run(&["up"]).exits(1).says("not yet");
    assert_eq!(
        project.documents("posts"),
        [doc! {"_id": 1, "creatorCity": "x", "isPromoted": false, "tries": 1}]
    );
    assert_eq!(project.applied(), Vec::<String>::new());
    project.run(&["up"]).exits(0);
    assert_eq!(
        project.documents("posts"),
        [doc! {"_id": 1, "isPromoted": false, "tries": 2}]
    );
    let status = project.run(&["status", "--json"]).exits(0).json();
    assert_eq!(status[0]["status"], json!("applied"));
}
