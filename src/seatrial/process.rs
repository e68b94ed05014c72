//! What the process has in common with those around it: its two streams, signals, secrets of its environment, progress, and its end.

pub(crate) mod event_file;
pub(crate) mod progress;
pub(crate) mod secrets;
pub(crate) mod signals;
pub(crate) mod stop;
pub(crate) mod streams;
pub(crate) mod table;
