//! Why a store did not do what it was asked, and what helps: `access was denied (SignatureDoesNotMatch): …`
//!
//! Requests can hold secrets, in a query or a header, so no more of them is told than the server.

use std::{error::Error as StdError, fmt};

use object_store::{
    Error,
    client::{HttpError, HttpErrorKind},
};

use crate::{IndexError, Problem};

/// The reason of a failure in one line.
#[derive(Debug)]
pub struct Reason<'e> {
    /// The failure.
    pub error: &'e Error,
    /// The address of the store or of a place in it; it says which variables help. Empty where it is not known.
    pub address: &'e str,
}

/// What says who asks, and where the server is.
struct Advice {
    who: &'static str,
    server: &'static str,
}

/// Whether a server was asked, and not the file system.
pub fn is_remote(error: &Error) -> bool {
    error.to_string().contains("Error performing ")
}

/// A failure at an address.
pub fn storage_error(error: &Error, address: &str) -> IndexError {
    let problem = match error {
        Error::AlreadyExists { .. } => Problem::Contended,
        _ => Problem::Storage,
    };
    IndexError::new(problem, format!("`{address}`: {}", Reason { error, address }))
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.error.to_string();
        let code = between(&text, "<Code>", "</Code>").map_or_else(String::new, |code| format!(" ({code})"));
        let server = server(&text);
        let advice = advice(self.address);
        let at = server.as_ref().map_or_else(|| "the server".to_owned(), |server| format!("`{server}`"));
        // Without credentials the machine's own are asked for, of a server that only clouds have.
        if ["169.254.169.254", "169.254.170.2", "metadata.google"].iter().any(|host| text.contains(host)) {
            return write!(out, "nothing says who asks: {} do, and this is no machine of a cloud", advice.who);
        }
        if ["NoSuchBucket", "ContainerNotFound"].iter().any(|code| text.contains(code)) {
            return write!(out, "there is no such bucket at {at}{code}; {} says which server is asked", advice.server);
        }
        let is_denied = matches!(self.error, Error::PermissionDenied { .. } | Error::Unauthenticated { .. });
        if is_denied || status(&text).is_some_and(|status| status.starts_with("403") || status.starts_with("401")) {
            return write!(out, "{at} denied access{code}; {} say who asks", advice.who);
        }
        if text.contains("performing PROPFIND ") && status(&text).is_some() {
            return write!(out, "{at} lists no files: each of them has to be named");
        }
        if text.contains("non-partial response") {
            return write!(out, "{at} does not give parts of files: a copy has to be read");
        }
        match self.error {
            Error::NotFound { .. } => out.write_str("there is no such object"),
            Error::Precondition { .. } | Error::NotModified { .. } => out.write_str("it was changed meanwhile"),
            Error::AlreadyExists { .. } => out.write_str("it exists already"),
            error => match (kind(error), status(&text)) {
                (Some(HttpErrorKind::Connect), _) => {
                    write!(out, "{at} cannot be reached; {} says where the server is", advice.server)
                }
                (Some(HttpErrorKind::Timeout), _) => {
                    write!(out, "{at} did not answer in time; the option `timeout` of the store gives it longer")
                }
                (_, Some(status)) => write!(out, "{at} answered {status}{code}"),
                _ => out.write_str(&deepest(error)),
            },
        }
    }
}

fn advice(address: &str) -> Advice {
    match address.split_once("://").map_or("", |(scheme, _)| scheme) {
        "s3" | "s3a" => Advice { who: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", server: "AWS_ENDPOINT_URL" },
        "gs" => Advice { who: "GOOGLE_APPLICATION_CREDENTIALS", server: "GOOGLE_BASE_URL" },
        "http" | "https" => Advice { who: "the address and its query", server: "the address" },
        "" => Advice {
            who: "the variables of its kind (`speleo help stores`)",
            server: "a variable (`speleo help stores`)",
        },
        _ => {
            Advice { who: "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY", server: "AZURE_STORAGE_ENDPOINT" }
        }
    }
}

/// The server that was asked: `http://localhost:9000`.
fn server(text: &str) -> Option<String> {
    let address = text.split_whitespace().find(|word| word.starts_with("http://") || word.starts_with("https://"))?;
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?']).next()?;
    Some(format!("{scheme}://{}", host.rsplit('@').next()?))
}

fn status(text: &str) -> Option<&str> {
    let rest = text.split_once("status code: ")?.1;
    rest.split([':', '<']).next().map(str::trim)
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.split_once(start)?.1.split_once(end).map(|(inner, _)| inner)
}

fn kind(error: &Error) -> Option<HttpErrorKind> {
    causes(error).find_map(|cause| cause.downcast_ref::<HttpError>()).map(HttpError::kind)
}

/// What the last cause says, in one line.
fn deepest(error: &Error) -> String {
    let text = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    text.lines().next().unwrap_or_default().to_owned()
}

fn causes(error: &Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let first: &(dyn StdError + 'static) = error;
    std::iter::successors(Some(first), |error: &&(dyn StdError + 'static)| (*error).source())
}
