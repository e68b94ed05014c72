//! The JSON report as it is published: versioned types of their own, which the model is converted into and read back from. Scripts of users
//! read it, so it changes by new fields alone; the model may change as it likes.
//!
//! Not here: files (`seatrial`), and the other formats, which no program of another reads back (`reporters`).

mod mirror;
mod read;
mod v1;

pub use read::{Unreadable, read};

use seatrial_model::Report;

use crate::mirror::Mirror;

/// The version that is written and read; raised when a reader could misread it.
pub const VERSION: u32 = Report::VERSION;

/// The report as JSON, indented, with a final newline.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(&v1::Report::of(report)).unwrap_or_default();
    text.push('\n');
    text
}

/// The JSON Schema of what [`json`] writes (`seatrial schema report`).
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(v1::Report).to_value()
}

#[cfg(test)]
mod tests;
