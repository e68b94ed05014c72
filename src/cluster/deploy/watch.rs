//! What lives, looked at until it is ready, and for as long as it has to stay so; and what proves that it is not.

mod evidence;
pub(crate) mod gather;
pub(crate) mod mirror;
mod missing;
pub(crate) mod observation;
pub(crate) mod settle;
mod shorten;
mod unready;
pub(crate) mod waiting;
