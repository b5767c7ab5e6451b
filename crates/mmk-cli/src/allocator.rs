//! How the C library keeps memory that was given back: batches of documents are megabytes each, and glibc would keep some of them in
//! a pool per thread. Other C libraries are left as they are.

/// Blocks from this size on go back to the system when they are freed: bytes. glibc begins lower, but raises it with every such block.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const RETURNED_FROM: i32 = 1024 * 1024;

/// Pools of small blocks: one for V8's thread, one for all others.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const POOLS: i32 = 2;

/// To be called before there are threads.
pub(crate) fn tune() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: plain numbers, and no other thread allocates yet. A refused setting changes nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, RETURNED_FROM);
        libc::mallopt(libc::M_ARENA_MAX, POOLS);
    }
}
