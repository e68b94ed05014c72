//! A text as JSON, as Go's `encoding/json` reads it, with its words for what is wrong.

use std::convert::Infallible;
use std::ops::Range;

use seatrial_golang::json::{self, Error, Words};

use crate::json::{Data, Json, Number, Place};

/// What is nested deeper is not read. Go reads 10,000 levels.
const DEEPEST: u32 = 200;

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Go's words.
    pub message: String,
    /// The byte that is wrong.
    pub at: usize,
    /// Whether Go would read it: it is only nested too deeply here.
    pub is_limit: bool,
}

/// The value of a text.
///
/// # Errors
/// The text is not JSON.
pub fn read(text: &str) -> Result<Json, ReadError> {
    if text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
        return Err(ReadError { message: "EOF".to_owned(), at: text.len(), is_limit: false });
    }
    json::read(text, DEEPEST, &mut |data, at| Ok::<Json, Infallible>(value(data, at))).map_err(|error| match error {
        Error::Syntax(syntax) => {
            ReadError { message: syntax.message(text, Words::First), at: syntax.at, is_limit: false }
        }
        Error::TooDeep(at) => {
            let message = format!("it is nested more than {DEEPEST} levels deep");
            ReadError { message, at, is_limit: true }
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
