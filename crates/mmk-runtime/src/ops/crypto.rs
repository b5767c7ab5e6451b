//! Hashes, keys from passwords and random bytes for `crypto`, from the RustCrypto crates. Unknown algorithms are answered with
//! "nothing"; JavaScript words the error.

use std::cell::RefCell;

use deno_core::GarbageCollected;
use deno_core::op2;
use deno_core::v8;
use deno_error::JsErrorBox;
use digest::Digest;
use digest::KeyInit;
use digest::Mac;
use digest::Update;
use hmac::SimpleHmac;

/// Runs `$body` with `$Hash` standing for the algorithm of that name; gives `None` for a name that is none.
macro_rules! with_hash {
    ($name:expr, $Hash:ident => $body:expr) => {{
        match $name {
            "md5" => {
                type $Hash = md5::Md5;
                Some($body)
            }
            "sha1" => {
                type $Hash = sha1::Sha1;
                Some($body)
            }
            "sha224" => {
                type $Hash = sha2::Sha224;
                Some($body)
            }
            "sha256" => {
                type $Hash = sha2::Sha256;
                Some($body)
            }
            "sha384" => {
                type $Hash = sha2::Sha384;
                Some($body)
            }
            "sha512" => {
                type $Hash = sha2::Sha512;
                Some($body)
            }
            "sha512-224" => {
                type $Hash = sha2::Sha512_224;
                Some($body)
            }
            "sha512-256" => {
                type $Hash = sha2::Sha512_256;
                Some($body)
            }
            _ => None,
        }
    }};
}

/// A hash or keyed hash under way, whatever its algorithm.
trait Running {
    fn update(&mut self, bytes: &[u8]);
    fn digest(self: Box<Self>) -> Vec<u8>;
    fn copy(&self) -> Box<dyn Running>;
}

struct Plain<H>(H);

impl<H: Digest + Clone + 'static> Running for Plain<H> {
    fn update(&mut self, bytes: &[u8]) {
        Digest::update(&mut self.0, bytes);
    }

    fn digest(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }

    fn copy(&self) -> Box<dyn Running> {
        Box::new(Self(self.0.clone()))
    }
}

struct Keyed<M>(M);

impl<M: Mac + Update + Clone + 'static> Running for Keyed<M> {
    fn update(&mut self, bytes: &[u8]) {
        Update::update(&mut self.0, bytes);
    }

    fn digest(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }

    fn copy(&self) -> Box<dyn Running> {
        Box::new(Self(self.0.clone()))
    }
}

/// What JavaScript's `Hash` and `Hmac` hold.
pub(crate) struct RunningHash(RefCell<Option<Box<dyn Running>>>);

// SAFETY: it holds no V8 handles, so there is nothing to trace.
unsafe impl GarbageCollected for RunningHash {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"RunningHash"
    }
}

impl RunningHash {
    fn new(running: Box<dyn Running>) -> Self {
        Self(RefCell::new(Some(running)))
    }
}

/// Nothing for an unknown algorithm. `name` is lower case.
#[op2]
#[cppgc]
pub(crate) fn op_node_hash_new(#[string] name: &str) -> Option<RunningHash> {
    with_hash!(name, Hash => RunningHash::new(Box::new(Plain(Hash::new()))))
}

#[op2]
#[cppgc]
pub(crate) fn op_node_hmac_new(#[string] name: &str, #[buffer] key: &[u8]) -> Option<RunningHash> {
    with_hash!(name, Hash => {
        let keyed = SimpleHmac::<Hash>::new_from_slice(key).expect("HMAC takes keys of any length");
        RunningHash::new(Box::new(Keyed(keyed)))
    })
}

#[op2]
#[cppgc]
pub(crate) fn op_node_hash_copy(#[cppgc] hash: &RunningHash) -> Option<RunningHash> {
    let running = hash.0.borrow();
    Some(RunningHash::new(running.as_ref()?.copy()))
}

/// False after the digest was taken.
#[op2(fast)]
pub(crate) fn op_node_hash_update(#[cppgc] hash: &RunningHash, #[buffer] bytes: &[u8]) -> bool {
    match hash.0.borrow_mut().as_mut() {
        Some(running) => {
            running.update(bytes);
            true
        }
        None => false,
    }
}

/// Empty after it was taken once.
#[op2]
#[buffer]
pub(crate) fn op_node_hash_digest(#[cppgc] hash: &RunningHash) -> Vec<u8> {
    hash.0
        .borrow_mut()
        .take()
        .map_or_else(Vec::new, Running::digest)
}

/// Fills `target` from the system's source.
#[op2(fast)]
pub(crate) fn op_node_random_fill(#[buffer] target: &mut [u8]) -> Result<(), JsErrorBox> {
    getrandom::fill(target).map_err(|error| JsErrorBox::generic(error.to_string()))
}

/// What `pbkdf2` and `scrypt` refuse.
fn unknown_digest(name: &str) -> JsErrorBox {
    JsErrorBox::type_error(format!("Invalid digest: {name}"))
}

fn pbkdf2(
    name: &str,
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    size: u32,
) -> Result<Vec<u8>, JsErrorBox> {
    let mut key = room_for(u64::from(size))?;
    key.resize(size as usize, 0);
    with_hash!(name, Hash => pbkdf2::pbkdf2_hmac::<Hash>(password, salt, rounds, &mut key))
        .ok_or_else(|| unknown_digest(name))?;
    Ok(key)
}

#[op2]
#[buffer]
pub(crate) fn op_node_pbkdf2_sync(
    #[string] name: &str,
    #[buffer] password: &[u8],
    #[buffer] salt: &[u8],
    #[smi] rounds: u32,
    #[smi] size: u32,
) -> Result<Vec<u8>, JsErrorBox> {
    pbkdf2(name, password, salt, rounds, size)
}

#[op2]
#[buffer]
pub(crate) async fn op_node_pbkdf2(
    #[string] name: String,
    #[buffer(copy)] password: Vec<u8>,
    #[buffer(copy)] salt: Vec<u8>,
    #[smi] rounds: u32,
    #[smi] size: u32,
) -> Result<Vec<u8>, JsErrorBox> {
    on_thread(move || pbkdf2(&name, &password, &salt, rounds, size)).await
}

/// Bytes for an answer, unless there is no room for them: Rust aborts the process where memory can't be had.
fn room_for(size: u64) -> Result<Vec<u8>, JsErrorBox> {
    let mut bytes = Vec::new();
    usize::try_from(size)
        .ok()
        .and_then(|size| bytes.try_reserve_exact(size).ok())
        .ok_or_else(|| {
            JsErrorBox::range_error("there is not enough memory for these parameters")
        })?;
    Ok(bytes)
}

fn scrypt(
    password: &[u8],
    salt: &[u8],
    cost: u32,
    block: u32,
    parallel: u32,
    size: u32,
) -> Result<Vec<u8>, JsErrorBox> {
    let exponent = cost
        .is_power_of_two()
        .then(|| cost.trailing_zeros() as u8)
        .unwrap_or_default();
    let settings = scrypt::Params::new(exponent, block, parallel)
        .map_err(|_| JsErrorBox::range_error("Invalid scrypt params"))?;
    // What the computation takes for itself, given back before it does.
    let rows = u64::from(cost) + u64::from(parallel) + 2;
    drop(room_for(
        rows.saturating_mul(u64::from(block)).saturating_mul(128),
    )?);
    let mut key = room_for(u64::from(size))?;
    key.resize(size as usize, 0);
    scrypt::scrypt(password, salt, &settings, &mut key)
        .map_err(|_| JsErrorBox::range_error("Invalid scrypt key length"))?;
    Ok(key)
}

#[op2]
#[buffer]
pub(crate) fn op_node_scrypt_sync(
    #[buffer] password: &[u8],
    #[buffer] salt: &[u8],
    #[smi] cost: u32,
    #[smi] block: u32,
    #[smi] parallel: u32,
    #[smi] size: u32,
) -> Result<Vec<u8>, JsErrorBox> {
    scrypt(password, salt, cost, block, parallel, size)
}

#[op2]
#[buffer]
pub(crate) async fn op_node_scrypt(
    #[buffer(copy)] password: Vec<u8>,
    #[buffer(copy)] salt: Vec<u8>,
    #[smi] cost: u32,
    #[smi] block: u32,
    #[smi] parallel: u32,
    #[smi] size: u32,
) -> Result<Vec<u8>, JsErrorBox> {
    on_thread(move || scrypt(&password, &salt, cost, block, parallel, size)).await
}

async fn on_thread(
    work: impl FnOnce() -> Result<Vec<u8>, JsErrorBox> + Send + 'static,
) -> Result<Vec<u8>, JsErrorBox> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(JsErrorBox::generic("the run is ending")))
}
