//! Functions that choose a value or fail: `default`, `coalesce`, `ternary`, `required`, `fail`.

use seatrial_gotemplate::Function;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[];
