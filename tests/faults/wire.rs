//! Messages between a driver and MongoDB, understood as far as the tests need: which command, on which collection, in which session.

use std::io::Read;
use std::net::TcpStream;

use bson::Bson;
use bson::Document;

const HEADER: usize = 16;
const OP_MSG: i32 = 2013;
/// Flags, then the kind of the first section.
const BODY: usize = HEADER + 5;

/// One message with its header.
pub(crate) struct Frame {
    pub(crate) bytes: Vec<u8>,
}

/// A command on its way to the server.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) name: String,
    /// Empty for commands without one, such as `commitTransaction`.
    pub(crate) collection: String,
    pub(crate) body: Document,
}

impl Frame {
    /// `None` at the end of the stream.
    pub(crate) fn read(from: &mut TcpStream) -> Option<Self> {
        let mut bytes = vec![0; HEADER];
        from.read_exact(&mut bytes).ok()?;
        let length = usize::try_from(integer(&bytes, 0)).ok()?;
        bytes.resize(length, 0);
        from.read_exact(&mut bytes[HEADER..]).ok()?;
        Some(Self { bytes })
    }

    /// A server's answer to the request of this number.
    pub(crate) fn reply(request: i32, reply: &Document) -> Self {
        let reply = reply.to_vec().expect("the test's reply is sound");
        let length = i32::try_from(BODY + reply.len()).expect("it is short");
        let mut bytes = Vec::new();
        for number in [length, 0, request, OP_MSG, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.push(0);
        bytes.extend(reply);
        Self { bytes }
    }

    pub(crate) fn request(&self) -> i32 {
        integer(&self.bytes, 4)
    }

    pub(crate) fn response_to(&self) -> i32 {
        integer(&self.bytes, 8)
    }

    /// The command in it. Both drivers put the body first.
    pub(crate) fn command(&self) -> Option<Seen> {
        if integer(&self.bytes, 12) != OP_MSG {
            return None;
        }
        let mut body = Document::from_reader(self.bytes.get(BODY..)?).ok()?;
        let (name, target) = body.iter().next()?;
        let name = name.clone();
        let collection = match target {
            Bson::String(collection) => collection.clone(),
            _ => String::new(),
        };
        // What follows is a sequence of documents: `updates`, for example.
        if let Some((key, documents)) = sequence(&self.bytes) {
            body.insert(key, documents);
        }
        Some(Seen {
            name,
            collection,
            body,
        })
    }

    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        self.bytes.windows(text.len()).any(|window| window == text)
    }

    /// Puts text in place of other text of the same length, wherever it is.
    pub(crate) fn replace(&mut self, from: &[u8], to: &[u8]) {
        assert_eq!(from.len(), to.len(), "lengths are part of the message");
        let mut at = BODY;
        while at + from.len() <= self.bytes.len() {
            if self.bytes[at..].starts_with(from) {
                self.bytes[at..at + to.len()].copy_from_slice(to);
                at += to.len();
            } else {
                at += 1;
            }
        }
    }
}

impl Seen {
    /// Heartbeats and farewells are not.
    pub(crate) fn is_worth_knowing(&self) -> bool {
        ![
            "hello",
            "isMaster",
            "ismaster",
            "endSessions",
            "buildInfo",
            "ping",
        ]
        .contains(&self.name.as_str())
    }

    /// The member of a set that sent this heartbeat.
    pub(crate) fn sender(&self) -> Option<&str> {
        (self.name == "replSetHeartbeat")
            .then(|| self.body.get_str("from").ok())
            .flatten()
    }

    pub(crate) fn is(&self, name: &str, collection: &str) -> bool {
        self.name == name && self.collection == collection
    }

    /// The session, as `killSessions` wants it.
    pub(crate) fn session(&self) -> Option<Document> {
        self.body.get_document("lsid").ok().cloned()
    }

    pub(crate) fn is_in_transaction(&self) -> bool {
        self.body.get_bool("autocommit").ok() == Some(false)
    }

    /// Notes of counts and renewals of the lock come by the clock and not by the step.
    pub(crate) fn is_timed(&self) -> bool {
        let text = self.body.to_string();
        self.is("update", "_mmk_locks")
            || (self.is("update", "_mmk_history") && text.contains("countedAt"))
    }
}

fn integer(bytes: &[u8], at: usize) -> i32 {
    i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The second section, where it is a sequence of documents.
fn sequence(bytes: &[u8]) -> Option<(String, Vec<Document>)> {
    let body = usize::try_from(integer(bytes.get(BODY..BODY + 4)?, 0)).ok()?;
    let start = BODY + body;
    if *bytes.get(start)? != 1 {
        return None;
    }
    let length = usize::try_from(integer(bytes.get(start + 1..start + 5)?, 0)).ok()?;
    let section = bytes.get(start + 5..start + 1 + length)?;
    let end = section.iter().position(|byte| *byte == 0)?;
    let key = String::from_utf8(section[..end].to_vec()).ok()?;
    let mut rest = &section[end + 1..];
    let mut documents = Vec::new();
    while !rest.is_empty() {
        documents.push(Document::from_reader(&mut rest).ok()?);
    }
    Some((key, documents))
}
