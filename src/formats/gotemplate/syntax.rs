//! The text of a template → trees.

pub(crate) mod builtin;
pub(crate) mod error;
pub(crate) mod lex;
pub(crate) mod lex_class;
pub(crate) mod lex_number;
pub(crate) mod names;
pub(crate) mod node;
pub(crate) mod parse;
pub(crate) mod parse_control;
pub(crate) mod parse_open;
pub(crate) mod parse_term;
pub(crate) mod shown;
pub(crate) mod token;
pub(crate) mod walk;
