//! Takes credentials out of any text. The only such function: every message that may quote a URI goes through it.

/// URI options whose values are secrets, in lower case.
const SECRET_OPTIONS: [&str; 4] = [
    "tlscertificatekeyfilepassword",
    "sslpass",
    "authmechanismproperties",
    "proxypassword",
];

/// The text with user, password and secret options of each MongoDB URI in it replaced by `***`.
#[must_use]
pub fn redact(text: &str) -> String {
    // ASCII lower-casing keeps byte positions.
    let lower = text.to_ascii_lowercase();
    let mut redacted = String::with_capacity(text.len());
    let mut position = 0;
    while let Some(start) = next_uri(&lower, position) {
        let end = text[start..]
            .find(|character: char| character.is_whitespace() || "\"'`<>".contains(character))
            .map_or(text.len(), |length| start + length);
        redacted.push_str(&text[position..start]);
        redacted.push_str(&redact_after_scheme(&text[start..end]));
        position = end;
    }
    redacted.push_str(&text[position..]);
    redacted
}

/// Where the next URI's scheme ends.
fn next_uri(lower: &str, from: usize) -> Option<usize> {
    ["mongodb://", "mongodb+srv://"]
        .iter()
        .filter_map(|scheme| {
            lower[from..]
                .find(scheme)
                .map(|at| from + at + scheme.len())
        })
        .min()
}

fn redact_after_scheme(rest: &str) -> String {
    let (address, options) = split_options(rest);
    // After the last `@`, because a password may hold one although it should not.
    let address = match address.rsplit_once('@') {
        Some((credentials, hosts)) if credentials.contains(':') => format!("***:***@{hosts}"),
        Some((_, hosts)) => format!("***@{hosts}"),
        None => address.to_owned(),
    };
    match options {
        Some(options) => {
            let options: Vec<String> = options.split('&').map(redact_option).collect();
            format!("{address}?{}", options.join("&"))
        }
        None => address,
    }
}

/// Splits at the question mark that begins options; one inside a password is followed by no `key=`, or by an `@` and a host.
fn split_options(rest: &str) -> (&str, Option<&str>) {
    match rest.rsplit_once('?') {
        Some((address, options))
            if options.split('&').all(|option| option.contains('='))
                && (address.contains('/') || !options.contains('@')) =>
        {
            (address, Some(options))
        }
        _ => (rest, None),
    }
}

fn redact_option(option: &str) -> String {
    match option.split_once('=') {
        Some((key, _)) if SECRET_OPTIONS.contains(&key.to_ascii_lowercase().as_str()) => {
            format!("{key}=***")
        }
        _ => option.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn credentials_go_and_the_rest_stays() {
        let cases = [
            ("no uri here", "no uri here"),
            ("mongodb://host:27017/db", "mongodb://host:27017/db"),
            (
                "cannot reach mongodb://alice:s3cret@host:27017/db?w=majority now",
                "cannot reach mongodb://***:***@host:27017/db?w=majority now",
            ),
            ("mongodb+srv://alice@host/db", "mongodb+srv://***@host/db"),
            (
                "`MongoDB://a:p@ss/w:rd@h1,h2/` and mongodb://b:c@h3",
                "`MongoDB://***:***@h1,h2/` and mongodb://***:***@h3",
            ),
            (
                "mongodb://h/?tlsCertificateKeyFilePassword=x&appName=a",
                "mongodb://h/?tlsCertificateKeyFilePassword=***&appName=a",
            ),
            (
                "mongodb://acc:key==@acc.example.com:10255/?ssl=true&appName=@acc@",
                "mongodb://***:***@acc.example.com:10255/?ssl=true&appName=@acc@",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn no_part_of_an_odd_password_survives() {
        for password in [
            "a@b", "a/b", "a?b", "a?b=c", "a:b", "ä@ö", "a#b", "a%40b", "a&b", "@",
        ] {
            let text = redact(&format!("mongodb://user:X{password}Y@host:1/db: refused"));
            assert!(
                !text.contains('X') && !text.contains('Y') && text.contains("host:1/db"),
                "{password} gave {text}"
            );
        }
    }
}
