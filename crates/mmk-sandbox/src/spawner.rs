//! Starts processes that can't outlive this one, however it ends. Linux ties a child's death to the *thread* that
//! started it, so one thread that lives as long as the process starts them all.

use std::io;
use std::process::Child;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::mpsc;
use std::thread;

struct Order {
    command: Command,
    reply: mpsc::SyncSender<io::Result<Child>>,
}

static ORDERS: OnceLock<mpsc::Sender<Order>> = OnceLock::new();

/// Starts `command` in its own process group, so that a Ctrl-C meant for us doesn't reach it first, and lets the kernel
/// kill it when this process ends.
pub(crate) fn spawn_bound_to_us(mut command: Command) -> io::Result<Child> {
    bind_to_parent(&mut command);
    let (reply, answer) = mpsc::sync_channel(1);
    orders()
        .send(Order { command, reply })
        .map_err(|_| io::Error::other("the thread that starts servers has ended"))?;
    answer
        .recv()
        .map_err(|_| io::Error::other("the thread that starts servers has ended"))?
}

fn orders() -> &'static mpsc::Sender<Order> {
    ORDERS.get_or_init(|| {
        let (sender, receiver) = mpsc::channel::<Order>();
        // A thread that couldn't be started drops the receiver, which the next `send` reports.
        let _ = thread::Builder::new()
            .name("mmk-sandbox-spawner".to_owned())
            .spawn(move || {
                for Order { mut command, reply } in receiver {
                    // Nobody may be waiting any longer; then the child is dropped unreaped and dies with us.
                    let _ = reply.send(command.spawn());
                }
            });
        sender
    })
}

fn bind_to_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;

    command.process_group(0);
    #[cfg(target_os = "linux")]
    {
        let parent = rustix::process::getpid();
        // SAFETY: between fork and exec the closure makes two system calls, and neither allocates nor locks.
        unsafe {
            command.pre_exec(move || {
                rustix::process::set_parent_process_death_signal(Some(
                    rustix::process::Signal::KILL,
                ))?;
                // We may have died before the signal was asked for; then nobody would send it.
                if rustix::process::getppid() == Some(parent) {
                    Ok(())
                } else {
                    Err(rustix::io::Errno::SRCH.into())
                }
            });
        }
    }
}
