//! The server's loop: keeps the texts of open files, starts checks and answers, and passes on what they give.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, InitializeParams, PublishDiagnosticsParams, TextDocumentIdentifier, Uri,
};
use serde::Deserialize;
use serde_json::{Value, json};
use speleo_syntax::Diagnostic;
use tokio::runtime::Handle;

use super::{
    Event, Outgoing, address,
    capability::{self, Client},
    check,
    document::{Document, Encoding},
    region::FileKind,
    request::{self, Answered, error},
    snapshot::Snapshot,
    wire::Incoming,
    world::{Worlds, is_definition},
};
use crate::{args::WorldArgs, exit::Exit};

/// How long nobody types before a text is checked.
const PAUSE: Duration = Duration::from_millis(150);

/// The most checks of one file at a time.
const MOST_CHECKS: usize = 2;

/// Work that is done.
#[derive(Debug)]
pub(super) enum Done {
    /// A question has its answer.
    Answered(RequestId, Answered),
    /// A text was checked: the file, the text's version, the check's number, what was found.
    Checked(String, i32, u64, Vec<Diagnostic>),
}

/// How far the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    Running,
    ShutDown,
}

/// A file that the client has open.
#[derive(Debug)]
struct Open {
    path: PathBuf,
    kind: FileKind,
    document: Document,
    diagnostics: Arc<Vec<Diagnostic>>,
    /// When it is to be checked.
    due: Option<Instant>,
    /// How many checks are under way: the next may begin while a slow one of an earlier text ends, but they do not pile up.
    checks: usize,
    /// The number of the last check that began, and of the last one that was told of.
    numbers: (u64, u64),
}

/// The conversation.
pub(super) struct Server {
    outgoing: Sender<Outgoing>,
    events: Sender<Event>,
    runtime: Handle,
    worlds: Arc<Worlds>,
    client: Client,
    stage: Stage,
    files: HashMap<String, Open>,
    /// Questions without an answer.
    pending: HashSet<RequestId>,
}

impl Server {
    /// A server that has heard nothing.
    pub(super) fn new(
        arguments: WorldArgs,
        outgoing: Sender<Outgoing>,
        events: Sender<Event>,
        runtime: Handle,
    ) -> Self {
        Self {
            outgoing,
            events,
            runtime,
            worlds: Arc::new(Worlds::new(arguments)),
            client: Client { encoding: Encoding::Utf16, watches: false },
            stage: Stage::Before,
            files: HashMap::new(),
            pending: HashSet::new(),
        }
    }

    /// Serves until the client says `exit` or is gone. An end without `shutdown` before it is a failure.
    pub(super) fn serve(&mut self, incoming: &Receiver<Event>) -> Exit {
        loop {
            let next = self.files.values().filter(|file| file.checks < MOST_CHECKS).filter_map(|file| file.due).min();
            let event = match next {
                Some(due) => incoming.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => incoming.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match event {
                Err(RecvTimeoutError::Timeout) => self.check_due(),
                Err(RecvTimeoutError::Disconnected) | Ok(Event::End) => break,
                Ok(Event::Done(done)) => self.done(done),
                Ok(Event::Incoming(Incoming::Malformed(id, why))) => self.refuse(&id, &why),
                Ok(Event::Incoming(Incoming::Message(Message::Request(request)))) => self.request(request),
                Ok(Event::Incoming(Incoming::Message(Message::Notification(told)))) if told.method == "exit" => break,
                Ok(Event::Incoming(Incoming::Message(Message::Notification(told)))) => self.notification(told),
                // Answers to what the server asked for: it needs none.
                Ok(Event::Incoming(Incoming::Message(Message::Response(_)))) => {}
            }
        }
        if self.stage == Stage::ShutDown { Exit::Fine } else { Exit::Failed }
    }

    fn send(&self, message: impl Into<Message>) {
        // Where the writer is gone, the client is.
        let _ = self.outgoing.send(Outgoing::Message(message.into()));
    }

    fn answer(&self, id: RequestId, answer: Answered) {
        self.send(Response { id, response_result: answer });
    }

    fn refuse(&self, id: &Value, why: &str) {
        let code = if id.is_null() { ErrorCode::ParseError } else { ErrorCode::InvalidRequest };
        let refusal = json!({"jsonrpc": "2.0", "id": id, "error": {"code": code as i32, "message": why}});
        let _ = self.outgoing.send(Outgoing::Refusal(refusal));
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        match (self.stage, method.as_str()) {
            (Stage::Before, "initialize") => match request::read::<InitializeParams>(params) {
                Ok(params) => {
                    self.client = Client::of(&params.capabilities);
                    self.stage = Stage::Running;
                    self.answer(id, Ok(json!(capability::server(self.client))));
                }
                Err(problem) => self.answer(id, Err(problem)),
            },
            (Stage::Before, _) => {
                self.answer(id, Err(error(ErrorCode::ServerNotInitialized, "expected `initialize` first")));
            }
            (Stage::Running, "initialize") | (Stage::ShutDown, _) => {
                let message = format!("`{method}` makes no sense now");
                self.answer(id, Err(error(ErrorCode::InvalidRequest, message)));
            }
            (Stage::Running, "shutdown") => {
                self.stage = Stage::ShutDown;
                self.answer(id, Ok(Value::Null));
            }
            (Stage::Running, _) if request::is_known(&method) => self.ask(id, method, params),
            (Stage::Running, _) => {
                let message = format!("there is no method `{method}`");
                self.answer(id, Err(error(ErrorCode::MethodNotFound, message)));
            }
        }
    }

    /// Answers a question on a thread of its own.
    fn ask(&mut self, id: RequestId, method: String, params: Value) {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct About {
            text_document: TextDocumentIdentifier,
        }
        let snapshot = request::read::<About>(params.clone()).and_then(|about| {
            let uri = about.text_document.uri.0;
            self.snapshot(&uri).ok_or_else(|| error(ErrorCode::InvalidParams, format!("`{uri}` is not open")))
        });
        let snapshot = match snapshot {
            Ok(snapshot) => snapshot,
            Err(problem) => return self.answer(id, Err(problem)),
        };
        if !self.pending.insert(id.clone()) {
            let message = format!("there is a request {id} already");
            return self.answer(id, Err(error(ErrorCode::InvalidRequest, message)));
        }
        let events = self.events.clone();
        let work = self.runtime.spawn_blocking(move || request::answer(&method, params, &snapshot));
        self.runtime.spawn(async move {
            // A question whose answer fails must not take the server with it.
            let answer = work.await.unwrap_or_else(|bug| Err(error(ErrorCode::InternalError, bug.to_string())));
            let _ = events.send(Event::Done(Done::Answered(id, answer)));
        });
    }

    fn snapshot(&self, uri: &str) -> Option<Snapshot> {
        let file = self.files.get(uri)?;
        Some(Snapshot {
            uri: uri.to_owned(),
            path: file.path.clone(),
            kind: file.kind,
            document: file.document.clone(),
            diagnostics: Arc::clone(&file.diagnostics),
            worlds: Arc::clone(&self.worlds),
            runtime: self.runtime.clone(),
        })
    }

    fn notification(&mut self, told: Notification) {
        let Notification { method, params } = told;
        if self.stage != Stage::Running {
            return;
        }
        let outcome = match method.as_str() {
            "initialized" => {
                self.watch();
                Ok(())
            }
            "textDocument/didOpen" => request::read(params).map(|params| self.open(params)),
            "textDocument/didChange" => request::read(params).map(|params| self.change(params)),
            "textDocument/didClose" => request::read(params).map(|params| self.close(params)),
            "textDocument/didSave" => request::read(params).map(|params: DidSaveTextDocumentParams| {
                self.changed([params.text_document.uri.0]);
            }),
            "workspace/didChangeWatchedFiles" => request::read(params).map(|params: DidChangeWatchedFilesParams| {
                self.changed(params.changes.into_iter().map(|change| change.uri.0));
            }),
            "$/cancelRequest" => {
                self.cancel(&params);
                Ok(())
            }
            // Those that a server may pass over, and those of later protocols.
            _ => Ok(()),
        };
        if let Err(ResponseError { message, .. }) = outcome {
            let warning = json!({"type": 2, "message": format!("`{method}`: {message}")});
            self.send(Notification::new("window/logMessage".to_owned(), warning));
        }
    }

    /// Asks to be told of files that change.
    fn watch(&self) {
        if !self.client.watches {
            return;
        }
        let watchers = json!([{"globPattern": "**/*.{conf,csv,json,meta,spl}"}, {"globPattern": "**/speleo.toml"}]);
        let registration = json!({
            "id": "speleo-files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        });
        let params = json!({"registrations": [registration]});
        self.send(Request::new("speleo-files".to_owned().into(), "client/registerCapability".to_owned(), params));
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) {
        let opened = params.text_document;
        let path = address::path(&opened.uri.0);
        let file = Open {
            kind: FileKind::of(&path),
            path,
            document: Document::new(opened.text, opened.version, self.client.encoding),
            diagnostics: Arc::default(),
            due: Some(Instant::now()),
            checks: 0,
            numbers: (0, 0),
        };
        self.files.insert(opened.uri.0, file);
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        let Some(file) = self.files.get_mut(&document.text_document_identifier.uri.0) else { return };
        file.document.change(params.content_changes, document.version);
        file.diagnostics = Arc::default();
        file.due = Some(Instant::now() + PAUSE);
    }

    fn close(&mut self, params: DidCloseTextDocumentParams) {
        let uri = params.text_document.uri;
        if self.files.remove(&uri.0).is_some() {
            // What is not open has no problems that anybody looks at.
            self.publish(uri, None, Vec::new());
        }
    }

    /// Files were written: what searches mean may be something else now.
    fn changed(&mut self, uris: impl IntoIterator<Item = String>) {
        if uris.into_iter().any(|uri| is_definition(&address::path(&uri))) {
            self.worlds.look_again();
            for file in self.files.values_mut() {
                file.due = Some(Instant::now());
            }
        }
    }

    fn cancel(&mut self, params: &Value) {
        let id = params.get("id").cloned().and_then(|id| serde_json::from_value::<RequestId>(id).ok());
        if let Some(id) = id.filter(|id| self.pending.remove(id)) {
            self.answer(id, Err(error(ErrorCode::RequestCanceled, "cancelled")));
        }
    }

    /// Starts the checks whose time has come.
    fn check_due(&mut self) {
        let now = Instant::now();
        let is_due = |file: &Open| file.checks < MOST_CHECKS && file.due.is_some_and(|due| due <= now);
        let due: Vec<String> = self.files.iter().filter(|(_, file)| is_due(file)).map(|(uri, _)| uri.clone()).collect();
        for uri in due {
            let Some(snapshot) = self.snapshot(&uri) else { continue };
            let Some(file) = self.files.get_mut(&uri) else { continue };
            file.due = None;
            file.checks += 1;
            file.numbers.0 += 1;
            let number = file.numbers.0;
            let version = snapshot.document.version;
            let events = self.events.clone();
            let work = self.runtime.spawn_blocking(move || check::check(&snapshot));
            self.runtime.spawn(async move {
                let found = work.await.unwrap_or_default();
                let _ = events.send(Event::Done(Done::Checked(uri, version, number, found)));
            });
        }
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Answered(id, answer) => {
                if self.pending.remove(&id) {
                    self.answer(id, answer);
                }
            }
            Done::Checked(uri, version, number, found) => {
                let Some(file) = self.files.get_mut(&uri) else { return };
                file.checks = file.checks.saturating_sub(1);
                // Places of another text would point at nothing.
                if file.document.version != version || number < file.numbers.1 {
                    return;
                }
                file.numbers.1 = number;
                file.diagnostics = Arc::new(found);
                let uri = Uri(uri);
                let shown = file.diagnostics.iter().map(|found| check::shown(found, &file.document, &uri)).collect();
                self.publish(uri, Some(version), shown);
            }
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<lsp_types::Diagnostic>) {
        let params = PublishDiagnosticsParams { uri, version, diagnostics };
        self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), params));
    }
}
