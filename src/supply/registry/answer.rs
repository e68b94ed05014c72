//! Answers of registries and repositories: their bodies within bounds, and what their statuses say.

use reqwest::Response;

use crate::FetchError;
use crate::address::host_of;

/// The body of an answer, of so many bytes at most.
///
/// # Errors
/// [`FetchError::Wrong`] for a longer one, and for one that ends early.
pub(crate) async fn body(mut answer: Response, what: &str, most: usize) -> Result<Vec<u8>, FetchError> {
    let too_long = || FetchError::Wrong(format!("{what} is longer than {} MB", most >> 20));
    let announced = answer.content_length().unwrap_or(0);
    if announced > most as u64 {
        return Err(too_long());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > most => return Err(too_long()),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) => {
                let why = seatrial_transport::innermost(&error);
                return Err(FetchError::Unreachable(format!("{what} was not read to its end: {why}")));
            }
        }
    }
}

/// What a status that is neither success nor "not found" says.
pub(crate) fn refusal(answer: &Response, host: &str, with_login: bool) -> FetchError {
    match answer.status().as_u16() {
        status @ (401 | 403) => FetchError::Denied { host: host.to_owned(), status, with_login },
        429 => FetchError::Unreachable(format!("{host} answers 429: too many requests; try again later, or log in")),
        status => FetchError::Unreachable(format!("{} answers {status}", host_of(answer.url().as_str()))),
    }
}

/// Whether a text can be a tag (OCI distribution 1.1).
pub(crate) fn is_tag(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !text.is_empty() && text.len() <= 128 && !text.starts_with(['.', '-']) && text.chars().all(is_plain)
}
