//! Questions about a file, each answered on a thread of its own from a snapshot.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::{
    CodeActionParams, CompletionParams, DefinitionParams, DocumentFormattingParams, DocumentRangeFormattingParams,
    HoverParams, LspRequestMethod as Method, SignatureHelpParams,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{action, complete, definition, hover, layout, outline, signature, snapshot::Snapshot, tokens};

/// An answer, or why there is none.
pub(super) type Answered = Result<Value, ResponseError>;

/// Whether a method asks about a file.
pub(super) fn is_known(method: &str) -> bool {
    matches!(
        Method::from(method),
        Method::TextDocumentCompletion
            | Method::TextDocumentHover
            | Method::TextDocumentSignatureHelp
            | Method::TextDocumentDefinition
            | Method::TextDocumentDocumentSymbol
            | Method::TextDocumentCodeAction
            | Method::TextDocumentFormatting
            | Method::TextDocumentRangeFormatting
            | Method::TextDocumentFoldingRange
            | Method::TextDocumentSemanticTokensFull
    )
}

/// Answers a question. Blocks.
pub(super) fn answer(method: &str, params: Value, snapshot: &Snapshot) -> Answered {
    match Method::from(method) {
        Method::TextDocumentCompletion => {
            with(params, |params: CompletionParams| complete::complete(snapshot, &params))
        }
        Method::TextDocumentHover => with(params, |params: HoverParams| hover::hover(snapshot, &params)),
        Method::TextDocumentSignatureHelp => {
            with(params, |params: SignatureHelpParams| signature::signature(snapshot, &params))
        }
        Method::TextDocumentDefinition => {
            with(params, |params: DefinitionParams| definition::definition(snapshot, &params))
        }
        Method::TextDocumentDocumentSymbol => value(outline::symbols(snapshot)),
        Method::TextDocumentCodeAction => with(params, |params: CodeActionParams| action::actions(snapshot, &params)),
        Method::TextDocumentFormatting => {
            read::<DocumentFormattingParams>(params)?;
            formatted(snapshot, None)
        }
        Method::TextDocumentRangeFormatting => {
            formatted(snapshot, Some(read::<DocumentRangeFormattingParams>(params)?.range))
        }
        Method::TextDocumentFoldingRange => value(outline::folds(snapshot)),
        Method::TextDocumentSemanticTokensFull => value(tokens::tokens(snapshot)),
        _ => Err(error(ErrorCode::MethodNotFound, format!("there is no method `{method}`"))),
    }
}

/// A file that cannot be formatted has a diagnostic that says so; to an editor that formats on saving it is no failure.
fn formatted(snapshot: &Snapshot, range: Option<lsp_types::Range>) -> Answered {
    match layout::layout(snapshot, range) {
        Ok(edits) => value(edits),
        Err(_) => Ok(Value::Null),
    }
}

fn with<P: DeserializeOwned, T: Serialize>(params: Value, answer: impl FnOnce(P) -> T) -> Answered {
    value(answer(read(params)?))
}

/// Reads parameters.
pub(super) fn read<P: DeserializeOwned>(params: Value) -> Result<P, ResponseError> {
    serde_json::from_value(params).map_err(|problem| error(ErrorCode::InvalidParams, problem.to_string()))
}

fn value(answer: impl Serialize) -> Answered {
    serde_json::to_value(answer).map_err(|problem| error(ErrorCode::InternalError, problem.to_string()))
}

/// A refusal.
pub(super) fn error(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}
