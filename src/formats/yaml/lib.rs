//! YAML text → nodes with spans, styles and comments, and back. Knows nothing of Kubernetes or of us.

mod anchors;
mod builder;
mod comments;
mod duplicates;
mod edit;
mod emit;
mod findings;
mod frame;
mod json_detour;
mod merge;
mod number;
mod old_breaks;
mod order;
mod parse;
mod problem;
mod scalar_style;
mod scan_error;
mod span;
mod stricter;
mod tag;
mod timestamp;
mod typing;
mod writer;

pub use edit::{Change, EditError, Splice, Step, edit};
pub use emit::{emit, emit_all};
pub use json_detour::kustomize_cannot_print;
pub use order::in_kustomize_order;
pub use parse::{Dialect, Document, Parsed, parse};
pub use typing::plain_kind;
