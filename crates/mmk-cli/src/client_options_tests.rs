//! What becomes of the options that real configurations hold.

use serde_json::json;

use super::*;

fn translated(options: &Value) -> ClientOptions {
    match ClientOptions::translate(options.as_object().unwrap()) {
        Ok(options) => options,
        Err(refused) => panic!("{refused:?}"),
    }
}

fn pairs(options: &Value) -> Vec<String> {
    translated(options)
        .pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

#[test]
fn plain_and_nested_options_become_pairs() {
    let options = json!({
        "maxPoolSize": 5,
        "tls": true,
        "appName": "a&b",
        "compressors": ["zstd", "zlib"],
        "writeConcern": { "w": "majority", "j": true, "wtimeout": 500 },
        "readPreference": { "mode": "secondary", "tags": [{ "dc": "ny", "rack": 1 }, {}], "hedge": { "enabled": true } },
        "authMechanismProperties": { "SERVICE_NAME": "x" },
        "minPoolSize": null,
        "driverInfo": { "name": "x" },
    });
    assert_eq!(
        pairs(&options),
        [
            "maxPoolSize=5",
            "tls=true",
            "appName=a%26b",
            "compressors=zstd,zlib",
            "w=majority",
            "journal=true",
            "wTimeoutMS=500",
            "readPreference=secondary",
            "readPreferenceTags=dc:ny,rack:1",
            "readPreferenceTags=",
            "authMechanismProperties=SERVICE_NAME:x",
        ]
    );
}

#[test]
fn credentials_are_encoded_for_the_uri() {
    for auth in [
        json!({ "username": "a b", "password": "p@ss" }),
        json!({ "user": "a b", "pass": "p@ss" }),
    ] {
        let found = translated(&json!({ "auth": auth })).credentials;
        assert_eq!(found.as_deref(), Some("a%20b:p%40ss"));
    }
}

#[test]
fn the_stable_api_is_a_word_or_an_object() {
    for (value, strict) in [
        (json!("1"), None),
        (json!({ "version": "1", "strict": true }), Some(true)),
    ] {
        let api = translated(&json!({ "serverApi": value })).typed.server_api;
        assert_eq!(api.unwrap().strict, strict);
    }
    let odd = json!({ "serverApi": "9" });
    let refused = ClientOptions::translate(odd.as_object().unwrap()).err();
    assert_eq!(refused.unwrap()[0].option, "serverApi");
}

#[test]
fn tls_material_is_a_path_or_a_text() {
    let text = "-----BEGIN CERTIFICATE-----\nx";
    let bytes: Vec<u8> = text.bytes().collect();
    assert_eq!(pairs(&json!({ "ca": "/ca.pem" })), ["tlsCAFile=/ca.pem"]);
    for ca in [
        json!(text),
        json!([text]),
        json!({ "type": "Buffer", "data": bytes }),
        json!([{ "type": "Buffer", "data": bytes }]),
    ] {
        let options = translated(&json!({ "sslCA": ca }));
        assert_eq!(options.typed.authorities.as_deref(), Some(text));
        assert!(options.pairs.is_empty());
    }
    assert_eq!(
        pairs(&json!({ "tlsCertificateFile": "/c.pem", "tlsCertificateKeyFile": "/c.pem" })),
        ["tlsCertificateKeyFile=/c.pem"]
    );
    let both = translated(&json!({ "cert": text, "key": "-----BEGIN KEY-----" }));
    assert_eq!(
        both.typed.certificate_and_key.as_deref(),
        Some("-----BEGIN CERTIFICATE-----\nx\n-----BEGIN KEY-----\n")
    );
    assert_eq!(
        pairs(&json!({ "sslValidate": false })),
        ["tlsAllowInvalidCertificates=true"]
    );
}

#[test]
fn what_concerns_documents_is_for_the_scripts_client() {
    let options = json!({ "ignoreUndefined": true, "promoteLongs": false, "maxPoolSize": 1 });
    assert_eq!(
        Value::Object(document_options(options.as_object().unwrap())),
        json!({ "ignoreUndefined": true, "promoteLongs": false })
    );
    assert_eq!(pairs(&options), ["maxPoolSize=1"]);
}

#[test]
fn what_cannot_be_honoured_is_named() {
    let options = json!({ "autoEncryption": {}, "checkServerIdentity": "[Function]", "tls": true });
    let refused = ClientOptions::translate(options.as_object().unwrap()).err();
    let names: Vec<&str> = refused.unwrap().iter().map(|one| one.option).collect();
    assert_eq!(names, ["autoEncryption", "checkServerIdentity"]);
}
