//! `Report` → bytes: terminal, markdown, headline, junit, json. No I/O; sees the model alone.

mod ages;
mod alike;
mod alterations;
mod cases;
mod cause;
mod headline;
mod json;
mod junit;
mod left_out;
mod markdown;
mod plain;
mod terminal;
mod trials;
mod wording;

pub use headline::{headline, status_description};
pub use json::json;
pub use junit::junit;
pub use markdown::{inline, markdown};
pub use terminal::{Detail, TerminalOptions, terminal};

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod snapshots;
