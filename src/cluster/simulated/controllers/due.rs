//! When the controllers look again.

use crate::clock::Moment;

/// When something has to be looked at although nothing changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due(Option<Moment>);

impl Due {
    /// The moment, if there is one.
    pub(crate) fn moment(self) -> Option<Moment> {
        self.0
    }

    /// Asks for another look at a moment.
    pub(crate) fn at(&mut self, moment: Moment) {
        self.0 = Some(self.0.map_or(moment, |earlier| earlier.min(moment)));
    }
}
