//! The walls of the house: which crate may see which, which stay pure, and how files look. Held against `cargo metadata` and the sources.
#![allow(clippy::disallowed_methods, reason = "this test reads the workspace")]

#[path = "walls/code.rs"]
mod code;
#[path = "walls/dependencies.rs"]
mod dependencies;
#[path = "walls/documents.rs"]
mod documents;
#[path = "walls/house.rs"]
mod house;
#[path = "walls/modules.rs"]
mod modules;
#[path = "walls/order.rs"]
mod order;
#[path = "walls/purity.rs"]
mod purity;
#[path = "walls/rooms.rs"]
mod rooms;
#[path = "walls/shape.rs"]
mod shape;
