//! Requests, from what is asked to what is answered: read, written, watched, in the words of the API server.

mod checks;
pub(crate) mod deletion;
pub(crate) mod deprecation;
pub(crate) mod discovery;
pub(crate) mod logs;
pub(crate) mod proxy;
pub(crate) mod reads;
pub(crate) mod rendering;
pub(crate) mod request;
mod tables;
pub(crate) mod target;
pub(crate) mod watch;
pub(crate) mod writes;
