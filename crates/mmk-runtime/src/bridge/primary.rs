//! What a reply says about the primary that gave it: that it steps down, or that it is none any more. Reads replies only; whom to ask
//! next is the driver's business.

use bson::RawDocument;

use super::command::is_ok;

/// "Not writable primary" and "node is recovering" of the specification.
/// Source: <https://github.com/mongodb/specifications/blob/master/source/server-discovery-and-monitoring/server-discovery-and-monitoring.md>
const STATE_CHANGES: [i32; 8] = [10107, 13435, 10058, 11600, 11602, 13436, 189, 91];

fn tells_of_a_change(error: &RawDocument) -> bool {
    error
        .get_i32("code")
        .is_ok_and(|code| STATE_CHANGES.contains(&code))
}

/// The command was done, but the wait for its write concern ended with the primary's time.
pub(crate) fn steps_down(reply: &RawDocument) -> bool {
    is_ok(reply)
        && reply
            .get_document("writeConcernError")
            .is_ok_and(tells_of_a_change)
}

/// The command was refused because of the server's state.
pub(crate) fn refuses(reply: &RawDocument) -> bool {
    !is_ok(reply) && tells_of_a_change(reply)
}

/// Whether servers know a command again that they have done before: by its number, and as the end of a transaction, but not as a part of
/// one, which only the server knows that began it.
pub(crate) fn knows_again(body: &RawDocument) -> bool {
    const ENDS: [&str; 2] = ["commitTransaction", "abortTransaction"];
    let has = |key: &str| matches!(body.get(key), Ok(Some(_)));
    has("txnNumber") && (!has("autocommit") || ENDS.into_iter().any(has))
}

#[cfg(test)]
mod tests {
    use bson::rawdoc;

    use super::*;

    #[test]
    fn a_step_down_is_told_from_a_refusal_and_from_other_trouble() {
        let interrupted = rawdoc! { "ok": 1, "n": 1, "writeConcernError": { "code": 11602 } };
        let refused = rawdoc! { "ok": 0.0, "code": 10107 };
        let slow = rawdoc! { "ok": 1, "writeConcernError": { "code": 64 } };
        let duplicate = rawdoc! { "ok": 1, "writeErrors": [{ "code": 11000 }] };
        assert!(steps_down(&interrupted) && !refuses(&interrupted));
        assert!(refuses(&refused) && !steps_down(&refused));
        for other in [slow, duplicate] {
            assert!(!steps_down(&other) && !refuses(&other), "{other:?}");
        }
    }

    #[test]
    fn parts_of_a_transaction_and_unnumbered_writes_are_not_known_again() {
        let numbered = rawdoc! { "insert": "a", "txnNumber": 1_i64 };
        let end = rawdoc! { "commitTransaction": 1, "txnNumber": 1_i64, "autocommit": false };
        assert!(knows_again(&numbered) && knows_again(&end));
        let part = rawdoc! { "insert": "a", "txnNumber": 1_i64, "autocommit": false };
        let unnumbered = rawdoc! { "update": "a" };
        assert!(!knows_again(&part) && !knows_again(&unnumbered));
    }
}
