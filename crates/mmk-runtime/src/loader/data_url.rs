//! Modules that are written into a `data:` URL: what kind they are, and their text. They can do what the script that imports them can.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use deno_core::url::Url;
use percent_encoding::percent_decode_str;

use super::error::ModuleError;
use super::prepared::ModuleFormat;

/// As forgiving as Node.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A module out of a `data:` URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DataModule {
    pub(super) format: ModuleFormat,
    pub(super) text: String,
}

impl DataModule {
    pub(super) fn of(url: &Url) -> Result<Self, ModuleError> {
        let (head, body) = url
            .path()
            .split_once(',')
            .ok_or_else(ModuleError::invalid_url)?;
        let mut parts = head.split(';');
        let kind = parts.next().unwrap_or_default();
        if !kind.contains('/') {
            return Err(ModuleError::invalid_url());
        }
        let format = match kind {
            "text/javascript" => ModuleFormat::Module,
            "application/json" => ModuleFormat::Json,
            _ => return Err(ModuleError::unknown_format(kind, url.as_str())),
        };
        let bytes: Vec<u8> = percent_decode_str(body).collect();
        let bytes = if parts.next_back() == Some("base64") {
            decoded(&bytes).ok_or_else(ModuleError::invalid_url)?
        } else {
            bytes
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Self { format, text })
    }
}

fn decoded(bytes: &[u8]) -> Option<Vec<u8>> {
    let letters: Vec<u8> = bytes
        .iter()
        .filter_map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(*byte),
            byte => byte.is_ascii_alphanumeric().then_some(*byte),
        })
        .collect();
    BASE64.decode(letters).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(url: &str) -> Result<String, Option<&'static str>> {
        let url = Url::parse(url).expect("a URL");
        DataModule::of(&url)
            .map(|module| module.text)
            .map_err(|error| error.code)
    }

    #[test]
    fn the_text_is_decoded() {
        let of = |url: &str| text(url).expect("a module");
        assert_eq!(of("data:text/javascript,let%20a%2c"), "let a,");
        assert_eq!(of("data:text/javascript;charset=utf-8;base64,YT0x"), "a=1");
        assert_eq!(of("data:application/json;base64,e30"), "{}");
        assert_eq!(of("data:text/javascript;base64,YT 0x"), "a=1");
    }

    #[test]
    fn other_kinds_are_refused() {
        for (url, code) in [
            ("data:text/css,a", "ERR_UNKNOWN_MODULE_FORMAT"),
            ("data:,a", "ERR_INVALID_URL"),
            ("data:text/javascript", "ERR_INVALID_URL"),
            ("data:text/javascript;base64,a", "ERR_INVALID_URL"),
        ] {
            assert_eq!(text(url), Err(Some(code)), "{url}");
        }
    }
}
