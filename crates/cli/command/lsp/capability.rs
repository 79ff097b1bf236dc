//! What client and server say of themselves at the start.

use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CompletionOptions, InitializeResult, PositionEncodingKind,
    SaveOptions, SemanticTokensLegend, SemanticTokensOptions, ServerCapabilities, ServerInfo, SignatureHelpOptions,
    TextDocumentSyncKind, TextDocumentSyncOptions,
};

use super::{document::Encoding, tokens::LEGEND};

/// What matters of the client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client {
    /// The unit of positions.
    pub(super) encoding: Encoding,
    /// Whether it tells of changed files when it is asked to.
    pub(super) watches: bool,
}

impl Client {
    /// Reads what the client says.
    pub(super) fn of(capabilities: &ClientCapabilities) -> Self {
        let general = capabilities.general.as_ref();
        let offered: &[PositionEncodingKind] =
            general.and_then(|general| general.position_encodings.as_deref()).unwrap_or_default();
        let watched = capabilities.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files.as_ref());
        Self {
            encoding: Encoding::negotiate(offered),
            watches: watched.and_then(|watched| watched.dynamic_registration).unwrap_or(false),
        }
    }
}

/// What the server can.
pub(super) fn server(client: Client) -> InitializeResult {
    let characters = |text: &str| Some(text.chars().map(String::from).collect::<Vec<_>>());
    let capabilities = ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::Incremental),
                save: Some(SaveOptions::default().into()),
                ..TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(CompletionOptions {
            trigger_characters: characters("|[`=(, ."),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(true.into()),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: characters("(,"),
            ..SignatureHelpOptions::default()
        }),
        definition_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QuickFix]),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        document_formatting_provider: Some(true.into()),
        document_range_formatting_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: SemanticTokensLegend {
                    token_types: LEGEND.iter().map(|kind| String::from(kind.clone())).collect(),
                    token_modifiers: Vec::new(),
                },
                full: Some(true.into()),
                ..SemanticTokensOptions::default()
            }
            .into(),
        ),
        ..ServerCapabilities::default()
    };
    let version = Some(env!("CARGO_PKG_VERSION").to_owned());
    InitializeResult { capabilities, server_info: Some(ServerInfo { name: "speleo".to_owned(), version }) }
}
