//! A report that a program wrote, read back.

use std::fmt;

use seatrial_model::Report;
use serde::Deserialize;

use crate::mirror::Mirror;
use crate::{VERSION, v1};

/// Why bytes are not a report; shows as a predicate: `has version 2 of the report's format, …`.
#[derive(Debug)]
pub enum Unreadable {
    /// It is of a version that this program does not read.
    OtherVersion(u32),
    /// It is not a report.
    NotAReport(serde_json::Error),
}

/// The version alone, of a report that another program wrote.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// A report.
///
/// # Errors
/// When the bytes are not JSON, not a report, or one of another version: what that has may not be what this one reads.
pub fn read(json: &[u8]) -> Result<Report, Unreadable> {
    let versioned = serde_json::from_slice::<Versioned>(json).map_err(Unreadable::NotAReport)?;
    if versioned.version != VERSION {
        return Err(Unreadable::OtherVersion(versioned.version));
    }
    serde_json::from_slice::<v1::Report>(json).map(Mirror::into_model).map_err(Unreadable::NotAReport)
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::OtherVersion(version) => {
                write!(f, "has version {version} of the report's format, and this program reads {VERSION}")
            }
            Unreadable::NotAReport(error) => write!(f, "is not a report of Seatrial: {error}"),
        }
    }
}

impl std::error::Error for Unreadable {}
