//! Makes a connection URI written for Node's driver fit for Rust's. Translates what has another name, drops what means nothing here and
//! says so, and refuses what would silently weaken or change the connection.

use mmk_core::error::Error;

/// Options of old Node drivers and client-side conveniences that have no meaning for this driver, in lower case.
const WITHOUT_MEANING: [&str; 44] = [
    "autoreconnect",
    "autoselectfamily",
    "autoselectfamilyattempttimeout",
    "buffermaxentries",
    "checkkeys",
    "checkserveridentity",
    "dbname",
    "domainsenabled",
    "enableutf8validation",
    "family",
    "forceserverobjectid",
    "fsync",
    "ha",
    "hainterval",
    "ignoreundefined",
    "keepalive",
    "keepaliveinitialdelay",
    "logger",
    "localaddress",
    "localport",
    "loggerlevel",
    "lookup",
    "maxpingms",
    "minheartbeatfrequencyms",
    "monitorcommands",
    "nodelay",
    "numberofretries",
    "promisefactory",
    "promiselibrary",
    "promotebuffers",
    "promotelongs",
    "promotevalues",
    "raw",
    "reconnectinterval",
    "reconnecttries",
    "secondaryacceptablelatencyms",
    "serializefunctions",
    "sockettimeoutms",
    "timeoutms",
    "usebigint64",
    "usecreateindex",
    "usefindandmodify",
    "usenewurlparser",
    "useunifiedtopology",
];

/// Node's name in lower case, and the driver's.
const TRANSLATED: [(&str, &str); 4] = [
    ("j", "journal"),
    ("wtimeout", "wTimeoutMS"),
    ("poolsize", "maxPoolSize"),
    ("ssl_ca", "tlsCAFile"),
];

/// Options that Node knows, that matter, and that can't be honoured.
const REFUSED: [(&str, &str); 6] = [
    (
        "tlsallowinvalidhostnames",
        "certificates are always checked against the host name; give a certificate that fits, or `tlsInsecure=true` for tests",
    ),
    (
        "sslvalidate",
        "use `tlsAllowInvalidCertificates=true` for tests",
    ),
    ("tlscrlfile", "revocation lists are not supported"),
    (
        "autoencryption",
        "client-side field level encryption is not supported",
    ),
    ("gssapiservicename", "Kerberos is not supported"),
    ("tlsdisablecertificaterevocationcheck", "leave it out"),
];

/// A URI that the driver understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedUri {
    pub uri: String,
    pub warnings: Vec<String>,
}

/// Prepares `uri`; `options` (of a configuration's `mongoClientOptions`, as text) win over options of the same name in the URI.
pub fn prepare(uri: &str, options: &[(String, String)]) -> Result<PreparedUri, Error> {
    if !uri.starts_with("mongodb://") && !uri.starts_with("mongodb+srv://") {
        return Err(invalid(format!(
            "the MongoDB URI must begin with `mongodb://` or `mongodb+srv://`, {}",
            beginning(uri)
        )));
    }
    let (address, query) = uri.split_once('?').unwrap_or((uri, ""));
    let overridden: Vec<String> = options.iter().map(|(key, _)| key.to_lowercase()).collect();
    let from_uri = query
        .split(['&', ';'])
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(key, _)| !overridden.contains(&key.to_lowercase()));
    let from_options = options
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let mut pairs = Vec::new();
    let mut dropped = Vec::new();
    let mut problems = Vec::new();
    for (key, value) in from_uri.chain(from_options) {
        let lower = key.to_lowercase();
        if WITHOUT_MEANING.contains(&lower.as_str()) {
            dropped.push(format!("`{key}`"));
        } else if let Some((_, advice)) = REFUSED.iter().find(|(name, _)| *name == lower) {
            problems.push(format!(
                "the connection option `{key}` can't be used: {advice}"
            ));
        } else {
            let name = TRANSLATED
                .iter()
                .find(|(name, _)| *name == lower)
                .map_or(key, |(_, name)| *name);
            pairs.push(format!("{name}={value}"));
        }
    }
    if !problems.is_empty() {
        return Err(Error::ConfigInvalid {
            file: None,
            issues: problems,
        });
    }
    Ok(PreparedUri {
        uri: join(address, &pairs),
        warnings: if dropped.is_empty() {
            Vec::new()
        } else {
            vec![format!(
                "connection options without effect here: {}",
                dropped.join(", ")
            )]
        },
    })
}

/// Node takes `mongodb://host?w=1`; the driver wants the slash.
fn join(address: &str, pairs: &[String]) -> String {
    if pairs.is_empty() {
        return address.to_owned();
    }
    let has_path = address
        .split_once("://")
        .is_some_and(|(_, rest)| rest.rsplit('@').next().unwrap_or(rest).contains('/'));
    let slash = if has_path { "" } else { "/" };
    format!("{address}{slash}?{}", pairs.join("&"))
}

/// The scheme, and nothing that could be a credential.
fn beginning(uri: &str) -> String {
    match uri.split_once("://") {
        Some((scheme, _))
            if scheme
                .chars()
                .all(|one| one.is_ascii_alphanumeric() || one == '+') =>
        {
            format!("not with `{scheme}://`")
        }
        _ => "and this text has no scheme".to_owned(),
    }
}

pub(crate) fn invalid(issue: String) -> Error {
    Error::ConfigInvalid {
        file: None,
        issues: vec![issue],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(uri: &str) -> PreparedUri {
        prepare(uri, &[]).unwrap()
    }

    #[test]
    fn node_names_are_translated_and_leftovers_dropped_with_one_warning() {
        let result = prepared(
            "mongodb://u:p@h:1,h:2/db?useNewUrlParser=true&j=true&wtimeout=5&useUnifiedTopology=true&w=majority",
        );
        assert_eq!(
            result.uri,
            "mongodb://u:p@h:1,h:2/db?journal=true&wTimeoutMS=5&w=majority"
        );
        assert_eq!(
            result.warnings,
            ["connection options without effect here: `useNewUrlParser`, `useUnifiedTopology`"]
        );
    }

    #[test]
    fn a_uri_without_options_stays_as_it_is() {
        for uri in ["mongodb://h", "mongodb://h/", "mongodb://u:p@h/db"] {
            assert_eq!(prepared(uri).uri, uri);
        }
        assert_eq!(prepared("mongodb://h?w=1").uri, "mongodb://h/?w=1");
        assert_eq!(
            prepared("mongodb://h/?useNewUrlParser=true").uri,
            "mongodb://h/"
        );
    }

    #[test]
    fn client_options_win() {
        let options = [("maxPoolSize".to_owned(), "7".to_owned())];
        let result = prepare("mongodb://h/?maxpoolsize=3&w=1", &options).unwrap();
        assert_eq!(result.uri, "mongodb://h/?w=1&maxPoolSize=7");
    }

    #[test]
    fn what_matters_and_cannot_be_honoured_is_refused_by_name() {
        let error = prepare("mongodb://h/?tlsAllowInvalidHostnames=true", &[]).unwrap_err();
        assert_eq!(error.code(), "CONFIG_INVALID");
        assert!(error.to_string().contains("`tlsAllowInvalidHostnames`"));
    }

    #[test]
    fn a_wrong_scheme_is_refused_without_showing_credentials() {
        for uri in [
            "postgres://user:secret@h/db",
            "user:secret@host",
            "",
            "ünïcode",
        ] {
            let text = prepare(uri, &[]).unwrap_err().to_string();
            assert!(text.contains("mongodb://"), "{text}");
            assert!(!text.contains("secret@"), "{text}");
        }
    }
}
