//! Reads single fields of stored documents with the tolerance of JavaScript: any number type is a number, a missing or `null` field is
//! none. What has the wrong type altogether is `Err` with a sentence.

use std::time::Duration;

use bson::Bson;
use bson::Document;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A number as Node's driver stores it: Int32 where it fits, Double beyond.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum JsNumber {
    Int32(i32),
    Double(f64),
}

impl JsNumber {
    pub(crate) fn from_integer(value: i64) -> Self {
        i32::try_from(value).map_or(Self::Double(value as f64), Self::Int32)
    }

    pub(crate) fn from_milliseconds(duration: Duration) -> Self {
        Self::from_integer(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }
}

impl From<JsNumber> for Bson {
    fn from(number: JsNumber) -> Self {
        match number {
            JsNumber::Int32(value) => Self::Int32(value),
            JsNumber::Double(value) => Self::Double(value),
        }
    }
}

pub(crate) fn text(document: &Document, key: &str) -> Result<Option<String>, String> {
    match document.get(key) {
        None | Some(Bson::Null | Bson::Undefined) => Ok(None),
        Some(Bson::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(wrong_type(key, "text", other)),
    }
}

pub(crate) fn integer(document: &Document, key: &str) -> Result<Option<i64>, String> {
    match document.get(key) {
        None | Some(Bson::Null | Bson::Undefined) => Ok(None),
        Some(Bson::Int32(value)) => Ok(Some(i64::from(*value))),
        Some(Bson::Int64(value)) => Ok(Some(*value)),
        Some(Bson::Double(value)) if value.is_finite() => Ok(Some(value.trunc() as i64)),
        Some(other) => Err(wrong_type(key, "a number", other)),
    }
}

pub(crate) fn milliseconds(document: &Document, key: &str) -> Result<Option<Duration>, String> {
    let value = integer(document, key)?;
    Ok(value.map(|value| Duration::from_millis(u64::try_from(value).unwrap_or(0))))
}

/// A Date; also the text and the number of milliseconds that hand-written records hold in its place.
pub(crate) fn date(document: &Document, key: &str) -> Result<Option<OffsetDateTime>, String> {
    match document.get(key) {
        None | Some(Bson::Null | Bson::Undefined) => Ok(None),
        Some(Bson::DateTime(date)) => Ok(Some(date.to_time_0_3())),
        Some(Bson::String(text)) => OffsetDateTime::parse(text, &Rfc3339)
            .map(Some)
            .map_err(|_| format!("`{key}` is `{text}`, which is no date")),
        Some(Bson::Int64(value)) => Ok(Some(bson::DateTime::from_millis(*value).to_time_0_3())),
        Some(Bson::Double(value)) if value.is_finite() => Ok(Some(
            bson::DateTime::from_millis(*value as i64).to_time_0_3(),
        )),
        Some(other) => Err(wrong_type(key, "a date", other)),
    }
}

fn wrong_type(key: &str, expected: &str, found: &Bson) -> String {
    format!(
        "`{key}` should be {expected} and is {:?}",
        found.element_type()
    )
}
