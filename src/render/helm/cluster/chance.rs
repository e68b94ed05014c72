//! What a release is given of what is otherwise by chance: the time, and a seed.

use std::fmt;

/// Of what charts make what is random, and the time that it is for them. Without more it is fixed: base and head then agree.
#[derive(Clone, Copy, Default)]
pub struct Chance {
    /// Bytes that others cannot guess where what is made of them is to be secret.
    pub seed: [u8; 32],
    /// Nanoseconds since 1970.
    pub now: i128,
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The seed is a secret.
        f.debug_struct("Chance").field("now", &self.now).finish_non_exhaustive()
    }
}
