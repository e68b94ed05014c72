//! The names of the functions that were given to a set of templates.

use crate::texts::quick::QuickMap;

/// Functions by name. Of two with the same name, the later one is found.
#[derive(Debug, Default)]
pub(crate) struct Names(QuickMap<&'static str, u16>);

impl Names {
    /// Names that are numbered in their order.
    pub(crate) fn new(names: impl Iterator<Item = &'static str>) -> Self {
        Self(names.zip(0..).collect())
    }

    pub(crate) fn number(&self, name: &str) -> Option<u16> {
        self.0.get(name).copied()
    }
}
