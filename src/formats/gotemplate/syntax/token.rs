//! Tokens of a template's text.

use seatrial_golang::quote::quote;

use crate::syntax::node::Extent;

/// What a token is. The order of keywords does not matter; `is_keyword` knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    pub(crate) fn of_keyword(word: &str) -> Option<Self> {
        Some(match word {
            "." => Self::Dot,
            "block" => Self::Block,
            "break" => Self::Break,
            "continue" => Self::Continue,
            "define" => Self::Define,
            "else" => Self::Else,
            "end" => Self::End,
            "if" => Self::If,
            "range" => Self::Range,
            "nil" => Self::Nil,
            "template" => Self::Template,
            "with" => Self::With,
            _ => return None,
        })
    }

    fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::Break
                | Self::Continue
                | Self::Dot
                | Self::Define
                | Self::Else
                | Self::End
                | Self::If
                | Self::Nil
                | Self::Range
                | Self::Template
                | Self::With
        )
    }
}

/// A token: a stretch of the text. The lexer keeps the message of an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Where it begins.
    pub(crate) start: u32,
    /// The byte behind it.
    pub(crate) end: u32,
}

impl Token {
    pub(crate) fn extent(self) -> Extent {
        Extent { start: self.start, end: self.end }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the text is shorter than 4 GB")]
pub(crate) fn pos(at: usize) -> u32 {
    at as u32
}

impl Kind {
    /// How messages show a token that is not an error.
    pub(crate) fn shown(self, value: &str) -> String {
        match self {
            Self::Eof => "EOF".to_owned(),
            kind if kind.is_keyword() => format!("<{value}>"),
            _ if value.len() > 10 => {
                let end = value.char_indices().nth(10).map_or(value.len(), |(at, _)| at);
                format!("{}...", quote(&value[..end]))
            }
            _ => quote(value),
        }
    }
}
