//! `Report` → bytes: terminal, markdown, headline, junit, sarif, html. No I/O; sees the model alone.

mod address;
mod ages;
mod alike;
mod alterations;
mod cases;
mod cause;
mod cell;
mod diff;
mod headline;
mod html;
mod junit;
mod left_out;
mod markdown;
mod names;
mod plain;
mod sarif;
mod terminal;
mod trials;
mod wording;

pub use diff::{diff_markdown, diff_stat, diff_terminal};
pub use headline::{headline, status_description};
pub use html::{html, html_files};
pub use junit::junit;
pub use markdown::{inline, markdown, suggestion};
pub use sarif::sarif;
pub use terminal::{Detail, TerminalOptions, terminal, wrapped};

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod snapshots;
