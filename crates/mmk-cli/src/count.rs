//! The numbers of `--steps` and `--batch`: whole and at least 1, refused before anything is connected.

use crate::failure::Failure;

pub(crate) fn parse(text: Option<&str>, flag: &str, example: &str) -> Result<Option<u32>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let digits = text.trim();
    let number = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse::<u32>().ok())
        .flatten()
        .filter(|number| *number >= 1);
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(Failure::argument(format!(
            "`{flag}` must be a whole number of at least 1, not `{text}`"
        ))
        .hint(format!("for example: `{example}`"))
        .detail("flag", flag)
        .detail("received", text)),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_whole_numbers_from_one_are_taken() {
        let parse = |text| parse(Some(text), "--steps", "mmk-js down --steps 3");
        assert_eq!(parse("3").unwrap(), Some(3));
        assert_eq!(parse(" 12 ").unwrap(), Some(12));
        for bad in ["0", "-1", "1.5", "1e3", "abc", "", "+1", "99999999999"] {
            let error = parse(bad).unwrap_err();
            assert_eq!(error.code(), "INVALID_ARGUMENT", "{bad:?}");
            assert!(
                error.to_string().contains(&format!("not `{bad}`")),
                "{error}"
            );
        }
    }
}
