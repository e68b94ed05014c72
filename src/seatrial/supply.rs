//! What rendering needs and is not here: fetched once, kept in a cache, and given to the next rendering.
//!
//! Rendering says what it needs (`Needed`) and fetches nothing; here it is decided who may be asked, and what is asked again.

mod cache;
mod docker_config;
mod fetcher;
mod identity;
mod policy;
mod wanted;

pub(crate) use fetcher::{Fetcher, Images, Supplied};
pub(crate) use wanted::{Wanted, wanted};
