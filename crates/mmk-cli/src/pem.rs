//! Certificates and keys as a configuration gives them: a path, the text itself, a Buffer of it, or a list of these. Reads no certificate.

use std::io;

use serde_json::Value;

/// How every PEM text begins.
const BEGINNING: &str = "-----BEGIN";

pub(crate) enum Pem {
    Path(String),
    Text(String),
}

impl Pem {
    /// The text, whatever it was given as.
    pub(crate) fn read(self) -> io::Result<String> {
        match self {
            Self::Path(path) => std::fs::read_to_string(path),
            Self::Text(text) => Ok(text),
        }
    }
}

/// `None` for what is neither.
pub(crate) fn pem(value: &Value) -> Option<Pem> {
    match value {
        Value::String(text) if text.contains(BEGINNING) => Some(Pem::Text(text.clone())),
        Value::String(path) if !path.is_empty() => Some(Pem::Path(path.clone())),
        Value::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| pem(item)?.read().ok()).collect();
            Some(Pem::Text(texts?.join("\n")))
        }
        Value::Object(_) => {
            let text = String::from_utf8(buffer(value)?).ok()?;
            text.contains(BEGINNING).then_some(Pem::Text(text))
        }
        _ => None,
    }
}

/// The bytes of a Node Buffer, as `JSON.stringify` writes one.
fn buffer(value: &Value) -> Option<Vec<u8>> {
    if value.get("type")?.as_str()? != "Buffer" {
        return None;
    }
    let bytes = value.get("data")?.as_array()?.iter();
    bytes
        .map(|byte| u8::try_from(byte.as_u64()?).ok())
        .collect()
}
