//! Tokens of a template's text.

use std::borrow::Cow;

use seatrial_golang::quote::quote;

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

/// A token.
#[derive(Clone, Debug)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind,
    /// Where it begins.
    pub(crate) start: usize,
    /// The text of the token, or the message of an error.
    pub(crate) value: Cow<'s, str>,
    pub(crate) line: usize,
}

impl Token<'_> {
    /// The byte behind the token.
    pub(crate) fn end(&self) -> usize {
        self.start + self.value.len()
    }

    /// How messages show it.
    pub(crate) fn shown(&self) -> String {
        match self.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.value.clone().into_owned(),
            kind if kind.is_keyword() => format!("<{}>", self.value),
            _ if self.value.len() > 10 => {
                let end = self.value.char_indices().nth(10).map_or(self.value.len(), |(at, _)| at);
                format!("{}...", quote(&self.value[..end]))
            }
            _ => quote(&self.value),
        }
    }
}
