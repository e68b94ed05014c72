//! What functions know of the render that calls them: the `world` of its context.

use std::collections::HashMap;

use seatrial_gotemplate::Context;

/// How often a template may include itself, itself not counted.
const MOST_INCLUDES: u32 = 1000;

/// The state of a render.
#[derive(Debug, Default)]
pub struct World {
    /// Whether `required` and `fail` let pass what they would refuse.
    is_lint: bool,
    /// Templates that are being included, and how often.
    included: HashMap<String, u32>,
}

impl World {
    /// The state of a render by `helm lint`: a chart does not refuse anything.
    #[must_use]
    pub fn of_lint() -> Self {
        Self { is_lint: true, ..Self::default() }
    }

    /// Notes that a template is included, unless it includes itself too often.
    fn enter(&mut self, name: &str) -> bool {
        match self.included.get_mut(name) {
            Some(count) if *count > MOST_INCLUDES => return false,
            Some(count) => *count += 1,
            None => {
                self.included.insert(name.to_owned(), 1);
            }
        }
        true
    }

    fn leave(&mut self, name: &str) {
        if let Some(count) = self.included.get_mut(name) {
            *count -= 1;
        }
    }
}

/// Whether the render is one of `helm lint`.
pub(crate) fn is_lint(cx: &mut Context<'_>) -> bool {
    cx.world::<World>().is_some_and(|world| world.is_lint)
}

/// Notes that a template is included, unless it includes itself too often.
pub(crate) fn enter(cx: &mut Context<'_>, name: &str) -> bool {
    cx.world::<World>().is_none_or(|world| world.enter(name))
}

/// The template that was entered last is done.
pub(crate) fn leave(cx: &mut Context<'_>, name: &str) {
    if let Some(world) = cx.world::<World>() {
        world.leave(name);
    }
}
