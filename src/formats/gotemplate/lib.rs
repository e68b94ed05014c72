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
//! The folders stand in this order, and each uses only those before it: `texts`, `syntax`, `values`, `print`, `run`.
//!
//! Not here: functions of sprig and Helm, charts, YAML (`render/helm`).

mod print;
mod run;
mod syntax;
mod texts;
mod values;

pub use print::format;
pub use run::mentions::Mentions;
pub use syntax::error::ParseError;
pub use texts::builder::TextBuilder;
pub use texts::marks::{MarkSet, Marks};
pub use texts::text::{Piece, Place, Text};
pub use values::budget::Budget;
pub use values::context::{Context, Reads, with_large_stack};
pub use values::error::{ExecError, Failure, Frame, Missing};
pub use values::function::{Call, Function, Type};
pub use values::list::{Element, List};
pub use values::map::{Map, MapKind};
pub use values::object::{Object, ObjectKind};
pub use values::templates::{MissingKey, Rendered, Templates};
pub use values::value::{Data, IntKind, Value};
