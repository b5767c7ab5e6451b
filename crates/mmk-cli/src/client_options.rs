//! `mongoClientOptions` of the config as options of a connection URI, which is the form both drivers agree on. What has no
//! such form is refused by name: silently connecting in another way would be worse.

use percent_encoding::AsciiSet;
use percent_encoding::CONTROLS;
use percent_encoding::utf8_percent_encode;
use serde_json::Map;
use serde_json::Value;

/// What would end a value in a URI.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'%')
    .add(b'&')
    .add(b';')
    .add(b'#')
    .add(b'+')
    .add(b'?')
    .add(b'@');

/// The options as pairs, or the names of those that can't be given this way.
pub(crate) fn uri_options(
    options: &Map<String, Value>,
) -> Result<Vec<(String, String)>, Vec<String>> {
    let mut pairs = Vec::new();
    let mut refused = Vec::new();
    for (name, value) in options {
        match pairs_of(name, value) {
            Some(more) => pairs.extend(more),
            None => refused.push(name.clone()),
        }
    }
    if refused.is_empty() {
        Ok(pairs)
    } else {
        Err(refused)
    }
}

fn pairs_of(name: &str, value: &Value) -> Option<Vec<(String, String)>> {
    let one = |name: &str, text: String| Some(vec![(name.to_owned(), text)]);
    match (name, value) {
        (_, Value::Null) => Some(Vec::new()),
        ("writeConcern", Value::Object(fields)) => renamed(
            fields,
            &[
                ("w", "w"),
                ("j", "journal"),
                ("journal", "journal"),
                ("wtimeout", "wTimeoutMS"),
                ("wtimeoutMS", "wTimeoutMS"),
            ],
        ),
        ("readConcern", Value::Object(fields)) => renamed(fields, &[("level", "readConcernLevel")]),
        ("readPreference", Value::Object(fields)) => renamed(
            fields,
            &[
                ("mode", "readPreference"),
                ("preference", "readPreference"),
                ("maxStalenessSeconds", "maxStalenessSeconds"),
            ],
        ),
        (_, Value::Object(_)) => None,
        // Functions arrive as this text; an option that is one has no meaning outside Node.
        (_, Value::String(text)) if text == "[Function]" => None,
        (_, Value::Array(items)) => {
            let items: Option<Vec<String>> = items.iter().map(scalar).collect();
            one(name, items?.join(","))
        }
        (_, value) => one(name, scalar(value)?),
    }
}

/// The fields of a nested option under their names in a URI; none when one of them has no such name.
fn renamed(fields: &Map<String, Value>, names: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
    fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(field, value)| {
            let (_, name) = names.iter().find(|(known, _)| known == field)?;
            Some(((*name).to_owned(), scalar(value)?))
        })
        .collect()
}

fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => return None,
    };
    Some(utf8_percent_encode(&text, RESERVED).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pairs(options: Value) -> Result<Vec<(String, String)>, Vec<String>> {
        uri_options(options.as_object().unwrap())
    }

    #[test]
    fn plain_and_nested_options_become_pairs() {
        let options = json!({
            "maxPoolSize": 5,
            "tls": true,
            "appName": "a&b",
            "compressors": ["zstd", "zlib"],
            "writeConcern": { "w": "majority", "j": true, "wtimeout": 500 },
            "readPreference": "secondary",
            "minPoolSize": null,
        });
        let told: Vec<String> = pairs(options)
            .unwrap()
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            told,
            [
                "maxPoolSize=5",
                "tls=true",
                "appName=a%26b",
                "compressors=zstd,zlib",
                "w=majority",
                "journal=true",
                "wTimeoutMS=500",
                "readPreference=secondary",
            ]
        );
    }

    #[test]
    fn what_has_no_place_in_a_uri_is_named() {
        let options =
            json!({ "auth": { "username": "a" }, "pkFactory": "[Function]", "tls": true });
        assert_eq!(
            pairs(options),
            Err(vec!["auth".to_owned(), "pkFactory".to_owned()])
        );
    }
}
