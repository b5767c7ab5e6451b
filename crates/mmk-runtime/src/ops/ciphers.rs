//! AES for `crypto.createCipheriv` and `createDecipheriv`, a whole text at a time. JavaScript has checked names and lengths.

use aes::Aes128;
use aes::Aes192;
use aes::Aes256;
use aes_gcm::Aes128Gcm;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::Aead;
use aes_gcm::aead::Payload;
use cbc::cipher::Array;
use cbc::cipher::BlockCipherDecrypt;
use cbc::cipher::BlockCipherEncrypt;
use cbc::cipher::BlockModeDecrypt;
use cbc::cipher::BlockModeEncrypt;
use cbc::cipher::BlockSizeUser;
use cbc::cipher::KeyInit;
use cbc::cipher::KeyIvInit;
use cbc::cipher::StreamCipher;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::consts::U16;
use deno_core::op2;
use deno_error::JsError;

/// The tag's length; what `getAuthTag` gives.
const TAG: usize = 16;

/// Bits of the mode that JavaScript passes.
const ENCRYPTING: u32 = 1;
const PADDING: u32 = 2;

/// In OpenSSL's words.
#[derive(Debug, thiserror::Error, JsError)]
#[class(generic)]
pub(crate) enum CipherError {
    #[error("error:1C800064:Provider routines::bad decrypt")]
    #[property("code" = "ERR_OSSL_BAD_DECRYPT")]
    BadDecrypt,
    #[error("error:1C80006B:Provider routines::wrong final block length")]
    #[property("code" = "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH")]
    WrongLength,
    #[error("Unsupported state or unable to authenticate data")]
    Unauthentic,
    #[error("Invalid initialization vector")]
    #[property("code" = "ERR_CRYPTO_INVALID_IV")]
    InvalidVector,
}

struct Job<'a> {
    encrypting: bool,
    key: &'a [u8],
    vector: &'a [u8],
    padding: bool,
    associated: &'a [u8],
    tag: &'a [u8],
    input: &'a [u8],
}

/// Encrypts or decrypts `input`; with GCM the tag follows the text when encrypting.
#[op2]
#[buffer]
pub(crate) fn op_node_cipher(
    #[string] name: &str,
    #[smi] mode: u32,
    #[buffer] key: &[u8],
    #[buffer] vector: &[u8],
    #[buffer] associated: &[u8],
    #[buffer] tag: &[u8],
    #[buffer] input: &[u8],
) -> Result<Vec<u8>, CipherError> {
    let job = Job {
        encrypting: mode & ENCRYPTING != 0,
        key,
        vector,
        padding: mode & PADDING != 0,
        associated,
        tag,
        input,
    };
    match name {
        "aes-128-cbc" => block_chain::<cbc::Encryptor<Aes128>, cbc::Decryptor<Aes128>>(&job),
        "aes-192-cbc" => block_chain::<cbc::Encryptor<Aes192>, cbc::Decryptor<Aes192>>(&job),
        "aes-256-cbc" => block_chain::<cbc::Encryptor<Aes256>, cbc::Decryptor<Aes256>>(&job),
        "aes-128-ctr" => counter::<ctr::Ctr128BE<Aes128>>(&job),
        "aes-192-ctr" => counter::<ctr::Ctr128BE<Aes192>>(&job),
        "aes-256-ctr" => counter::<ctr::Ctr128BE<Aes256>>(&job),
        "aes-128-ecb" => block_by_block::<Aes128>(&job),
        "aes-192-ecb" => block_by_block::<Aes192>(&job),
        "aes-256-ecb" => block_by_block::<Aes256>(&job),
        "aes-128-gcm" => authenticated::<Aes128Gcm>(&job),
        _ => authenticated::<Aes256Gcm>(&job),
    }
}

fn block_chain<E, D>(job: &Job<'_>) -> Result<Vec<u8>, CipherError>
where
    E: KeyIvInit + BlockModeEncrypt,
    D: KeyIvInit + BlockModeDecrypt,
{
    let invalid = |_| CipherError::InvalidVector;
    if !job.padding && !job.input.len().is_multiple_of(TAG) {
        return Err(CipherError::WrongLength);
    }
    if job.encrypting {
        let cipher = E::new_from_slices(job.key, job.vector).map_err(invalid)?;
        return Ok(if job.padding {
            cipher.encrypt_padded_vec::<Pkcs7>(job.input)
        } else {
            cipher.encrypt_padded_vec::<NoPadding>(job.input)
        });
    }
    let cipher = D::new_from_slices(job.key, job.vector).map_err(invalid)?;
    let decrypted = if job.padding {
        cipher.decrypt_padded_vec::<Pkcs7>(job.input)
    } else {
        cipher.decrypt_padded_vec::<NoPadding>(job.input)
    };
    decrypted.map_err(|_| CipherError::BadDecrypt)
}

/// ECB: every block for itself. Nobody should, but old data is encrypted like that.
fn block_by_block<C>(job: &Job<'_>) -> Result<Vec<u8>, CipherError>
where
    C: KeyInit + BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + BlockCipherDecrypt,
{
    let cipher = C::new_from_slice(job.key).map_err(|_| CipherError::InvalidVector)?;
    let mut text = job.input.to_vec();
    if job.encrypting && job.padding {
        let missing = TAG - text.len() % TAG;
        text.resize(text.len() + missing, missing as u8);
    }
    if !text.len().is_multiple_of(TAG) {
        return Err(CipherError::WrongLength);
    }
    for chunk in text.chunks_exact_mut(TAG) {
        let block: &mut Array<u8, U16> = chunk.try_into().map_err(|_| CipherError::WrongLength)?;
        if job.encrypting {
            cipher.encrypt_block(block);
        } else {
            cipher.decrypt_block(block);
        }
    }
    if !job.encrypting && job.padding {
        let padding = usize::from(*text.last().ok_or(CipherError::WrongLength)?);
        let is_valid = (1..=TAG).contains(&padding)
            && text[text.len() - padding..]
                .iter()
                .all(|byte| usize::from(*byte) == padding);
        if !is_valid {
            return Err(CipherError::BadDecrypt);
        }
        text.truncate(text.len() - padding);
    }
    Ok(text)
}

fn counter<C: KeyIvInit + StreamCipher>(job: &Job<'_>) -> Result<Vec<u8>, CipherError> {
    let mut cipher =
        C::new_from_slices(job.key, job.vector).map_err(|_| CipherError::InvalidVector)?;
    let mut text = job.input.to_vec();
    cipher.apply_keystream(&mut text);
    Ok(text)
}

fn authenticated<C: KeyInit + Aead>(job: &Job<'_>) -> Result<Vec<u8>, CipherError> {
    let cipher = C::new_from_slice(job.key).map_err(|_| CipherError::InvalidVector)?;
    let nonce = job
        .vector
        .try_into()
        .map_err(|_| CipherError::InvalidVector)?;
    let aad = job.associated;
    if job.encrypting {
        return cipher
            .encrypt(
                nonce,
                Payload {
                    msg: job.input,
                    aad,
                },
            )
            .map_err(|_| CipherError::Unauthentic);
    }
    let sealed = [job.input, job.tag].concat();
    cipher
        .decrypt(nonce, Payload { msg: &sealed, aad })
        .map_err(|_| CipherError::Unauthentic)
}
