//! What is known of an object before it is applied, and after.

use std::sync::Arc;

use seatrial_model::Action;
use serde_json::Value;

use crate::plan::place::Placed;

/// An object and what lives of it.
pub(crate) struct Known<'p, 'm> {
    pub(crate) placed: &'p Placed<'m>,
    /// As it was before anything was applied; `None` where nothing was.
    pub(crate) live: Option<Arc<Value>>,
    /// Whether it was not there before this run.
    pub(crate) is_new: bool,
    /// Whether it may be deleted and applied again.
    pub(crate) may_go: bool,
}

/// An object that was applied, or needed not be.
pub(crate) struct Applied<'p, 'm> {
    pub(crate) placed: &'p Placed<'m>,
    /// As the server has it.
    pub(crate) live: Arc<Value>,
    /// What was done to it.
    pub(crate) action: Action,
}
