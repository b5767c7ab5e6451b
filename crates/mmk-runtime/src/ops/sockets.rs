//! Sockets for `net`: connect, listen, read, write. JavaScript makes streams and events of them; TLS is put over them by
//! `tls.rs`. No socket is opened before the permissions were asked, and the host that was asked for is the one they judge.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::AsyncRefCell;
use deno_core::CancelHandle;
use deno_core::CancelTryFuture;
use deno_core::JsBuffer;
use deno_core::OpState;
use deno_core::RcRef;
use deno_core::Resource;
use deno_core::ResourceId;
use deno_core::op2;
use serde_json::json;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt;
use tokio::io::ReadHalf;
use tokio::io::WriteHalf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use super::network_error::NetworkError;
use super::permissions::Permissions;

/// As much as Node reads at once.
const READ_SIZE: usize = 64 * 1024;

/// Whatever bytes travel over: TCP, or TLS over another one.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Transport for T {}

pub(crate) type BoxedTransport = Box<dyn Transport>;

/// An open connection. The halves are gone once TLS has taken them over.
pub(crate) struct Socket {
    reader: AsyncRefCell<Option<ReadHalf<BoxedTransport>>>,
    writer: AsyncRefCell<Option<WriteHalf<BoxedTransport>>>,
    cancel: CancelHandle,
}

impl Resource for Socket {
    fn name(&self) -> Cow<'_, str> {
        "socket".into()
    }

    fn close(self: Rc<Self>) {
        self.cancel.cancel();
    }
}

impl Socket {
    pub(crate) fn new(transport: BoxedTransport) -> Self {
        let (reader, writer) = tokio::io::split(transport);
        Self {
            reader: AsyncRefCell::new(Some(reader)),
            writer: AsyncRefCell::new(Some(writer)),
            cancel: CancelHandle::default(),
        }
    }

    /// Stops whoever reads, and hands out what the bytes travel over.
    pub(crate) async fn take(self: Rc<Self>) -> Option<BoxedTransport> {
        self.cancel.cancel();
        let reader = RcRef::map(&self, |socket| &socket.reader)
            .borrow_mut()
            .await
            .take()?;
        let writer = RcRef::map(&self, |socket| &socket.writer)
            .borrow_mut()
            .await
            .take()?;
        Some(reader.unsplit(writer))
    }
}

struct Listener {
    listener: TcpListener,
    cancel: CancelHandle,
}

impl Resource for Listener {
    fn name(&self) -> Cow<'_, str> {
        "listener".into()
    }

    fn close(self: Rc<Self>) {
        self.cancel.cancel();
    }
}

/// What names were resolved to, by us: only these addresses may stand for a name that is allowed.
#[derive(Default)]
pub(crate) struct Resolved(BTreeMap<String, Vec<IpAddr>>);

impl Resolved {
    pub(crate) fn keep(&mut self, name: &str, addresses: &[IpAddr]) {
        self.0.insert(name.to_owned(), addresses.to_vec());
    }

    fn knows(&self, name: &str, address: IpAddr) -> bool {
        self.0
            .get(name)
            .is_some_and(|addresses| addresses.contains(&address))
    }
}

/// The host to be judged: the one that was asked for, or the address when a script's own `lookup` chose it.
fn judged(state: &OpState, host: &str, address: IpAddr) -> String {
    let is_the_address = host
        .parse::<IpAddr>()
        .is_ok_and(|asked| asked.to_canonical() == address.to_canonical());
    if is_the_address || state.borrow::<Resolved>().knows(host, address) {
        host.to_owned()
    } else {
        address.to_string()
    }
}

fn permissions(state: &OpState) -> Arc<Permissions> {
    state.borrow::<Arc<Permissions>>().clone()
}

fn place(address: SocketAddr) -> serde_json::Value {
    json!({
        "address": address.ip().to_string(),
        "port": address.port(),
        "family": if address.is_ipv4() { "IPv4" } else { "IPv6" },
    })
}

/// JSON of a new connection: `{resource, local, remote}`.
fn register(state: &mut OpState, stream: TcpStream) -> Result<String, NetworkError> {
    // Waiting to fill packets only delays the small messages that scripts send.
    stream.set_nodelay(true)?;
    let (local, remote) = (stream.local_addr()?, stream.peer_addr()?);
    let resource = state.resource_table.add(Socket::new(Box::new(stream)));
    Ok(json!({ "resource": resource, "local": place(local), "remote": place(remote) }).to_string())
}

/// `host` is what the script asked for, `address` what it was resolved to.
#[op2]
#[string]
pub(crate) async fn op_net_connect(
    state: Rc<RefCell<OpState>>,
    #[string] host: String,
    #[string] address: String,
    #[smi] port: u16,
) -> Result<String, NetworkError> {
    let address: IpAddr = address.parse().map_err(|_| NetworkError::invalid())?;
    let host = judged(&state.borrow(), &host, address);
    permissions(&state.borrow()).check_network(&host, port)?;
    let stream = TcpStream::connect(SocketAddr::new(address, port)).await?;
    register(&mut state.borrow_mut(), stream)
}

fn socket(state: &Rc<RefCell<OpState>>, resource: ResourceId) -> Result<Rc<Socket>, NetworkError> {
    state
        .borrow()
        .resource_table
        .get::<Socket>(resource)
        .map_err(|_| NetworkError::closed())
}

/// Some bytes; none at the end.
#[op2]
#[buffer]
pub(crate) async fn op_net_read(
    state: Rc<RefCell<OpState>>,
    #[smi] resource: ResourceId,
) -> Result<Vec<u8>, NetworkError> {
    let socket = socket(&state, resource)?;
    let mut reader = RcRef::map(&socket, |socket| &socket.reader)
        .borrow_mut()
        .await;
    let reader = reader.as_mut().as_mut().ok_or_else(NetworkError::closed)?;
    let mut bytes = Vec::with_capacity(READ_SIZE);
    let cancel = RcRef::map(&socket, |socket| &socket.cancel);
    match reader.read_buf(&mut bytes).try_or_cancel(cancel).await {
        Ok(_) => {}
        // A peer that ends TLS without a word of farewell has ended all the same.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {}
        Err(error) => return Err(error.into()),
    }
    bytes.shrink_to_fit();
    Ok(bytes)
}

#[op2]
pub(crate) async fn op_net_write(
    state: Rc<RefCell<OpState>>,
    #[smi] resource: ResourceId,
    #[buffer] bytes: JsBuffer,
) -> Result<(), NetworkError> {
    let socket = socket(&state, resource)?;
    let mut writer = RcRef::map(&socket, |socket| &socket.writer)
        .borrow_mut()
        .await;
    let writer = writer.as_mut().as_mut().ok_or_else(NetworkError::closed)?;
    let cancel = RcRef::map(&socket, |socket| &socket.cancel);
    let write = async {
        writer.write_all(&bytes).await?;
        writer.flush().await
    };
    write.try_or_cancel(cancel).await?;
    Ok(())
}

/// Says that nothing more will be written.
#[op2]
pub(crate) async fn op_net_shutdown(
    state: Rc<RefCell<OpState>>,
    #[smi] resource: ResourceId,
) -> Result<(), NetworkError> {
    let socket = socket(&state, resource)?;
    let mut writer = RcRef::map(&socket, |socket| &socket.writer)
        .borrow_mut()
        .await;
    let writer = writer.as_mut().as_mut().ok_or_else(NetworkError::closed)?;
    writer.shutdown().await?;
    Ok(())
}

/// Closes a connection or a listener; what is under way on it ends with an error.
#[op2(fast)]
pub(crate) fn op_net_close(state: &mut OpState, #[smi] resource: ResourceId) {
    if let Ok(resource) = state.resource_table.take_any(resource) {
        resource.close();
    }
}

/// JSON: `{resource, local}`.
#[op2]
#[string]
pub(crate) async fn op_net_listen(
    state: Rc<RefCell<OpState>>,
    #[string] host: String,
    #[string] address: String,
    #[smi] port: u16,
) -> Result<String, NetworkError> {
    let address: IpAddr = address.parse().map_err(|_| NetworkError::invalid())?;
    let host = judged(&state.borrow(), &host, address);
    permissions(&state.borrow()).check_listen(&host, port)?;
    let listener = TcpListener::bind(SocketAddr::new(address, port)).await?;
    let local = listener.local_addr()?;
    let resource = state.borrow_mut().resource_table.add(Listener {
        listener,
        cancel: CancelHandle::default(),
    });
    Ok(json!({ "resource": resource, "local": place(local) }).to_string())
}

/// The next connection, as [`op_net_connect`] gives it.
#[op2]
#[string]
pub(crate) async fn op_net_accept(
    state: Rc<RefCell<OpState>>,
    #[smi] resource: ResourceId,
) -> Result<String, NetworkError> {
    let listener = state
        .borrow()
        .resource_table
        .get::<Listener>(resource)
        .map_err(|_| NetworkError::closed())?;
    let cancel = RcRef::map(&listener, |listener| &listener.cancel);
    let (stream, _) = listener.listener.accept().try_or_cancel(cancel).await?;
    register(&mut state.borrow_mut(), stream)
}
