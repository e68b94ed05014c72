//! The world behind its lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::world::World;

/// The world behind its lock.
#[derive(Debug)]
pub(crate) struct Shared(Mutex<World>);

impl Shared {
    /// Takes a world in.
    pub(crate) fn new(world: World) -> Shared {
        Shared(Mutex::new(world))
    }

    /// The world; never held across an await.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
