//! Text → nodes: the parser's events, one document after the other.

pub(crate) mod anchors;
pub(crate) mod builder;
pub(crate) mod comments;
pub(crate) mod document;
pub(crate) mod duplicates;
pub(crate) mod frame;
pub(crate) mod merge;
pub(crate) mod parse;
pub(crate) mod parsed_files;
pub(crate) mod scan_error;
pub(crate) mod span;
pub(crate) mod stricter;
pub(crate) mod tag;
