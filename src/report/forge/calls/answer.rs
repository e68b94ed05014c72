//! What came of one call: an answer that helps, or why there is none.

use http::HeaderMap;
use serde_json::Value;

/// The body of a 2xx answer, as it came.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) body: Vec<u8>,
    /// They say where the next page is, for instance.
    pub(crate) headers: HeaderMap,
}

/// A 2xx answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The JSON body; `null` for none.
    pub(crate) json: Value,
}

impl Answer {
    /// A string of the body, by JSON pointer; empty when there is none.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The server said no.
    Refused {
        /// HTTP status.
        status: u16,
        /// Its reason, one line.
        message: String,
    },
    /// A rate limit that lasts longer than we wait; a sentence.
    Limited(String),
    /// It was certainly not carried out; a sentence.
    Unreached(String),
    /// It may have been carried out; a sentence.
    Unclear(String),
    /// A part was carried out, and a part was not; the whole sentence.
    Partly(String),
}
