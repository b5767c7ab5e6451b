//! Text to bytes and back for `Buffer`, in Node's encodings and with Node's leniency: what cannot be decoded is replaced, skipped
//! or cut off, never refused. Works on V8 strings directly, so that lone surrogates and Latin-1 survive.

use deno_core::op2;
use deno_core::v8;
use deno_error::JsErrorBox;

/// The numbers `js-runtime/src/node/buffer-encodings.js` uses.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    Ucs2,
    Hex,
    Base64,
    Base64Url,
}

impl Encoding {
    fn from_code(code: u32) -> Self {
        match code {
            1 => Self::Latin1,
            2 => Self::Ascii,
            3 => Self::Ucs2,
            4 => Self::Hex,
            5 => Self::Base64,
            6 => Self::Base64Url,
            _ => Self::Utf8,
        }
    }
}

/// `Buffer.from(text, encoding)`.
#[op2]
#[buffer]
pub(crate) fn op_node_text_encode(
    scope: &mut v8::PinScope<'_, '_>,
    text: v8::Local<'_, v8::String>,
    #[smi] code: u32,
) -> Vec<u8> {
    encode(scope, text, Encoding::from_code(code))
}

/// `buffer.write(text, offset, length, encoding)`: how many bytes were written. A character that does not fit whole is left out.
#[op2(fast)]
#[smi]
pub(crate) fn op_node_text_write(
    scope: &mut v8::PinScope<'_, '_>,
    #[buffer] target: &mut [u8],
    text: v8::Local<'_, v8::String>,
    #[smi] offset: u32,
    #[smi] length: u32,
    #[smi] code: u32,
) -> u32 {
    let start = (offset as usize).min(target.len());
    let end = start.saturating_add(length as usize).min(target.len());
    let room = &mut target[start..end];
    let encoding = Encoding::from_code(code);
    if let Encoding::Utf8 = encoding {
        return text.write_utf8_v2(scope, room, v8::WriteFlags::kReplaceInvalidUtf8, None) as u32;
    }
    let bytes = encode(scope, text, encoding);
    let mut size = bytes.len().min(room.len());
    if let Encoding::Ucs2 = encoding {
        size -= size % 2;
    }
    room[..size].copy_from_slice(&bytes[..size]);
    size as u32
}

/// `buffer.toString(encoding, start, end)`.
#[op2]
pub(crate) fn op_node_text_decode<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] bytes: &[u8],
    #[smi] code: u32,
    #[number] start: u64,
    #[number] end: u64,
) -> Result<v8::Local<'s, v8::String>, JsErrorBox> {
    let end = (end as usize).min(bytes.len());
    let start = (start as usize).min(end);
    let bytes = &bytes[start..end];
    let made = match Encoding::from_code(code) {
        Encoding::Utf8 => v8::String::new_from_utf8(scope, bytes, v8::NewStringType::Normal),
        Encoding::Latin1 => one_byte(scope, bytes),
        Encoding::Ascii => {
            let low: Vec<u8> = bytes.iter().map(|byte| byte & 0x7f).collect();
            one_byte(scope, &low)
        }
        Encoding::Ucs2 => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            v8::String::new_from_two_byte(scope, &units, v8::NewStringType::Normal)
        }
        Encoding::Hex => one_byte(scope, &to_hex(bytes)),
        Encoding::Base64 => one_byte(scope, &to_base64(bytes, BASE64_LETTERS, Padding::Equals)),
        Encoding::Base64Url => one_byte(scope, &to_base64(bytes, BASE64URL_LETTERS, Padding::None)),
    };
    made.ok_or_else(|| {
        JsErrorBox::generic("Cannot create a string longer than 0x1fffffe8 characters")
    })
}

/// `buffer.isUtf8(bytes)`.
#[op2(fast)]
pub(crate) fn op_node_text_is_utf8(#[buffer] bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

fn one_byte<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    bytes: &[u8],
) -> Option<v8::Local<'s, v8::String>> {
    v8::String::new_from_one_byte(scope, bytes, v8::NewStringType::Normal)
}

fn encode(
    scope: &mut v8::PinScope<'_, '_>,
    text: v8::Local<'_, v8::String>,
    encoding: Encoding,
) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => {
            let mut bytes = vec![0; text.utf8_length(scope)];
            let written =
                text.write_utf8_v2(scope, &mut bytes, v8::WriteFlags::kReplaceInvalidUtf8, None);
            bytes.truncate(written);
            bytes
        }
        Encoding::Latin1 | Encoding::Ascii => code_units_low(scope, text),
        Encoding::Ucs2 => code_units(scope, text)
            .iter()
            .flat_map(|unit| unit.to_le_bytes())
            .collect(),
        Encoding::Hex => from_hex(&narrow(scope, text)),
        Encoding::Base64 | Encoding::Base64Url => from_base64(&narrow(scope, text)),
    }
}

fn code_units(scope: &mut v8::PinScope<'_, '_>, text: v8::Local<'_, v8::String>) -> Vec<u16> {
    let mut units = vec![0; text.length()];
    text.write_v2(scope, 0, &mut units, v8::WriteFlags::empty());
    units
}

fn code_units_low(scope: &mut v8::PinScope<'_, '_>, text: v8::Local<'_, v8::String>) -> Vec<u8> {
    let mut bytes = vec![0; text.length()];
    text.write_one_byte_v2(scope, 0, &mut bytes, v8::WriteFlags::empty());
    bytes
}

/// One byte per character; what does not fit becomes a byte that is no letter of hex or base64.
fn narrow(scope: &mut v8::PinScope<'_, '_>, text: v8::Local<'_, v8::String>) -> Vec<u8> {
    if text.contains_only_onebyte() {
        return code_units_low(scope, text);
    }
    code_units(scope, text)
        .iter()
        .map(|unit| u8::try_from(*unit).unwrap_or(0xff))
        .collect()
}

const HEX_LETTERS: &[u8; 16] = b"0123456789abcdef";

fn to_hex(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(HEX_LETTERS[usize::from(byte >> 4)]);
        text.push(HEX_LETTERS[usize::from(byte & 15)]);
    }
    text
}

/// Stops at the first pair that is not hexadecimal; a single letter at the end is dropped.
fn from_hex(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|value| value as u8);
    text.chunks_exact(2)
        .map_while(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

const BASE64_LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64URL_LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[derive(Clone, Copy)]
enum Padding {
    Equals,
    None,
}

fn to_base64(bytes: &[u8], letters: &[u8; 64], padding: Padding) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let joined = group.iter().enumerate().fold(0u32, |sum, (place, byte)| {
            sum | u32::from(*byte) << (16 - 8 * place)
        });
        for place in 0..=group.len() {
            text.push(letters[(joined >> (18 - 6 * place) & 63) as usize]);
        }
        if let Padding::Equals = padding {
            text.resize(text.len() + 3 - group.len(), b'=');
        }
    }
    text
}

const NOT_A_LETTER: u8 = 0xff;

/// Both alphabets at once, as Node reads them.
const BASE64_VALUES: [u8; 256] = {
    let mut values = [NOT_A_LETTER; 256];
    let mut index = 0;
    while index < 64 {
        values[BASE64_LETTERS[index] as usize] = index as u8;
        values[BASE64URL_LETTERS[index] as usize] = index as u8;
        index += 1;
    }
    values
};

/// Skips what is no letter of either alphabet and ends at the first `=`.
fn from_base64(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let mut joined = 0u32;
    let mut count = 0;
    for letter in text {
        if *letter == b'=' {
            break;
        }
        let value = BASE64_VALUES[usize::from(*letter)];
        if value == NOT_A_LETTER {
            continue;
        }
        joined = joined << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            bytes.extend_from_slice(&[(joined >> 16) as u8, (joined >> 8) as u8, joined as u8]);
            joined = 0;
            count = 0;
        }
    }
    match count {
        2 => bytes.push((joined >> 4) as u8),
        3 => bytes.extend_from_slice(&[(joined >> 10) as u8, (joined >> 2) as u8]),
        _ => {}
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_leniently_as_node_does() {
        for (text, expected) in [
            ("YQ==Yg==", "61"),
            ("Y", ""),
            ("YWJ", "6162"),
            ("Y W\nI=", "6162"),
            ("Y*W_-", "616ffe"),
            ("=YQ==", ""),
            ("YWJjZ", "616263"),
            ("a-_+/", "6beffe"),
        ] {
            let bytes = from_base64(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&to_hex(&bytes)), expected, "{text}");
        }
    }

    #[test]
    fn base64_is_written_with_and_without_padding() {
        let written = |bytes: &[u8], letters, padding| {
            String::from_utf8_lossy(&to_base64(bytes, letters, padding)).into_owned()
        };
        assert_eq!(written(b"a", BASE64_LETTERS, Padding::Equals), "YQ==");
        assert_eq!(written(b"ab", BASE64_LETTERS, Padding::Equals), "YWI=");
        assert_eq!(written(b"abc", BASE64_LETTERS, Padding::Equals), "YWJj");
        assert_eq!(
            written(&[0xff, 0xfe], BASE64URL_LETTERS, Padding::None),
            "__4"
        );
    }

    #[test]
    fn hex_ends_at_the_first_letter_that_is_none() {
        assert_eq!(from_hex(b"61zz62"), b"a");
        assert_eq!(from_hex(b"6162c"), b"ab");
    }
}
