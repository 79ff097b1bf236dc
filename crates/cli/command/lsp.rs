//! `speleo lsp`: a language server on standard input and output. An editor starts it for `.spl` files and sees what
//! `speleo check`, `speleo help` and `speleo fmt` say while a search is written.
//!
//! ```text
//! client ──message──▶ reader thread ──┐                        ┌──▶ answer (a thread of its own) ──┐
//!                                     ├──▶ server: one at a time┤                                  ├──▶ server ──▶ client
//!                                     │                        └──▶ check (a thread of its own)  ──┘
//! ```
//!
//! The server's own loop changes texts and starts work; it never computes, so typing waits for nothing. Work gets a
//! snapshot of a file, and what comes back about a text that has changed since is dropped.

mod action;
mod address;
mod capability;
mod check;
mod complete;
mod definition;
mod document;
mod hover;
mod layout;
mod outline;
mod region;
mod request;
mod server;
mod signature;
mod snapshot;
mod stage;
mod target;
mod tokens;
mod wire;
mod world;

use std::{
    io::{self, BufReader, IsTerminal, Write},
    sync::mpsc,
    thread,
};

use anyhow::Result;
use lsp_server::Message;
use serde_json::Value;

use self::{server::Server, wire::Incoming};
use crate::{args::LspArgs, diagnostic, exit::Exit};

/// What the server's loop hears.
#[derive(Debug)]
enum Event {
    /// Something from the client.
    Incoming(Incoming),
    /// The client is gone.
    End,
    /// Work is done.
    Done(server::Done),
}

/// Serves until the client says `exit` or goes away.
pub(crate) async fn run(args: LspArgs) -> Result<Exit> {
    if io::stdin().is_terminal() {
        diagnostic::print_remark("a language server: an editor starts it and speaks to it; Ctrl-D ends it");
    }
    let runtime = tokio::runtime::Handle::current();
    let (events, incoming) = mpsc::channel();
    let reader = events.clone();
    // Blocked in a read until the process ends.
    thread::spawn(move || {
        let mut input = BufReader::new(io::stdin());
        while let Ok(Some(message)) = wire::read(&mut input) {
            if reader.send(Event::Incoming(message)).is_err() {
                return;
            }
        }
        let _ = reader.send(Event::End);
    });
    let (outgoing, messages) = mpsc::channel::<Outgoing>();
    let writer = thread::spawn(move || {
        let mut output = io::stdout().lock();
        for message in messages {
            // A client that is gone is told of by the reader.
            let _ = match message {
                Outgoing::Message(message) => message.write(&mut output),
                Outgoing::Refusal(refusal) => {
                    let text = refusal.to_string();
                    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len()).and_then(|()| output.flush())
                }
            };
        }
    });
    let exit = tokio::task::spawn_blocking(move || {
        let mut server = Server::new(args.world, outgoing, events, runtime);
        server.serve(&incoming)
    })
    .await?;
    // What was said last goes out before the process ends.
    let _ = writer.join();
    Ok(exit)
}

/// What goes to the client.
#[derive(Debug)]
enum Outgoing {
    /// A message.
    Message(Message),
    /// The answer to something whose id is none: `lsp-server` has no form for it.
    Refusal(Value),
}
