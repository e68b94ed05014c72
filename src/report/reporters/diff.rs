//! What a change makes of objects: the environments that change alike, and how each of these blocks reads in each format.

mod blocks;
mod dangers;
mod markdown;
mod object;
mod terminal;

pub(crate) use blocks::{Block, BlockObject, Lines, blocks};
pub(crate) use dangers::{clause, dangers, leading, routine};
pub use markdown::diff_markdown;
pub(crate) use markdown::{Extent, folded_blocks};
pub(crate) use object::{fate, on_one_line, sign};
pub(crate) use terminal::diff_lines;
pub use terminal::{diff_stat, diff_terminal};
