//! One problem of the configuration: which key, what is wrong, what was read from where, how to set it. All problems are
//! shown at once; a value that may hold credentials is never shown as it is.

use serde_json::Map;
use serde_json::Value;

use crate::config_words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigIssue {
    /// As the user's own tool calls it.
    pub(crate) key: String,
    /// Phrased to follow the key.
    pub(crate) problem: String,
    pub(crate) received: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) how_to_set: Option<String>,
}

impl ConfigIssue {
    /// Whether this is about our key `name`, under whatever name the tool has for it.
    pub(crate) fn concerns(&self, name: &str) -> bool {
        self.key == name || config_words::our_name(&self.key) == Some(name)
    }

    /// mmk's field names.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("key".to_owned(), Value::from(self.key.as_str()));
        object.insert("problem".to_owned(), Value::from(self.problem.as_str()));
        let optional = [
            ("received", &self.received),
            ("source", &self.source),
            ("howToSet", &self.how_to_set),
        ];
        for (name, text) in optional {
            if let Some(text) = text {
                object.insert(name.to_owned(), Value::from(text.as_str()));
            }
        }
        Value::Object(object)
    }
}

/// The whole message: a heading and a numbered block for each issue.
pub(crate) fn describe(issues: &[ConfigIssue]) -> String {
    let count = match issues.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let mut text = format!("the configuration is not valid, {count} found:");
    for (index, issue) in issues.iter().enumerate() {
        text.push_str(&format!(
            "\n\n  {}. {} {}",
            index + 1,
            issue.key,
            issue.problem
        ));
        let optional = [
            ("Received", &issue.received),
            ("Read from", &issue.source),
            ("Set it with", &issue.how_to_set),
        ];
        for (label, detail) in optional {
            if let Some(detail) = detail {
                text.push_str(&format!("\n     {label}: {detail}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue() -> ConfigIssue {
        ConfigIssue {
            key: "strict".to_owned(),
            problem: "must be a boolean (true or false, not text)".to_owned(),
            received: Some("\"yes\"".to_owned()),
            source: Some("the config file mmk.config.json".to_owned()),
            how_to_set: None,
        }
    }

    #[test]
    fn all_issues_are_numbered_under_one_heading() {
        let mut second = issue();
        second.key = "sequential".to_owned();
        second.received = None;
        second.source = None;
        assert_eq!(
            describe(&[issue(), second]),
            "the configuration is not valid, 2 problems found:\n\n  1. strict must be a boolean (true or false, not \
             text)\n     Received: \"yes\"\n     Read from: the config file mmk.config.json\n\n  2. sequential must be a \
             boolean (true or false, not text)"
        );
    }

    #[test]
    fn json_has_the_field_names_of_mmk_and_leaves_out_what_is_unknown() {
        assert_eq!(
            issue().to_json(),
            serde_json::json!({
                "key": "strict",
                "problem": "must be a boolean (true or false, not text)",
                "received": "\"yes\"",
                "source": "the config file mmk.config.json",
            })
        );
    }
}
