//! The little that the CLI itself reads in a connection URI: the database in its path, and where credentials would be in
//! one that is not valid. Everything else is `mmk-mongo`'s and the driver's.

use percent_encoding::percent_decode_str;

/// The database that the URI names, decoded; none when its path is empty.
pub(crate) fn database(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once("://")?;
    let before_options = rest.split('?').next().unwrap_or(rest);
    // Credentials may hold an unescaped `@` or `/` although they shouldn't: the host begins after the last `@`.
    let hosts_and_path = before_options
        .rsplit_once('@')
        .map_or(before_options, |(_, after)| after);
    let (_, path) = hosts_and_path.split_once('/')?;
    let name = percent_decode_str(path).decode_utf8().ok()?;
    // `mongodb://host/database.collection` is allowed by the specification; the part after the dot is no database.
    let name = name.split('.').next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The URI with `user:password` (encoded) in it; those that it has already win, as in Node's driver.
pub(crate) fn with_credentials(uri: &str, credentials: &str) -> String {
    match uri.split_once("://") {
        Some((scheme, rest)) if !rest.split(['/', '?']).next().unwrap_or(rest).contains('@') => {
            format!("{scheme}://{credentials}@{rest}")
        }
        _ => uri.to_owned(),
    }
}

/// The text of a URI that may be anything (a wrong scheme, two URIs in one) with whatever stands before an `@` taken out.
pub(crate) fn without_credentials(text: &str) -> String {
    let Some((before, after)) = text.rsplit_once('@') else {
        return mmk_mongo::redact::redact(text);
    };
    let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
    format!("{scheme}://***@{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_the_database() {
        let cases = [
            ("mongodb://localhost:27017/shop", Some("shop")),
            ("mongodb://a:1,b:2/shop?replicaSet=rs0", Some("shop")),
            (
                "mongodb+srv://user:p%40ss@cluster.example.net/my%2Ddata",
                Some("my-data"),
            ),
            ("mongodb://user:p/w@host/shop", Some("shop")),
            ("mongodb://localhost", None),
            ("mongodb://localhost/", None),
            ("mongodb://localhost/?w=majority", None),
            ("mongodb://user:secret@localhost?authSource=admin", None),
            ("nonsense", None),
        ];
        for (uri, expected) in cases {
            assert_eq!(database(uri).as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn credentials_go_in_front_of_the_host_unless_there_are_some() {
        assert_eq!(
            with_credentials("mongodb://h/shop", "a:p%40ss"),
            "mongodb://a:p%40ss@h/shop"
        );
        assert_eq!(
            with_credentials("mongodb://b:x@h/shop", "a:y"),
            "mongodb://b:x@h/shop"
        );
    }

    #[test]
    fn nothing_before_an_at_sign_survives() {
        for uri in [
            "mongo://u:secret@h/d",
            "u:secret@h/d",
            "mongodb://u:sec@ret@h/d",
        ] {
            let shown = without_credentials(uri);
            assert!(!shown.contains("sec") && shown.ends_with("@h/d"), "{shown}");
        }
        assert_eq!(without_credentials("localhost"), "localhost");
    }
}
