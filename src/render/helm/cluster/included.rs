//! How often templates include themselves: Helm ends that, after its own count.

use seatrial_model::QuickMap;

/// How often a template may include itself, itself not counted.
const MOST_INCLUDES: u32 = 1000;

/// Templates that are being included, and how often.
#[derive(Debug, Default)]
pub(crate) struct Included(QuickMap<String, u32>);

impl Included {
    /// Notes that a template is included, unless it includes itself too often.
    pub(crate) fn enter(&mut self, name: &str) -> bool {
        match self.0.get_mut(name) {
            Some(count) if *count > MOST_INCLUDES => return false,
            Some(count) => *count += 1,
            None => {
                self.0.insert(name.to_owned(), 1);
            }
        }
        true
    }

    /// The template is done.
    pub(crate) fn leave(&mut self, name: &str) {
        if let Some(count) = self.0.get_mut(name) {
            *count -= 1;
        }
    }
}
