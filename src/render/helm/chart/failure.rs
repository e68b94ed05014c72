//! Why Helm renders nothing: its message, and the finding at the line that a human must edit.

use seatrial_model::Finding;

/// Why Helm renders nothing.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Helm's whole message, behind `Error: `.
    pub message: String,
    /// The same as a finding; `None` where the findings of loading the chart say it already.
    pub finding: Option<Box<Finding>>,
}
