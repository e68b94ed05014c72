//! YAML text → nodes with spans, styles and comments, and back; and one value changed in a text. Knows nothing of Kubernetes or of us.
//!
//! A file is read as kubectl (go-yaml version 2) or kustomize (version 3) reads it, and printed as kustomize prints it. Known differences:
//!
//! - Refused here, with a finding at the place, and taken by both of them: a comment without a space before its `#` behind a quote or a
//!   bracket, the escape `\'` in double quotes, a tab as indentation inside of brackets, a lone `-` or a leading `?` as a value in brackets,
//!   `a:,` in brackets (they take the `:` for a part of the key), a null key, nesting deeper than 500 levels.
//! - U+0085, U+2028 and U+2029 are line ends to go-yaml. They are read so in quotes and at the end of a line, and refused where what
//!   follows them would be a line of its own; in a text of several lines, and with blanks between them at its end, they may be folded
//!   otherwise.
//! - What follows `...` is read; go-yaml stops there.
//! - A key that is the text `<<` is printed in quotes; kustomize prints it bare, and then reads a merge key.
//! - Keys whose natural order contradicts itself (`a2`, `a10`, `a1b`) have one order here, and any order there.
//!
//! `testdata/yaml-test-suite.tsv` lists what is read otherwise than the YAML Test Suite says.

mod anchors;
mod builder;
mod comments;
mod duplicates;
mod edit;
mod emit;
mod event;
mod findings;
mod frame;
mod json_detour;
mod merge;
mod number;
mod old_breaks;
mod order;
mod parse;
mod parsed_files;
mod printer;
mod problem;
mod quick;
mod scalar_style;
mod scan_error;
mod span;
mod stricter;
mod styled;
mod tag;
mod timestamp;
mod typing;
mod writer;

pub use edit::{Change, EditError, Splice, Step, edit};
pub use emit::{emit, emit_all, emit_escaping, emit_unfolded};
pub use json_detour::kustomize_cannot_print;
pub use number::number;
pub use order::{in_kustomize_order, into_kustomize_order};
#[doc(hidden)]
pub use parse::readers_agree;
pub use parse::{Dialect, Document, Parsed, parse};
pub use parsed_files::ParsedFiles;
pub use printer::{Level, Printer, Printing, behind_json, is_key_readable, key_order};
pub use scalar_style::is_printed_plain;
pub use styled::{emit_styled, explicit_tag};
pub use typing::{is_true, plain_kind};
