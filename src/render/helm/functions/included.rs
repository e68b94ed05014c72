//! Templates that include others: each is counted.

use seatrial_gotemplate::Context;

use crate::cluster::world::World;

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
