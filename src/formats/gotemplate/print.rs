//! Go's `fmt` over our values.

pub mod format;
pub(crate) mod number;
pub(crate) mod printer;
pub(crate) mod text;
