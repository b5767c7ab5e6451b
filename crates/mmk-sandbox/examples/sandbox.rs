//! Runs a sandbox until SIGINT, SIGTERM or the end of standard input, then cleans up. Prints the connection string on
//! standard output. `cargo run -p mmk-sandbox --example sandbox -- [--nodes N | --standalone] [--memory]
//! [--parameter name=value]... [--pids]`; `--pids` adds one line with the servers' process ids.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::IsTerminal;
use std::process::ExitCode;

use mmk_sandbox::Mongod;
use mmk_sandbox::Options;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Sources;
use mmk_sandbox::Storage;
use mmk_sandbox::Topology;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;

struct Arguments {
    options: Options,
    pids: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let sources = Sources::from_environment();
    let arguments = read_arguments(Options::new(&sources.temporary), std::env::args().skip(1))?;
    // Listened to from here on, so that a signal during the start already cleans up.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;

    let running = async {
        let mongod = Mongod::find(&sources, |stage| eprintln!("{stage:?}")).await?;
        let sandbox = Sandbox::start(&mongod, arguments.options).await?;
        println!("{}", sandbox.uri());
        if arguments.pids {
            let pids = sandbox.nodes().iter().filter_map(mmk_sandbox::Node::pid);
            println!(
                "{}",
                pids.map(|pid| pid.to_string())
                    .collect::<Vec<_>>()
                    .join(" ")
            );
        }
        wait_for_end_of_input().await;
        drop(sandbox);
        Ok(())
    };
    tokio::select! {
        result = running => result.map_err(|error: mmk_sandbox::SandboxError| {
            format!("{}: {error}\n{}", error.code(), error.hints().join("\n"))
        }),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}

fn read_arguments(
    mut options: Options,
    mut arguments: impl Iterator<Item = String>,
) -> Result<Arguments, String> {
    let mut pids = false;
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or(format!("`{argument}` needs a value"))
        };
        options = match argument.as_str() {
            "--nodes" => {
                let nodes = value()?
                    .parse()
                    .map_err(|_| "`--nodes` needs a number".to_owned())?;
                options.topology(Topology::ReplicaSet { nodes })
            }
            "--standalone" => options.topology(Topology::Standalone),
            "--memory" => options.storage(Storage::Memory),
            "--parameter" => {
                let parameter = value()?;
                let (name, value) = parameter
                    .split_once('=')
                    .ok_or("`--parameter` needs name=value")?;
                options.parameter(name, value)
            }
            "--pids" => {
                pids = true;
                options
            }
            unknown => return Err(format!("`{unknown}` is no argument of this example")),
        };
    }
    Ok(Arguments { options, pids })
}

/// Ends when whoever holds the other end of standard input goes away. Input that has no such end, like `/dev/null`, is
/// ignored.
async fn wait_for_end_of_input() {
    let input = std::io::stdin();
    let is_pipe = rustix::fs::fstat(&input).is_ok_and(|status| {
        let kind = rustix::fs::FileType::from_raw_mode(status.st_mode);
        kind.is_fifo() || kind.is_socket()
    });
    if !is_pipe && !input.is_terminal() {
        std::future::pending::<()>().await;
    }
    let (ended, end) = tokio::sync::oneshot::channel();
    // Not the runtime's own standard input: that one keeps the process from ending while it waits.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut input.lock(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}
