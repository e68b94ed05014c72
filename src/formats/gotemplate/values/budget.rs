//! How much a render may do. Without it, a template of three lines runs for ever.

use std::sync::atomic::AtomicBool;

/// What is left of the work that one or several renders may do: each render takes from it.
#[derive(Clone, Copy, Debug)]
pub struct Budget<'a> {
    /// Nodes of templates and elements of loops.
    pub steps: u64,
    /// Bytes that are printed or made by functions.
    pub bytes: u64,
    /// Templates within templates (`template`, `include`, `tpl`).
    pub depth: u32,
    /// Bytes of stack that the render may use, wherever they are. A template within a template takes 3 to 6 KB of it in a release build, about
    /// five times as much in a debug build.
    pub stack: usize,
    /// Ends the render soon after somebody sets it.
    pub stop: Option<&'a AtomicBool>,
}

impl Default for Budget<'_> {
    /// Enough for large charts, and for Helm to end what includes itself a thousand times.
    fn default() -> Self {
        Self { steps: 20_000_000, bytes: 256 << 20, depth: 100_000, stack: 96 << 20, stop: None }
    }
}
