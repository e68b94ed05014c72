//! What became of one run of a test: its end, the verdict on its cases, and whether it is worth asking again.

pub(crate) mod ended;
pub(crate) mod patience;
pub(crate) mod suite;
pub(crate) mod trouble;
