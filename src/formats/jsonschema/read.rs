//! A text as JSON, as Go's `encoding/json` reads it, with its words for what is wrong.

use std::convert::Infallible;
use std::ops::Range;

use seatrial_golang::json::{self, By, Error, Words};

use crate::json::{Data, Json, Number, Place};

/// What is nested deeper is not read. Go reads 10,000 levels.
const DEEPEST: u32 = 200;

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Go's words, those of the first version of `encoding/json` and those of the second.
    pub messages: [String; 2],
    /// The byte that is wrong.
    pub at: usize,
    /// Whether Go would read it: it is only nested too deeply here.
    pub is_limit: bool,
}

/// The value of a text. Bytes that are not UTF-8 are U+FFFD in strings, and wrong elsewhere.
///
/// # Errors
/// The text is not JSON.
pub fn read(text: impl AsRef<[u8]>) -> Result<Json, ReadError> {
    let text = text.as_ref();
    let error = |messages, at| ReadError { messages, at, is_limit: false };
    if text.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
        return Err(error(["EOF"; 2].map(str::to_owned), text.len()));
    }
    json::read(text, DEEPEST, &mut |data, at| Ok::<Json, Infallible>(value(data, at))).map_err(|wrong| match wrong {
        Error::Syntax(syntax) => {
            let messages = [Words::First, Words::Second].map(|words| syntax.message(text, words, By::Decoder));
            error(messages, syntax.at)
        }
        Error::TooDeep(at) => {
            let message = format!("it is nested more than {DEEPEST} levels deep");
            ReadError { messages: [message.clone(), message], at, is_limit: true }
        }
        Error::Refused(never) => match never {},
    })
}

fn value(data: json::Data<'_, Json>, at: Range<usize>) -> Json {
    let data = match data {
        json::Data::Null => Data::Null,
        json::Data::Bool(value) => Data::Bool(value),
        json::Data::Number(digits) => Data::Number(Number::new(digits)),
        json::Data::Text(text) => Data::Text(text.into()),
        json::Data::List(items) => Data::List(items),
        json::Data::Map(members) => Data::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect()),
    };
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Json { data, at: Place { start: place(at.start), end: place(at.end) } }
}
