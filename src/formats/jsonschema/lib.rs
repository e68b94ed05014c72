//! JSON Schema as Helm checks it (github.com/santhosh-tekuri/jsonschema v6): drafts 4, 6, 7, 2019-09 and 2020-12, the schema itself held
//! against its metaschema, and its words for what is wrong.
//!
//! A [`Schema`] is compiled once and shared. Nothing is fetched: what a `$ref` to elsewhere would say is unknown ([`Schema::unknown`]), and
//! what hangs on it is not called wrong. Budgets of steps and of depth end what hostile schemas do.
//!
//! Where Go goes over a map in an order of its own, the order here is that of the names.
//!
//! Not here: charts and values (`render/helm`), Kubernetes' schemas (`check/schema`).

mod compile;
mod compile_object;
mod decimal;
mod draft;
mod format_times;
mod formats;
mod json;
mod message;
mod meta;
mod pointer;
mod read;
mod resources;
mod roots;
mod schema;
mod uneval;
mod url;
mod validate;
mod validate_parts;
mod validate_references;
mod violation;

pub use decimal::Decimal;
pub use json::{Data, Json, Number, Place};
pub use message::Kind;
pub use read::{ReadError, read};
pub use schema::{CompileError, Schema, Unknown, UnknownKind};
pub use validate::{Outcome, TooMuch};
pub use violation::Violation;
