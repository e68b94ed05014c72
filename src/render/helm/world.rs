//! What functions know of the render that calls them.

use crate::functions::Included;

/// The state of one render: give it to `Templates::execute` as the world.
#[derive(Debug, Default)]
pub struct World {
    /// Whether this is `helm lint`: `required` and `fail` then let pass what they would refuse.
    pub is_lint: bool,
    pub(crate) included: Included,
}
