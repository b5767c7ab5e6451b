//! Compression for `zlib`: a codec that takes chunks and gives chunks, used for the whole-buffer functions and the streams alike.

use std::cell::RefCell;
use std::io;
use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::GarbageCollected;
use deno_core::OpState;
use deno_core::op2;
use deno_core::v8;
use deno_error::JsError;
use flate2::Compression;
use flate2::Decompress;
use flate2::FlushDecompress;
use flate2::GzBuilder;
use flate2::Status;
use flate2::write::DeflateEncoder;
use flate2::write::GzEncoder;
use flate2::write::MultiGzDecoder;
use flate2::write::ZlibEncoder;
use mmk_core::fence::Fence;

use crate::bridge::Bridge;

/// The number gzip has for Unix in its header, which Node writes too.
const GZIP_UNIX: u8 = 3;
const BROTLI_BUFFER: usize = 16 * 1024;

/// How much input is taken before it is asked again whether the script was stopped: a bomb grows a thousandfold.
const SLICE: usize = 64 * 1024;

type Output = Vec<u8>;

enum Codec {
    Gzip(GzEncoder<Output>),
    Gunzip(MultiGzDecoder<Output>),
    Deflate(ZlibEncoder<Output>),
    Inflate(Inflater),
    DeflateRaw(DeflateEncoder<Output>),
    BrotliCompress(Box<brotli::CompressorWriter<Output>>),
    BrotliDecompress(Box<brotli::DecompressorWriter<Output>>),
}

/// Broken input, with zlib's name for it.
#[derive(Debug, thiserror::Error, JsError)]
#[class(generic)]
#[property("code" = self.code)]
#[error("{message}")]
pub(crate) struct ZlibError {
    message: String,
    code: &'static str,
}

impl From<io::Error> for ZlibError {
    fn from(error: io::Error) -> Self {
        let (message, code) = match error.kind() {
            io::ErrorKind::UnexpectedEof => ("unexpected end of file", "Z_BUF_ERROR"),
            io::ErrorKind::InvalidInput if error.to_string().contains("header") => {
                ("incorrect header check", "Z_DATA_ERROR")
            }
            _ => ("invalid compressed data", "Z_DATA_ERROR"),
        };
        Self {
            message: message.to_owned(),
            code,
        }
    }
}

impl Codec {
    /// `level` is zlib's 0 to 9 or brotli's 0 to 11; negative means the usual one. `window` is brotli's.
    fn new(kind: &str, level: i32, window: u32) -> Option<Self> {
        let effort = u32::try_from(level)
            .map_or(Compression::new(6), |level| Compression::new(level.min(9)));
        let quality = u32::try_from(level).map_or(11, |level| level.min(11));
        let out = Output::new();
        Some(match kind {
            "gzip" => Self::Gzip(
                GzBuilder::new()
                    .operating_system(GZIP_UNIX)
                    .write(out, effort),
            ),
            "gunzip" => Self::Gunzip(MultiGzDecoder::new(out)),
            "deflate" => Self::Deflate(ZlibEncoder::new(out, effort)),
            "inflate" => Self::Inflate(Inflater::new(Header::Zlib)),
            "deflateRaw" => Self::DeflateRaw(DeflateEncoder::new(out, effort)),
            "inflateRaw" => Self::Inflate(Inflater::new(Header::None)),
            "brotliCompress" => Self::BrotliCompress(Box::new(brotli::CompressorWriter::new(
                out,
                BROTLI_BUFFER,
                quality,
                window,
            ))),
            "brotliDecompress" => Self::BrotliDecompress(Box::new(
                brotli::DecompressorWriter::new(out, BROTLI_BUFFER),
            )),
            _ => return None,
        })
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Gzip(writer) => writer,
            Self::Gunzip(writer) => writer,
            Self::Deflate(writer) => writer,
            Self::Inflate(writer) => writer,
            Self::DeflateRaw(writer) => writer,
            Self::BrotliCompress(writer) => writer,
            Self::BrotliDecompress(writer) => writer,
        }
    }

    fn output(&mut self) -> &mut Output {
        match self {
            Self::Gzip(writer) => writer.get_mut(),
            Self::Gunzip(writer) => writer.get_mut(),
            Self::Deflate(writer) => writer.get_mut(),
            Self::Inflate(writer) => &mut writer.output,
            Self::DeflateRaw(writer) => writer.get_mut(),
            Self::BrotliCompress(writer) => writer.get_mut(),
            Self::BrotliDecompress(writer) => writer.get_mut(),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<Output> {
        self.writer().write_all(bytes)?;
        Ok(std::mem::take(self.output()))
    }

    fn flush(&mut self) -> io::Result<Output> {
        self.writer().flush()?;
        Ok(std::mem::take(self.output()))
    }

    fn finish(self) -> io::Result<Output> {
        match self {
            Self::Gzip(writer) => writer.finish(),
            // Whatever is wrong at this point, it is that something is missing.
            Self::Gunzip(writer) => writer
                .finish()
                .map_err(|_| io::ErrorKind::UnexpectedEof.into()),
            Self::Deflate(writer) => writer.finish(),
            Self::Inflate(writer) if writer.ended => Ok(writer.output),
            Self::Inflate(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Self::DeflateRaw(writer) => writer.finish(),
            Self::BrotliCompress(writer) => Ok(writer.into_inner()),
            Self::BrotliDecompress(mut writer) => {
                writer.close()?;
                writer
                    .into_inner()
                    .map_err(|_| io::ErrorKind::UnexpectedEof.into())
            }
        }
    }
}

/// What precedes the compressed data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Zlib,
    None,
}

/// Decompression that knows whether the end was reached, which flate2's writers don't tell.
struct Inflater {
    state: Decompress,
    output: Output,
    ended: bool,
}

impl Inflater {
    fn new(header: Header) -> Self {
        Self {
            state: Decompress::new(header == Header::Zlib),
            output: Output::new(),
            ended: false,
        }
    }
}

impl Write for Inflater {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.state.total_in();
        while !self.ended {
            let used = (self.state.total_in() - before) as usize;
            let produced = self.state.total_out();
            self.output.reserve(16 * 1024);
            let status = self
                .state
                .decompress_vec(&bytes[used..], &mut self.output, FlushDecompress::None)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.ended = status == Status::StreamEnd;
            let stuck = (self.state.total_in() - before) as usize == used
                && self.state.total_out() == produced;
            if stuck {
                break;
            }
        }
        // What follows the end is not ours to read.
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What JavaScript's streams hold.
pub(crate) struct RunningCodec(RefCell<Option<Codec>>);

// SAFETY: it holds no V8 handles, so there is nothing to trace.
unsafe impl GarbageCollected for RunningCodec {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"RunningCodec"
    }
}

#[op2]
#[cppgc]
pub(crate) fn op_node_zlib_new(
    #[string] kind: &str,
    #[smi] level: i32,
    #[smi] window: u32,
) -> Option<RunningCodec> {
    Some(RunningCodec(RefCell::new(Some(Codec::new(
        kind, level, window,
    )?))))
}

#[op2]
#[buffer]
pub(crate) fn op_node_zlib_write(
    #[cppgc] codec: &RunningCodec,
    #[buffer] bytes: &[u8],
) -> Result<Vec<u8>, ZlibError> {
    match codec.0.borrow_mut().as_mut() {
        Some(codec) => Ok(codec.write(bytes)?),
        None => Ok(Vec::new()),
    }
}

#[op2]
#[buffer]
pub(crate) fn op_node_zlib_flush(#[cppgc] codec: &RunningCodec) -> Result<Vec<u8>, ZlibError> {
    match codec.0.borrow_mut().as_mut() {
        Some(codec) => Ok(codec.flush()?),
        None => Ok(Vec::new()),
    }
}

/// The rest of the output; afterwards the codec is spent.
#[op2]
#[buffer]
pub(crate) fn op_node_zlib_finish(#[cppgc] codec: &RunningCodec) -> Result<Vec<u8>, ZlibError> {
    match codec.0.borrow_mut().take() {
        Some(codec) => Ok(codec.finish()?),
        None => Ok(Vec::new()),
    }
}

/// The whole of `bytes`, as long as the fence is open.
fn whole(
    fence: &Fence,
    kind: &str,
    level: i32,
    window: u32,
    bytes: &[u8],
) -> Result<Vec<u8>, ZlibError> {
    let mut codec = Codec::new(kind, level, window).ok_or_else(|| ZlibError {
        message: format!("Unknown codec {kind}"),
        code: "Z_STREAM_ERROR",
    })?;
    let mut output = Vec::new();
    for slice in bytes.chunks(SLICE) {
        if fence.check().is_err() {
            return Err(ZlibError {
                message: "the script was stopped".to_owned(),
                code: "Z_MEM_ERROR",
            });
        }
        output.append(&mut codec.write(slice)?);
    }
    output.append(&mut codec.finish()?);
    Ok(output)
}

#[op2]
#[buffer]
pub(crate) fn op_node_zlib_whole_sync(
    state: &mut OpState,
    #[string] kind: &str,
    #[smi] level: i32,
    #[smi] window: u32,
    #[buffer] bytes: &[u8],
) -> Result<Vec<u8>, ZlibError> {
    let fence = &state.borrow::<Arc<Bridge>>().fence;
    whole(fence, kind, level, window, bytes)
}

#[op2]
#[buffer]
pub(crate) async fn op_node_zlib_whole(
    state: Rc<RefCell<OpState>>,
    #[string] kind: String,
    #[smi] level: i32,
    #[smi] window: u32,
    #[buffer(copy)] bytes: Vec<u8>,
) -> Result<Vec<u8>, ZlibError> {
    let fence = state.borrow().borrow::<Arc<Bridge>>().fence.clone();
    tokio::task::spawn_blocking(move || whole(&fence, &kind, level, window, &bytes))
        .await
        .unwrap_or_else(|_| Ok(Vec::new()))
}
