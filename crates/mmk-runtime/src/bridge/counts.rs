//! What a script did, counted from the server's replies: the facts behind the progress line and the record.

use std::sync::Mutex;

use bson::RawBsonRef;
use bson::RawDocument;
use mmk_core::script::Counts;
use mmk_core::script::CountsByCollection;

use super::connection::lock;

/// Running totals by namespace.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    by_collection: Mutex<CountsByCollection>,
}

impl Counters {
    pub(crate) fn snapshot(&self) -> CountsByCollection {
        lock(&self.by_collection).clone()
    }

    /// Adds what the reply to a command says.
    pub(crate) fn add_reply(&self, database: &str, command: &RawDocument, reply: &RawDocument) {
        let Some(Ok((name, target))) = command.into_iter().next() else {
            return;
        };
        let Some(counts) = counts_of(name.as_str(), reply) else {
            return;
        };
        let collection = match (name.as_str(), target) {
            ("getMore", _) => command.get_str("collection").unwrap_or("?"),
            (_, RawBsonRef::String(collection)) => collection,
            _ => return,
        };
        self.add(&format!("{database}.{collection}"), counts);
    }

    fn add(&self, namespace: &str, counts: Counts) {
        if counts == Counts::default() {
            return;
        }
        let mut by_collection = lock(&self.by_collection);
        let total = by_collection.entry(namespace.to_owned()).or_default();
        total.read += counts.read;
        total.matched += counts.matched;
        total.modified += counts.modified;
        total.inserted += counts.inserted;
        total.deleted += counts.deleted;
    }
}

fn counts_of(command: &str, reply: &RawDocument) -> Option<Counts> {
    let n = number(reply.get("n").ok().flatten());
    let mut counts = Counts::default();
    match command {
        "insert" => counts.inserted = n,
        "delete" => counts.deleted = n,
        "update" => {
            let upserted = reply
                .get_array("upserted")
                .map_or(0, |upserted| upserted.into_iter().count() as u64);
            counts.inserted = upserted;
            counts.matched = n.saturating_sub(upserted);
            counts.modified = number(reply.get("nModified").ok().flatten());
        }
        "findAndModify" => {
            let result = reply.get_document("lastErrorObject").ok()?;
            let n = number(result.get("n").ok().flatten());
            if result.get("upserted").ok().flatten().is_some() {
                counts.inserted = n;
            } else if result.get("updatedExisting").ok().flatten().is_some() {
                counts.matched = n;
                counts.modified = n;
            } else {
                counts.deleted = n;
            }
        }
        "find" | "aggregate" | "getMore" => {
            let cursor = reply.get_document("cursor").ok()?;
            let batch = cursor
                .get_array("firstBatch")
                .or_else(|_| cursor.get_array("nextBatch"))
                .ok()?;
            counts.read = count_elements(batch.as_bytes());
        }
        _ => return None,
    }
    Some(counts)
}

fn number(value: Option<RawBsonRef<'_>>) -> u64 {
    match value {
        Some(RawBsonRef::Int32(n)) => u64::try_from(n).unwrap_or(0),
        Some(RawBsonRef::Int64(n)) => u64::try_from(n).unwrap_or(0),
        Some(RawBsonRef::Double(n)) if n > 0.0 => n as u64,
        _ => 0,
    }
}

/// Counts the documents of a batch by hopping over their lengths; a 16 MB batch costs microseconds.
fn count_elements(array: &[u8]) -> u64 {
    let mut count = 0;
    let mut at = 4;
    while at + 1 < array.len() && array[at] == 0x03 {
        let Some(key) = array[at + 1..].iter().position(|byte| *byte == 0) else {
            break;
        };
        let value = at + 1 + key + 1;
        let Some(length) = array.get(value..value + 4) else {
            break;
        };
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        if length < 5 {
            break;
        }
        at = value + length;
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use bson::RawDocumentBuf;
    use bson::rawdoc;

    use super::*;

    fn after(command: RawDocumentBuf, reply: RawDocumentBuf) -> Counts {
        let counters = Counters::default();
        counters.add_reply("shop", &command, &reply);
        counters
            .snapshot()
            .get("shop.users")
            .copied()
            .unwrap_or_default()
    }

    #[test]
    fn an_upsert_counts_as_inserted_and_not_as_matched() {
        let counts = after(
            rawdoc! {"update": "users"},
            rawdoc! {"n": 3, "nModified": 1, "upserted": [{"index": 0, "_id": 1}]},
        );
        assert_eq!(
            (counts.matched, counts.modified, counts.inserted),
            (2, 1, 1)
        );
    }

    #[test]
    fn a_batch_counts_its_documents() {
        let batch: Vec<_> = (0..1234).map(|n| rawdoc! {"_id": n}).collect();
        let mut array = bson::RawArrayBuf::new();
        for document in batch {
            array.push(document);
        }
        let counts = after(
            rawdoc! {"getMore": 5_i64, "collection": "users"},
            rawdoc! {"cursor": {"nextBatch": array}},
        );
        assert_eq!(counts.read, 1234);
    }

    #[test]
    fn a_find_and_modify_that_removes_counts_as_deleted() {
        let counts = after(
            rawdoc! {"findAndModify": "users"},
            rawdoc! {"lastErrorObject": {"n": 1}},
        );
        assert_eq!(counts.deleted, 1);
    }
}
