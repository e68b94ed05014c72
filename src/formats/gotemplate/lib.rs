//! Go's `text/template`: texts are parsed once into [`Templates`], shared by many renders, and executed over [`Value`]s. What is printed
//! remembers which action and which values made each byte.
//!
//! Functions are given by whoever makes the [`Templates`]: a [`Function`] has a name, the types of its parameters, and a `call` that gets the
//! [`Context`] and the arguments. Number and types of the arguments are checked before, in Go's words. A [`Value`] has [`Marks`], numbers that
//! whoever supplies the values understands; a result without marks gets those of all arguments. A failing function returns a message
//! (`Err("…".into())`); a failure of [`Context::execute`] is passed on with `?` and keeps its place.
//!
//! Lists do not change once they are made; maps do, and are shared. What Go holds as a nil map or slice is an empty [`Map`] or [`List`] that
//! says `is_nil`; `nil` itself is [`Data::Nil`].
//!
//! Not here: functions of sprig and Helm, charts, YAML (`render/helm`).

mod budget;
mod builtins;
mod call;
mod compare;
mod context;
mod error;
mod escape;
mod eval;
mod exec;
pub mod format;
mod function;
mod functions;
mod held;
mod lex;
mod lex_class;
mod lex_number;
mod list;
mod map;
mod marks;
mod mentions;
mod node;
mod node_shown;
mod object;
mod parse;
mod parse_control;
mod parse_open;
mod parse_term;
mod print_number;
mod print_text;
mod printer;
mod quick;
mod templates;
mod text;
mod text_builder;
mod token;
mod value;
mod walk;

pub use budget::Budget;
pub use context::{Context, Reads, with_large_stack};
pub use error::{ExecError, Failure, Frame, Missing, ParseError};
pub use function::{Call, Function, Type};
pub use list::{Element, List};
pub use map::{Map, MapKind};
pub use marks::{MarkSet, Marks};
pub use mentions::Mentions;
pub use object::{Object, ObjectKind};
pub use templates::{MissingKey, Rendered, Templates};
pub use text::{Piece, Place, Text};
pub use text_builder::TextBuilder;
pub use value::{Data, IntKind, Value};
