//! Migrations in Meteor's style beyond what their author shows (tests/seeds/meteor.rs): names, the map of collections, and the way back.

use bson::doc;

use crate::support::Project;

#[test]
fn a_name_stands_for_one_migration() {
    let project = Project::new();
    project.migration(
        "1-twice.js",
        "migration('Same', async () => {}); migration('Same', async () => {});",
    );
    project
        .run(&["up"])
        .exits(1)
        .says("`Same` is registered twice");
    project.migration("1-twice.js", "migration('Same', async () => {});");
    project.migration("2-other.js", "migration('Same', async () => {});");
    project
        .run(&["up"])
        .exits(1)
        .says("`Same` is registered twice")
        .says("1-twice.js");
    assert_eq!(project.applied(), Vec::<String>::new());
}

#[test]
fn the_configuration_names_collections() {
    let project = Project::new();
    project.file(
        "mmk.config.json",
        r#"{ "collections": { "Category": "categories", "users": "app_users" } }"#,
    );
    project.migration(
        "1-map.ts",
        "interface Entry { _id: number }\nmigration('Map', async () => {\n  const entry: Entry = { _id: 1 };\n  await Category.insertOne(entry);\n  await users.insertOne(entry);\n  await UserProfiles.rawCollection().insertOne(entry as Entry);\n});\n",
    );
    project.run(&["up"]).exits(0);
    for collection in ["categories", "app_users", "userProfiles"] {
        assert_eq!(
            project.documents(collection),
            [doc! {"_id": 1}],
            "{collection}"
        );
    }
}

#[test]
fn there_is_no_way_back_and_no_use_outside_of_a_function() {
    let project = Project::new();
    project.migration(
        "1-one.js",
        "migration('One', async () => { await Posts.insertOne({ _id: 1 }); });",
    );
    project.run(&["up"]).exits(0);
    project.run(&["down"]).exits(1).says("down");
    project.migration(
        "2-early.js",
        "Posts.find(); migration('Two', async () => {});",
    );
    project
        .run(&["up"])
        .exits(1)
        .says("can only be used inside of a migration's function");
}

#[test]
fn a_function_of_that_name_stays_the_files_own() {
    let project = Project::new();
    project.migration(
        "1-own.js",
        "const migration = (name, fn) => ({ up: fn }); module.exports = migration('x', ({ db }) => db.collection('a').insertOne({ _id: 1 }));",
    );
    project.run(&["up"]).exits(0);
    assert_eq!(project.documents("a"), [doc! {"_id": 1}]);
}
