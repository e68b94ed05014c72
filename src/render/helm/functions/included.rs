//! How often templates include themselves: Helm ends that, after its own count.

use seatrial_gotemplate::Context;
use seatrial_model::QuickMap;

use crate::world::World;

/// How often a template may include itself, itself not counted.
const MOST_INCLUDES: u32 = 1000;

/// Templates that are being included, and how often.
#[derive(Debug, Default)]
pub(crate) struct Included(QuickMap<String, u32>);

impl Included {
    /// Notes that a template is included, unless it includes itself too often.
    fn enter(&mut self, name: &str) -> bool {
        match self.0.get_mut(name) {
            Some(count) if *count > MOST_INCLUDES => return false,
            Some(count) => *count += 1,
            None => {
                self.0.insert(name.to_owned(), 1);
            }
        }
        true
    }

    fn leave(&mut self, name: &str) {
        if let Some(count) = self.0.get_mut(name) {
            *count -= 1;
        }
    }
}

/// Notes that a template is included, unless it includes itself too often.
pub(crate) fn enter(cx: &mut Context<'_>, name: &str) -> bool {
    cx.world::<World>().is_none_or(|world| world.included.enter(name))
}

/// The template that was entered last is done.
pub(crate) fn leave(cx: &mut Context<'_>, name: &str) {
    if let Some(world) = cx.world::<World>() {
        world.included.leave(name);
    }
}
