//! Input for measurements: Deployments with comments, as many as make up a size. Used by the bench and by `examples/parse.rs`.

use std::fmt::Write as _;

/// A stream of Deployments of at least `bytes` bytes.
pub(crate) fn deployments(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 4096);
    let mut number = 0;
    while text.len() < bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, include_str!("deployment.yaml.in"), number = number);
        number += 1;
    }
    text
}
