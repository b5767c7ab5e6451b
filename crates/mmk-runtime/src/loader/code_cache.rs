//! What V8 compiled, kept for the next isolate of this process: each migration has an isolate of its own, and all of them load the same
//! packages. In memory only, and never past its limit (docs/decisions/0013-code-cache.md).

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// Compiling a shorter text anew is as fast as looking for it.
const SHORTEST: usize = 1024;

/// All code together with its texts, bytes. mongoose, lodash and zod take 6 MB.
const LIMIT: usize = 64 * 1024 * 1024;

/// The text that a code belongs to, as whoever compiles it has it. V8 itself compares nothing but the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text<'a> {
    Bytes(&'a [u8]),
    Units(&'a [u16]),
}

impl Text<'_> {
    fn to_kept(self) -> KeptText {
        match self {
            Self::Bytes(bytes) => KeptText::Bytes(bytes.into()),
            Self::Units(units) => KeptText::Units(units.into()),
        }
    }
}

enum KeptText {
    Bytes(Box<[u8]>),
    Units(Box<[u16]>),
}

impl KeptText {
    fn as_text(&self) -> Text<'_> {
        match self {
            Self::Bytes(bytes) => Text::Bytes(bytes),
            Self::Units(units) => Text::Units(units),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Units(units) => 2 * units.len(),
        }
    }
}

/// How much of a file had run when its code was kept: V8 compiles a function when it is first called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ripeness {
    /// The functions that are called while the file is loaded.
    Loaded,
    /// Those that a migration calls as well.
    Ran,
}

/// Code of one file.
#[derive(Clone)]
pub(super) struct Code {
    pub(super) bytes: Arc<[u8]>,
    pub(super) ripeness: Ripeness,
}

struct Entry {
    text: KeptText,
    code: Code,
}

impl Entry {
    fn size(&self) -> usize {
        self.text.size() + self.code.bytes.len()
    }
}

#[derive(Default)]
struct Entries {
    by_name: HashMap<String, Entry>,
    size: usize,
}

/// Code by the name of its file. A file has one: that of its last text.
#[derive(Default)]
pub(crate) struct CodeCache {
    entries: Mutex<Entries>,
    is_off: AtomicBool,
}

impl CodeCache {
    /// Keeps nothing any more: there won't be another isolate that could use it.
    pub(crate) fn turn_off(&self) {
        self.is_off.store(true, Ordering::Relaxed);
    }

    /// Whether code of a text of this length is worth keeping.
    pub(super) fn wants(&self, length: usize) -> bool {
        length >= SHORTEST && !self.is_off.load(Ordering::Relaxed)
    }

    pub(super) fn find(&self, name: &str, text: Text<'_>) -> Option<Code> {
        self.lock()
            .by_name
            .get(name)
            .filter(|entry| entry.text.as_text() == text)
            .map(|entry| entry.code.clone())
    }

    pub(super) fn keep(&self, name: &str, text: Text<'_>, code: &[u8], ripeness: Ripeness) {
        let entry = Entry {
            text: text.to_kept(),
            code: Code {
                bytes: code.into(),
                ripeness,
            },
        };
        let mut entries = self.lock();
        if let Some(old) = entries.by_name.remove(name) {
            entries.size -= old.size();
        }
        // What came first stays: a run loads the same files again and again.
        if entries.size + entry.size() <= LIMIT {
            entries.size += entry.size();
            entries.by_name.insert(name.to_owned(), entry);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_file_has_no_code() {
        let cache = CodeCache::default();
        let (old, new) = (Text::Bytes(b"a = 1;"), Text::Bytes(b"a = 2;"));
        cache.keep("/m.js", old, b"code", Ripeness::Loaded);
        assert!(cache.find("/m.js", old).is_some());
        assert!(cache.find("/m.js", new).is_none());
        assert!(cache.find("/n.js", old).is_none());
        cache.keep("/m.js", new, b"other code", Ripeness::Loaded);
        assert!(cache.find("/m.js", old).is_none());
        assert_eq!(cache.lock().size, b"a = 2;other code".len());
    }

    #[test]
    fn texts_of_two_widths_are_never_the_same() {
        let cache = CodeCache::default();
        cache.keep("/m.js", Text::Units(&[]), b"code", Ripeness::Loaded);
        assert!(cache.find("/m.js", Text::Units(&[])).is_some());
        assert!(cache.find("/m.js", Text::Bytes(&[])).is_none());
    }

    #[test]
    fn it_never_grows_past_its_limit() {
        let cache = CodeCache::default();
        let text = Text::Bytes(b"");
        let code = vec![0; LIMIT / 4];
        for name in ["a", "b", "c", "d", "e"] {
            cache.keep(name, text, &code, Ripeness::Loaded);
        }
        assert_eq!(cache.lock().size, LIMIT);
        assert!(cache.find("e", text).is_none());
        // What is there can still be replaced.
        cache.keep("a", text, &code, Ripeness::Ran);
        let found = cache.find("a", text).map(|code| code.ripeness);
        assert_eq!(found, Some(Ripeness::Ran));
    }

    #[test]
    fn turned_off_it_wants_nothing() {
        let cache = CodeCache::default();
        assert!(cache.wants(SHORTEST));
        assert!(!cache.wants(SHORTEST - 1));
        cache.turn_off();
        assert!(!cache.wants(SHORTEST));
    }
}
