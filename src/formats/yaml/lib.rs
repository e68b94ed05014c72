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
//! The folders stand in this order, and each uses only those before it: `scalars`, `text`, `quick`, `read`, `print`, `edit`.
//!
//! `testdata/yaml-test-suite.tsv` lists what is read otherwise than the YAML Test Suite says.

mod edit;
mod print;
mod quick;
mod read;
mod scalars;
mod text;

pub use edit::{Change, EditError, Splice, Step, edit};
pub use print::emit::{emit, emit_all, emit_escaping, emit_unfolded};
pub use print::json_detour::kustomize_cannot_print;
pub use print::order::{in_kustomize_order, into_kustomize_order};
pub use print::printer::{Level, Printer, Printing, behind_json, is_key_readable, key_order};
pub use print::styled::{emit_styled, explicit_tag};
pub use read::document::{Document, Parsed};
pub use read::parse::parse;
#[doc(hidden)]
pub use read::parse::readers_agree;
pub use read::parsed_files::ParsedFiles;
pub use scalars::number::number;
pub use scalars::style::is_printed_plain;
pub use scalars::typing::{Dialect, is_true, plain_kind};
