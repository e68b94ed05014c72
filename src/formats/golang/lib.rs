//! What programs in Go read and write, as they do it: regular expressions, numbers, quoted strings, JSON,
//! durations, times, schedules, versions.
//!
//! Not here: what reads them (`render`, `check`); templates.

pub mod cron;
pub mod duration;
pub mod float;
pub mod float_format;
pub mod integer;
pub mod json;
pub mod quote;
pub mod regexp;
pub mod semver;
pub mod time;
pub mod unicode;
