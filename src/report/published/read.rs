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
    match serde_json::from_slice::<v1::Report>(json).map(Mirror::into_model) {
        Ok(report) if report.version == VERSION => Ok(report),
        Ok(Report { version, .. }) => Err(Unreadable::OtherVersion(version)),
        Err(error) => Err(match serde_json::from_slice::<Versioned>(json) {
            Ok(Versioned { version }) if version != VERSION => Unreadable::OtherVersion(version),
            _ => Unreadable::NotAReport(error),
        }),
    }
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
