//! Hostile documents and connection strings: whatever stands in a changelog, reading it ends in records or in an error, never in a
//! panic. `PROPTEST_CASES=200000` tries longer, `PROPTEST_RNG_SEED=<number>` another sequence.

use std::collections::BTreeMap;
use std::collections::HashMap;

use bson::Bson;
use bson::Document;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;

use crate::changelog::Changelog;
use crate::changelog::davepi::DavepiChangelog;
use crate::changelog::migrate_mongo::FileHash;
use crate::changelog::migrate_mongo::MigrateMongoChangelog;
use crate::changelog::migrate_mongo::read_rows;
use crate::changelog::mmk::MmkChangelog;

/// The same sequence in every run, unless the environment says otherwise.
fn config() -> Config {
    let mut config = Config::default();
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_260_101);
    }
    config.failure_persistence = None;
    config
}

/// Field names of all dialects, so that the readers get past the first look.
const FIELDS: [&str; 28] = [
    "_id",
    "name",
    "fileName",
    "file",
    "status",
    "batch",
    "appliedAt",
    "fileHash",
    "migrationBlock",
    "checksum",
    "duration",
    "durationMs",
    "state",
    "direction",
    "startedAt",
    "finishedAt",
    "run",
    "error",
    "counts",
    "host",
    "pid",
    "user",
    "transaction",
    "environment",
    "executedBy",
    "description",
    "lockedAt",
    "owner",
];

fn value() -> impl Strategy<Value = Bson> {
    let text = prop_oneof![
        "\\PC{0,12}",
        Just("applied".to_owned()),
        Just("running".to_owned()),
        Just("failed".to_owned()),
        Just("reverted".to_owned()),
        Just("up".to_owned()),
        Just("down".to_owned()),
        Just("1-a.js".to_owned()),
        Just("../../a\0.js".to_owned()),
        Just("2026-01-02T03:04:05Z".to_owned()),
        Just("a".repeat(64)),
    ];
    let leaf = prop_oneof![
        Just(Bson::Null),
        Just(Bson::Undefined),
        Just(Bson::MinKey),
        any::<bool>().prop_map(Bson::Boolean),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        any::<i64>().prop_map(|at| Bson::DateTime(bson::DateTime::from_millis(at))),
        any::<[u8; 12]>().prop_map(|bytes| Bson::ObjectId(bson::oid::ObjectId::from_bytes(bytes))),
        text.prop_map(Bson::String),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Bson::Array),
            vec((prop::sample::select(&FIELDS[..]), inner), 0..6)
                .prop_map(|fields| Bson::Document(document_of(fields))),
        ]
    })
}

fn document_of(fields: Vec<(&str, Bson)>) -> Document {
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn document() -> impl Strategy<Value = Document> {
    vec((prop::sample::select(&FIELDS[..]), value()), 0..16).prop_map(document_of)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn fuzz_changelogs_of_every_dialect(documents in vec(document(), 0..6)) {
        let own = HashMap::new();
        let dialects: [&dyn Changelog; 4] = [
            &MmkChangelog,
            &MigrateMongoChangelog::new(FileHash::Ignored),
            &MigrateMongoChangelog::new(FileHash::Used),
            &DavepiChangelog::new(BTreeMap::new()),
        ];
        for dialect in dialects {
            // Records or an error that says which document it is.
            if let Err(error) = dialect.read("changelog", &documents, &own) {
                prop_assert!(!error.to_string().is_empty() && !error.code().is_empty());
            }
        }
        let _ = read_rows("changelog", &documents);
    }

    #[test]
    fn fuzz_history_and_locks(document in document()) {
        let _ = crate::attempt_document::read_attempt(&document, Some("run"));
        let _ = crate::attempt_document::read_checksums(&document);
        let _ = crate::attempt_document::read_own_text(&document);
        let _ = crate::document::read_holder(&document).describe();
    }

    #[test]
    fn fuzz_connection_strings(
        scheme in prop_oneof![Just("mongodb://"), Just("mongodb+srv://"), Just("mongo://"), Just("")],
        user in "[a-z@:/?%&=\\\\]{0,6}",
        rest in "[a-z0-9.,:/@?&=%\\[\\]$]{0,40}",
        options in vec(("[a-zA-Z]{0,24}", "\\PC{0,8}"), 0..4),
    ) {
        let secret = "XsecretmarkerX";
        let uri = format!("{scheme}{user}:{secret}@{rest}");
        if let Err(error) = crate::uri::prepare(&uri, &options)
            && scheme.starts_with("mongodb")
        {
            prop_assert!(!error.to_string().contains(secret), "{error}");
        }
        if scheme.starts_with("mongodb") {
            prop_assert!(!crate::redact::redact(&uri).contains(secret), "{}", crate::redact::redact(&uri));
        }
    }

    #[test]
    fn fuzz_redaction_of_any_text(text in "\\PC{0,60}", at in 0usize..60) {
        let cut = text.floor_char_boundary(at.min(text.len()));
        let _ = crate::redact::redact(&format!("{}mongodb://{}", &text[..cut], &text[cut..]));
    }
}
