//! `mongoClientOptions` (for migrate-mongo `mongodb.options`) of the config, sorted by where they belong: into the connection URI, which is the
//! form both drivers agree on; to the driver as values; or to the client that scripts see. What can't be honoured is refused by name, because
//! connecting silently in another way would be worse.

use mmk_mongo::typed_options::TypedOptions;
use mongodb::options::ServerApi;
use mongodb::options::ServerApiVersion;
use percent_encoding::AsciiSet;
use percent_encoding::CONTROLS;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use serde_json::Map;
use serde_json::Value;

use crate::pem::Pem;
use crate::pem::pem;

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

/// How documents become BSON and come back: the client's own matter in Node's driver, and so that of the client that scripts see.
const DOCUMENT_OPTIONS: [&str; 11] = [
    "bsonRegExp",
    "checkKeys",
    "enableUtf8Validation",
    "fieldsAsRaw",
    "ignoreUndefined",
    "promoteBuffers",
    "promoteLongs",
    "promoteValues",
    "raw",
    "serializeFunctions",
    "useBigInt64",
];

/// Options that tell the server or a logger something about the program, and change nothing.
const WITHOUT_EFFECT: [&str; 3] = [
    "driverInfo",
    "mongodbLogComponentSeverities",
    "mongodbLogPath",
];

/// TLS material, by who it speaks for.
const AUTHORITIES: [&str; 2] = ["ca", "sslCA"];
const CERTIFICATES: [&str; 3] = ["cert", "sslCert", "tlsCertificateFile"];
const KEYS: [&str; 3] = ["key", "sslKey", "tlsCertificateKeyFile"];

/// The options by where they belong.
#[derive(Default)]
pub(crate) struct ClientOptions {
    /// As names and values of a connection URI.
    pub(crate) pairs: Vec<(String, String)>,
    /// `user:password`, encoded for a connection URI.
    pub(crate) credentials: Option<String>,
    pub(crate) typed: TypedOptions,
}

/// An option that can't be honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal<'a> {
    pub(crate) option: &'a str,
    /// Phrased to follow the option's name.
    pub(crate) problem: &'static str,
    pub(crate) instead: Option<&'static str>,
}

/// Those of the options that the scripts' client is given.
pub(crate) fn document_options(options: &Map<String, Value>) -> Map<String, Value> {
    options
        .iter()
        .filter(|(name, value)| DOCUMENT_OPTIONS.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

impl ClientOptions {
    /// Sorts the options, or tells all that can't be honoured.
    pub(crate) fn translate(options: &Map<String, Value>) -> Result<Self, Vec<Refusal<'_>>> {
        let mut sorted = Self::default();
        let mut refused = Vec::new();
        for (name, value) in options {
            if value.is_null() || is_tls_material(name) {
                continue;
            }
            if let Err(refusal) = sorted.add(name, value) {
                refused.push(refusal);
            }
        }
        if let Err(refusal) = sorted.add_tls_material(options) {
            refused.push(refusal);
        }
        if refused.is_empty() {
            Ok(sorted)
        } else {
            Err(refused)
        }
    }

    fn add<'a>(&mut self, name: &'a str, value: &Value) -> Result<(), Refusal<'a>> {
        let refusal = |problem| Refusal {
            option: name,
            problem,
            instead: None,
        };
        if DOCUMENT_OPTIONS.contains(&name) || WITHOUT_EFFECT.contains(&name) {
            return Ok(());
        }
        match (name, value) {
            ("serverApi", value) => {
                self.typed.server_api = Some(
                    server_api(value)
                        .ok_or_else(|| refusal("must be '1', or an object with `version: '1'`"))?,
                );
            }
            ("auth", value) => {
                self.credentials =
                    Some(credentials(value).ok_or_else(|| {
                        refusal("must be an object with `username` and `password`")
                    })?);
            }
            ("sslValidate", value) => {
                let trusting = value == &Value::Bool(false);
                if trusting {
                    self.pair("tlsAllowInvalidCertificates", "true".to_owned());
                }
            }
            ("tlsAllowInvalidHostnames", Value::Bool(false)) => {}
            (_, Value::String(text)) if text == "[Function]" => {
                return Err(refusal("is a function, and it can't be called from here"));
            }
            (_, Value::Object(fields)) => match nested(name, fields) {
                Some(pairs) => self.pairs.extend(pairs),
                None => {
                    return Err(Refusal {
                        instead: Some(
                            "the connection URI, where the option has a form there; else leave it out",
                        ),
                        ..refusal("can't be used here")
                    });
                }
            },
            ("readPreferenceTags", Value::Array(sets)) => {
                let sets: Option<Vec<String>> = sets.iter().map(list_of_fields).collect();
                for set in sets.ok_or_else(|| refusal("must be an array of objects"))? {
                    self.pair(name, set);
                }
            }
            (_, Value::Array(items)) => {
                let items: Option<Vec<String>> = items.iter().map(scalar).collect();
                let items = items.ok_or_else(|| refusal("must be an array of words"))?;
                self.pair(name, items.join(","));
            }
            (_, value) => {
                let text = scalar(value).ok_or_else(|| refusal("can't be used here"))?;
                self.pair(name, text);
            }
        }
        Ok(())
    }

    fn pair(&mut self, name: &str, value: String) {
        self.pairs.push((name.to_owned(), value));
    }

    /// A path stays a path; texts, and a key that isn't in the certificate's file, are handed over as one text.
    fn add_tls_material<'a>(&mut self, options: &'a Map<String, Value>) -> Result<(), Refusal<'a>> {
        let given = |names: &[&'static str]| {
            names
                .iter()
                .find_map(|name| Some((*name, options.get(*name).filter(|one| !one.is_null())?)))
        };
        let read = |found: Option<(&'static str, &Value)>| match found {
            None => Ok(None),
            Some((name, value)) => match pem(value) {
                Some(pem) => Ok(Some((name, pem))),
                None => Err(Refusal {
                    option: name,
                    problem: "must be a path, or PEM as text or Buffer",
                    instead: None,
                }),
            },
        };
        match read(given(&AUTHORITIES))? {
            Some((_, Pem::Path(path))) => self.pair("tlsCAFile", encoded(&path)),
            Some((_, Pem::Text(text))) => self.typed.authorities = Some(text),
            None => {}
        }
        match (read(given(&CERTIFICATES))?, read(given(&KEYS))?) {
            (None, None) => {}
            (None, Some((_, Pem::Path(path)))) | (Some((_, Pem::Path(path))), None) => {
                self.pair("tlsCertificateKeyFile", encoded(&path));
            }
            (Some((_, Pem::Path(one))), Some((_, Pem::Path(other)))) if one == other => {
                self.pair("tlsCertificateKeyFile", encoded(&one));
            }
            (certificate, key) => {
                let mut text = String::new();
                for (name, part) in [certificate, key].into_iter().flatten() {
                    text.push_str(&part.read().map_err(|_| Refusal {
                        option: name,
                        problem: "names a file that can't be read",
                        instead: None,
                    })?);
                    text.push('\n');
                }
                self.typed.certificate_and_key = Some(text);
            }
        }
        Ok(())
    }
}

fn is_tls_material(name: &str) -> bool {
    [&AUTHORITIES[..], &CERTIFICATES, &KEYS]
        .concat()
        .contains(&name)
}

/// The fields of a nested option under their names in a URI.
fn nested(name: &str, fields: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    match name {
        "writeConcern" => renamed(
            fields,
            &[
                ("w", "w"),
                ("j", "journal"),
                ("journal", "journal"),
                ("wtimeout", "wTimeoutMS"),
                ("wtimeoutMS", "wTimeoutMS"),
            ],
        ),
        "readConcern" => renamed(fields, &[("level", "readConcernLevel")]),
        "readPreference" => read_preference(fields),
        "authMechanismProperties" => {
            let all = list_of_fields(&Value::Object(fields.clone()))?;
            Some(vec![(name.to_owned(), all)])
        }
        _ => None,
    }
}

/// Hedged reads are the server's own matter by now.
fn read_preference(fields: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    let mut plain = fields.clone();
    let tags = plain.remove("tags").unwrap_or_default();
    for without_effect in ["hedge", "minWireVersion"] {
        plain.remove(without_effect);
    }
    let mut pairs = renamed(
        &plain,
        &[
            ("mode", "readPreference"),
            ("preference", "readPreference"),
            ("maxStalenessSeconds", "maxStalenessSeconds"),
        ],
    )?;
    for set in tags.as_array().into_iter().flatten() {
        pairs.push(("readPreferenceTags".to_owned(), list_of_fields(set)?));
    }
    Some(pairs)
}

/// The fields under their names in a URI; none when one of them has no such name.
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

/// `a:1,b:2`, as URIs have it.
fn list_of_fields(value: &Value) -> Option<String> {
    let pairs: Option<Vec<String>> = value
        .as_object()?
        .iter()
        .map(|(name, value)| Some(format!("{}:{}", encoded(name), scalar(value)?)))
        .collect();
    Some(pairs?.join(","))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(encoded(text)),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn server_api(value: &Value) -> Option<ServerApi> {
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let version = value.as_str().or_else(|| value.get("version")?.as_str())?;
    (version == "1").then(|| {
        ServerApi::builder()
            .version(ServerApiVersion::V1)
            .strict(flag("strict"))
            .deprecation_errors(flag("deprecationErrors"))
            .build()
    })
}

/// `user` and `pass` are names of old drivers.
fn credentials(auth: &Value) -> Option<String> {
    let part = |names: [&str; 2]| {
        let text = names.iter().find_map(|name| auth.get(name)?.as_str())?;
        Some(utf8_percent_encode(text, NON_ALPHANUMERIC).to_string())
    };
    let user = part(["username", "user"])?;
    Some(match part(["password", "pass"]) {
        Some(password) => format!("{user}:{password}"),
        None => user,
    })
}

#[cfg(test)]
#[path = "client_options_tests.rs"]
mod tests;
