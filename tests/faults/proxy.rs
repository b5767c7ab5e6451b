//! A TCP proxy between the binary and MongoDB that understands what passes: it can hold a command before the server sees it, or its
//! reply after the server did it, and be frozen or cut like a network. It stands in front of each server of a replica set, and in
//! replies puts its own addresses in place of theirs, so that nobody finds a way around it.

use std::collections::HashMap;
use std::collections::HashSet;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;

use bson::Document;

use super::wire::Frame;
use super::wire::Seen;

/// When a command is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The server has not seen it.
    Before,
    /// The server has done it, and the client doesn't know.
    After,
}

/// What becomes of a command or reply that was held.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Forward,
    /// It never arrives; the connection is closed.
    Drop,
    /// The client is told this. Before: the server never sees the command. After: in place of the server's own reply.
    Answer(Document),
}

/// A command that a trap holds.
pub(crate) struct Caught {
    pub(crate) command: Seen,
    verdict: mpsc::Sender<Verdict>,
}

impl Caught {
    pub(crate) fn release(self, verdict: Verdict) {
        // The connection may be gone, which is as good as dropped.
        let _ = self.verdict.send(verdict);
    }
}

type Matches = Box<dyn Fn(&Seen) -> bool + Send>;

/// Who waits for which reply, by the number of the request.
type HeldReplies = HashMap<i32, (Seen, mpsc::Sender<Caught>)>;

struct Trap {
    matches: Matches,
    /// How many matching commands pass before one is held.
    skip: usize,
    moment: Moment,
    caught: mpsc::Sender<Caught>,
}

/// How the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    Open,
    /// Connections stay, and nothing passes.
    Frozen,
    /// Connections break, and none is made.
    Cut,
}

struct Shared {
    /// `host:port` of the server and of the proxy in front of it.
    routes: Vec<(String, String)>,
    network: Mutex<Network>,
    changed: Condvar,
    /// Servers that nobody reaches.
    cut_off: Mutex<HashSet<String>>,
    /// Servers that the other members of their set don't reach, and that don't reach these.
    isolated: Mutex<HashSet<String>>,
    traps: Mutex<Vec<Trap>>,
    seen: Mutex<Vec<Seen>>,
    sockets: Mutex<Vec<TcpStream>>,
    closed: AtomicBool,
}

/// One connection.
struct Link {
    server: String,
    /// Made by another member of the set, not by a client.
    is_of_member: AtomicBool,
}

/// Proxies for all servers of one deployment.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// One listener per server. The addresses of both have the same length, because they are exchanged inside replies.
    pub(crate) fn start(servers: &[String]) -> Self {
        let listeners: Vec<(String, TcpListener)> = servers
            .iter()
            .map(|server| (server.clone(), listener_like(server)))
            .collect();
        let routes = listeners
            .iter()
            .map(|(server, listener)| (server.clone(), address(listener)))
            .collect();
        let shared = Arc::new(Shared {
            routes,
            network: Mutex::new(Network::Open),
            changed: Condvar::new(),
            cut_off: Mutex::default(),
            isolated: Mutex::default(),
            traps: Mutex::default(),
            seen: Mutex::default(),
            sockets: Mutex::default(),
            closed: AtomicBool::new(false),
        });
        for (server, listener) in listeners {
            let shared = shared.clone();
            std::thread::spawn(move || shared.accept(&server, &listener));
        }
        Self { shared }
    }

    /// A connection string through the proxies.
    pub(crate) fn uri(&self) -> String {
        let hosts: Vec<&str> = self
            .shared
            .routes
            .iter()
            .map(|(_, proxy)| proxy.as_str())
            .collect();
        format!("mongodb://{}/?replicaSet=mmk", hosts.join(","))
    }

    /// Holds the command after `skip` others that match as well, once.
    pub(crate) fn trap(
        &self,
        moment: Moment,
        skip: usize,
        matches: impl Fn(&Seen) -> bool + Send + 'static,
    ) -> mpsc::Receiver<Caught> {
        let (caught, receiver) = mpsc::channel();
        lock(&self.shared.traps).push(Trap {
            matches: Box::new(matches),
            skip,
            moment,
            caught,
        });
        receiver
    }

    /// All commands that came by, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    pub(crate) fn freeze(&self) {
        self.shared.set(Network::Frozen);
    }

    pub(crate) fn cut(&self) {
        self.shared.set(Network::Cut);
        for socket in lock(&self.shared.sockets).drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn heal(&self) {
        lock(&self.shared.cut_off).clear();
        lock(&self.shared.isolated).clear();
        self.shared.set(Network::Open);
    }

    /// The addresses of the proxies, in the order of their servers.
    pub(crate) fn addresses(&self) -> Vec<String> {
        let routes = self.shared.routes.iter();
        routes.map(|(_, proxy)| proxy.clone()).collect()
    }

    /// Nobody reaches this server any more. Connections break with the next message.
    pub(crate) fn cut_off(&self, server: &str) {
        lock(&self.shared.cut_off).insert(server.to_owned());
    }

    /// The members of a set whose configuration names these proxies lose sight of this one, and it of them. What it fetches from
    /// others would pass, but it asks nobody whom it doesn't see.
    pub(crate) fn isolate(&self, server: &str) {
        lock(&self.shared.isolated).insert(server.to_owned());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        self.cut();
        for (_, proxy) in &self.shared.routes {
            // Wakes the listener, which then sees that it is to end.
            let _ = TcpStream::connect(proxy);
        }
    }
}

impl Shared {
    fn set(&self, network: Network) {
        *lock(&self.network) = network;
        self.changed.notify_all();
    }

    /// Waits while the network is frozen; whether it is there afterwards.
    fn passes(&self) -> bool {
        let mut network = lock(&self.network);
        while *network == Network::Frozen {
            network = self
                .changed
                .wait(network)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *network == Network::Open
    }

    fn accept(self: &Arc<Self>, server: &str, listener: &TcpListener) {
        for client in listener.incoming().flatten() {
            if self.closed.load(Ordering::Relaxed) {
                return;
            }
            let shared = self.clone();
            let server = server.to_owned();
            std::thread::spawn(move || shared.connect(client, &server));
        }
    }

    fn connect(self: &Arc<Self>, client: TcpStream, server: &str) {
        if !self.passes() {
            return;
        }
        let link = Arc::new(Link {
            server: server.to_owned(),
            is_of_member: AtomicBool::new(false),
        });
        let Ok(server) = TcpStream::connect(server) else {
            return;
        };
        for socket in [&client, &server] {
            let _ = socket.set_nodelay(true);
            lock(&self.sockets).extend(socket.try_clone());
        }
        let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
            return;
        };
        // Replies to hold, by the number of their request.
        let held: Arc<Mutex<HeldReplies>> = Arc::default();
        let (shared, held_replies, replying) = (self.clone(), held.clone(), link.clone());
        std::thread::spawn(move || {
            shared.replies(from_server, &client, &held_replies, &replying);
            let _ = client.shutdown(Shutdown::Both);
        });
        self.requests(from_client, &server, &held, &link);
        let _ = server.shutdown(Shutdown::Both);
    }

    /// Whether a message may pass between this server and whoever has connected to it.
    fn joins(&self, link: &Link, sender: Option<&str>) -> bool {
        if lock(&self.cut_off).contains(&link.server) {
            return false;
        }
        let isolated = lock(&self.isolated);
        if isolated.is_empty() {
            return true;
        }
        let mut routes = self.routes.iter();
        let from = routes.find(|(_, proxy)| sender == Some(proxy));
        let reaches_isolated =
            isolated.contains(&link.server) && link.is_of_member.load(Ordering::Relaxed);
        let comes_from_isolated = from.is_some_and(|(server, _)| isolated.contains(server));
        !reaches_isolated && !comes_from_isolated
    }

    fn requests(
        &self,
        mut from: TcpStream,
        mut to: &TcpStream,
        held: &Mutex<HeldReplies>,
        link: &Link,
    ) {
        while let Some(frame) = Frame::read(&mut from) {
            if frame.contains(b"internalClient") {
                link.is_of_member.store(true, Ordering::Relaxed);
            }
            let seen = frame.command();
            if !self.joins(link, seen.as_ref().and_then(Seen::sender)) {
                return;
            }
            if let Some(seen) = &seen {
                match self.sprung(seen) {
                    Some((Moment::Before, caught)) => match hold(seen, &caught) {
                        Verdict::Forward => {}
                        Verdict::Drop => return,
                        Verdict::Answer(reply) => {
                            let reply = Frame::reply(frame.request(), &reply);
                            if from.write_all(&reply.bytes).is_err() {
                                return;
                            }
                            continue;
                        }
                    },
                    Some((Moment::After, caught)) => {
                        lock(held).insert(frame.request(), (seen.clone(), caught));
                    }
                    None => {}
                }
            }
            if !self.passes() {
                return;
            }
            // What was dropped was never done.
            if let Some(seen) = seen.filter(Seen::is_worth_knowing) {
                lock(&self.seen).push(seen);
            }
            if to.write_all(&frame.bytes).is_err() {
                return;
            }
        }
    }

    fn replies(
        &self,
        mut from: TcpStream,
        mut to: &TcpStream,
        held: &Mutex<HeldReplies>,
        link: &Link,
    ) {
        while let Some(mut frame) = Frame::read(&mut from) {
            if !self.joins(link, None) {
                return;
            }
            let trapped = lock(held).remove(&frame.response_to());
            match trapped.map(|(seen, caught)| hold(&seen, &caught)) {
                None | Some(Verdict::Forward) => {}
                Some(Verdict::Drop) => return,
                Some(Verdict::Answer(reply)) => {
                    frame = Frame::reply(frame.response_to(), &reply);
                }
            }
            for (server, proxy) in &self.routes {
                frame.replace(server.as_bytes(), proxy.as_bytes());
            }
            if !self.passes() || to.write_all(&frame.bytes).is_err() {
                return;
            }
        }
    }

    /// The trap that this command springs, taken away.
    fn sprung(&self, seen: &Seen) -> Option<(Moment, mpsc::Sender<Caught>)> {
        let mut traps = lock(&self.traps);
        let index = traps.iter().position(|trap| (trap.matches)(seen))?;
        if traps[index].skip > 0 {
            traps[index].skip -= 1;
            return None;
        }
        let trap = traps.remove(index);
        Some((trap.moment, trap.caught))
    }
}

/// Waits until the test says what becomes of it.
fn hold(seen: &Seen, caught: &mpsc::Sender<Caught>) -> Verdict {
    let (verdict, answer) = mpsc::channel();
    let told = caught.send(Caught {
        command: seen.clone(),
        verdict,
    });
    if told.is_err() {
        return Verdict::Forward;
    }
    // A test that forgot it lets it go.
    answer.recv().unwrap_or(Verdict::Drop)
}

fn address(listener: &TcpListener) -> String {
    listener
        .local_addr()
        .expect("a bound listener has an address")
        .to_string()
}

fn listener_like(server: &str) -> TcpListener {
    const TRIES: usize = 1000;
    for _ in 0..TRIES {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        if address(&listener).len() == server.len() {
            return listener;
        }
    }
    panic!("no free port has as many digits as that of {server}");
}
