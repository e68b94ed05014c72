//! Values while they are being composed.

use seatrial_model::{Node, Origin, SetBy, Span};

use crate::values::draft::Draft;
use crate::values::merge::merge;
use crate::values::set::{SetError, Typing, set};

/// Values while they are being composed.
///
/// Helm merges maps by reference: what is merged in is shared, not copied, and a line that sets something in a shared map sets it in both. What
/// wins in the end can hang on that, so it is the same here of values that are [`Values::shared`]: [`Values::merged`] shares with both sides,
/// [`Values::set`] changes in place.
#[derive(Clone, Debug)]
pub struct Values(Draft);

impl Values {
    /// No values, given at a place.
    #[must_use]
    pub fn none(place: Span) -> Values {
        Values::of(&Node::mapping(Vec::new(), place))
    }

    /// The values of a mapping; anything else counts as none.
    #[must_use]
    pub fn of(node: &Node) -> Values {
        if !node.is_mapping() {
            return Values::none(node.span());
        }
        Values(Draft::Frozen(node.clone()))
    }

    /// The same, ready to be changed in all its parts by whoever they are merged into.
    #[must_use]
    pub fn shared(mut self) -> Values {
        self.0.thaw_all();
        self
    }

    /// Other values merged over these: maps are merged, everything else is replaced, by null too (fluxcd/pkg: `chartutil.MergeMaps`).
    #[must_use]
    pub fn merged(&self, over: &Values, by: &SetBy) -> Values {
        Values(merge(&self.0, &over.0, by))
    }

    /// Sets what a line says, `name=value,…`, in place (helm: `strvals`).
    ///
    /// # Errors
    /// What Helm refuses; the values are then set up to there.
    pub fn set(&mut self, line: &str, typing: Typing, origin: &Origin, by: &SetBy) -> Result<(), SetError> {
        set(&mut self.0, line, typing, origin, by)
    }

    /// The values as a tree.
    #[must_use]
    pub fn into_node(self) -> Node {
        self.0.freeze()
    }
}
