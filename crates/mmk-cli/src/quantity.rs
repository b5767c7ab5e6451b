//! Durations and sizes as users write them: `30s`, `5m`, `512MiB`. A bare number in a config file means milliseconds or
//! bytes; a bare number on the command line is refused, because everybody guesses another unit.

use std::time::Duration;

use bytesize::ByteSize;
use serde_json::Value;

/// A duration from a config value.
pub(crate) fn duration(value: &Value) -> Result<Duration, String> {
    if let Some(number) = value.as_f64() {
        return Duration::try_from_secs_f64(number / 1000.0)
            .map_err(|_| "must be a duration of zero or more milliseconds".to_owned());
    }
    let text = value
        .as_str()
        .ok_or("must be a duration, such as \"30s\", or a number of milliseconds")?
        .trim();
    humantime::parse_duration(text).map_err(|_| {
        if text.parse::<f64>().is_ok() {
            format!("must be a duration with a unit, such as `{text}s` or `{text}ms`")
        } else {
            "must be a duration, such as `500ms`, `30s`, `5m` or `1h 30m`".to_owned()
        }
    })
}

/// A size in bytes from a config value.
pub(crate) fn size(value: &Value) -> Result<u64, String> {
    const LEAST: u64 = 8 * 1024 * 1024;
    let bytes = match value.as_u64() {
        Some(bytes) => bytes,
        None => {
            let text = value
                .as_str()
                .ok_or("must be a size, such as \"512MiB\", or a number of bytes")?;
            if text.trim().parse::<u64>().is_ok() {
                return Err(format!(
                    "must be a size with a unit, such as `{}MiB`",
                    text.trim()
                ));
            }
            text.trim()
                .parse::<ByteSize>()
                .map_err(|_| "must be a size, such as `512MiB` or `2GB`".to_owned())?
                .as_u64()
        }
    };
    if bytes < LEAST {
        return Err(
            "must be at least 8MiB, the least that the JavaScript engine starts with".to_owned(),
        );
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn durations_need_a_unit_as_text_and_mean_milliseconds_as_numbers() {
        assert_eq!(duration(&json!("90s")), Ok(Duration::from_secs(90)));
        assert_eq!(duration(&json!("1h 30m")), Ok(Duration::from_secs(5400)));
        assert_eq!(duration(&json!(1500)), Ok(Duration::from_millis(1500)));
        assert_eq!(
            duration(&json!("30")).unwrap_err(),
            "must be a duration with a unit, such as `30s` or `30ms`"
        );
        assert!(duration(&json!("soon")).is_err());
        assert!(duration(&json!(-1)).is_err());
        assert!(duration(&json!(true)).is_err());
    }

    #[test]
    fn sizes_need_a_unit_as_text_and_a_sensible_least() {
        assert_eq!(size(&json!("512MiB")), Ok(512 * 1024 * 1024));
        assert_eq!(size(&json!("2GB")), Ok(2_000_000_000));
        assert_eq!(size(&json!(16_777_216)), Ok(16_777_216));
        assert_eq!(
            size(&json!("512")).unwrap_err(),
            "must be a size with a unit, such as `512MiB`"
        );
        assert!(size(&json!("1KiB")).unwrap_err().contains("8MiB"));
        assert!(size(&json!("plenty")).is_err());
    }
}
