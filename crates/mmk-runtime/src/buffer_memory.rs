//! Memory of ArrayBuffers, which V8 keeps outside its heap: counted against the script's limit. Beyond it an allocation fails as a
//! `RangeError` that the script can catch, where V8's own allocator would let the process grow until the system ends it.

use std::alloc::Layout;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use deno_core::v8;

/// What malloc aligns to; V8's typed arrays ask for no more.
const ALIGNMENT: usize = 16;

/// The buffers of one isolate.
#[derive(Debug)]
pub(crate) struct BufferMemory {
    used: AtomicUsize,
    limit: usize,
    refused: AtomicBool,
    /// A refusal that nobody asked about yet.
    news: AtomicBool,
}

impl BufferMemory {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            used: AtomicUsize::new(0),
            limit,
            refused: AtomicBool::new(false),
            news: AtomicBool::new(false),
        })
    }

    /// Whether an allocation was refused since the isolate was made. V8 collects garbage and asks again before it throws, so this
    /// alone doesn't say that the script saw an error.
    pub(crate) fn has_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    /// Whether an allocation was refused since this was asked last. V8 calls the heap's limit near while it collects garbage for a
    /// buffer, though the heap may be almost empty.
    pub(crate) fn take_refusal(&self) -> bool {
        self.news.swap(false, Ordering::Relaxed)
    }

    fn refuse(&self) {
        self.refused.store(true, Ordering::Relaxed);
        self.news.store(true, Ordering::Relaxed);
    }

    /// For `CreateParams`.
    pub(crate) fn allocator(self: &Arc<Self>) -> v8::UniqueRef<v8::Allocator> {
        // SAFETY: the handle is an `Arc` that `drop` below gives back, and the functions keep V8's contract: memory of the length
        // that was asked for, zeroed where V8 wants that, freed with the same length.
        unsafe { v8::new_rust_allocator(Arc::into_raw(self.clone()), &FUNCTIONS) }
    }

    fn take(&self, length: usize) -> bool {
        let taken = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(length).filter(|sum| *sum <= self.limit)
            });
        if taken.is_err() {
            self.refuse();
        }
        taken.is_ok()
    }

    fn give_back(&self, length: usize) {
        self.used.fetch_sub(length, Ordering::Relaxed);
    }

    fn obtain(&self, length: usize, obtain: unsafe fn(Layout) -> *mut u8) -> *mut c_void {
        let Some(layout) = layout(length) else {
            return std::ptr::null_mut();
        };
        if !self.take(length) {
            return std::ptr::null_mut();
        }
        // SAFETY: `layout` never has size zero.
        let memory = unsafe { obtain(layout) };
        if memory.is_null() {
            self.refuse();
            self.give_back(length);
        }
        memory.cast()
    }
}

/// Gives the whole pages among these bytes back to the system. What is left of them are zeros; where it isn't Linux, nothing happens.
pub(crate) fn forget(bytes: &mut [u8]) {
    #[cfg(target_os = "linux")]
    {
        let page = rustix::param::page_size();
        let skipped = bytes.as_ptr().align_offset(page);
        let length = bytes.len().saturating_sub(skipped) / page * page;
        if length == 0 {
            return;
        }
        let pages = &mut bytes[skipped..skipped + length];
        // SAFETY: whole pages of memory that is ours alone to write to and that no file is behind: for this the call means to fill
        // them with zeros.
        let given_back = unsafe {
            rustix::mm::madvise(
                pages.as_mut_ptr().cast(),
                pages.len(),
                rustix::mm::Advice::LinuxDontNeed,
            )
        };
        debug_assert!(given_back.is_ok(), "these are pages of our own");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = bytes;
}

/// An empty buffer gets a byte, so that null means failure only.
fn layout(length: usize) -> Option<Layout> {
    Layout::from_size_align(length.max(1), ALIGNMENT).ok()
}

static FUNCTIONS: v8::RustAllocatorVtable<BufferMemory> = v8::RustAllocatorVtable {
    allocate,
    allocate_uninitialized,
    free,
    drop: drop_handle,
};

unsafe extern "C" fn allocate(memory: &BufferMemory, length: usize) -> *mut c_void {
    memory.obtain(length, std::alloc::alloc_zeroed)
}

unsafe extern "C" fn allocate_uninitialized(memory: &BufferMemory, length: usize) -> *mut c_void {
    memory.obtain(length, std::alloc::alloc)
}

unsafe extern "C" fn free(memory: &BufferMemory, data: *mut c_void, length: usize) {
    let Some(layout) = layout(length) else { return };
    // SAFETY: V8 gives back what `obtain` gave it, with its length.
    unsafe { std::alloc::dealloc(data.cast(), layout) };
    memory.give_back(length);
}

unsafe extern "C" fn drop_handle(memory: *const BufferMemory) {
    // SAFETY: made by `Arc::into_raw` in `allocator`, and V8 drops its allocator once.
    drop(unsafe { Arc::from_raw(memory) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_forgotten_is_zero_and_nothing_beside_it_is() {
        let page = rustix::param::page_size();
        let mut bytes = vec![7; 5 * page];
        let start = bytes.as_ptr().align_offset(page);
        forget(&mut bytes[start + 1..start + 3 * page + 9]);
        let kept = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 7);
        assert!(kept(&bytes[..start + page]) && kept(&bytes[start + 3 * page..]));
        assert!(
            bytes[start + page..start + 3 * page]
                .iter()
                .all(|byte| *byte == 0)
        );
        forget(&mut bytes[start + 1..start + page]);
        forget(&mut []);
        assert!(kept(&bytes[..start + page]));
    }

    #[test]
    fn what_is_given_back_can_be_had_again() {
        let memory = BufferMemory::new(1000);
        let first = memory.obtain(600, std::alloc::alloc_zeroed);
        assert!(!first.is_null());
        assert!(!memory.has_refused());
        assert!(memory.obtain(600, std::alloc::alloc_zeroed).is_null());
        assert!(memory.has_refused() && memory.take_refusal() && !memory.take_refusal());
        // SAFETY: it was obtained above with this length.
        unsafe { free(&memory, first, 600) };
        let second = memory.obtain(1000, std::alloc::alloc);
        assert!(!second.is_null());
        // SAFETY: as above.
        unsafe { free(&memory, second, 1000) };
        assert!(memory.obtain(usize::MAX, std::alloc::alloc).is_null());
    }
}
