//! JUnit files, as the programs that run tests write them → [`TestCase`](seatrial_model::TestCase)s.
//!
//! There is no standard; what many of them write is read ([`read`]), whatever its encoding. Nothing is fetched, and no entity is expanded
//! but the five that XML knows and references to characters. What is kept is bounded, and what was left out is counted ([`Cases`]).
//!
//! What counts as failed is decided in favour of the failure: a suite that claims more failures than its cases show has one case more.
//!
//! Not here: which files are read (`cluster/smoke`), and how cases are shown (`report/reporters`) or written as JUnit (there, too).

mod case;
mod cases;
mod collected;
mod decode;
mod entities;
mod reader;
mod suite;
mod time;
mod unreadable;

pub use cases::{Cases, MOST_CASES};
pub use reader::read;
pub use unreadable::Unreadable;

/// Bytes of a file that is read at all.
pub const LARGEST_FILE: usize = 256 << 20;
