//! "Did you mean" for a directory of a source.

use seatrial_model::nearest_of_few;
use seatrial_tree::{EntryKind, Tree, join};

/// The directory beside it whose name is nearly the same.
pub(crate) fn near(tree: &Tree, dir: &str) -> Option<String> {
    let (mut above, mut rest) = (String::new(), dir);
    while !rest.is_empty() {
        let (first, behind) = rest.split_once('/').unwrap_or((rest, ""));
        let next = join(&above, first)?;
        if tree.kind(&next) == Ok(EntryKind::Directory) {
            (above, rest) = (next, behind);
            continue;
        }
        let names = tree.list(&above).ok()?;
        let directories = names.iter().filter(|(_, kind)| *kind == EntryKind::Directory).map(|(name, _)| name.as_str());
        let near = nearest_of_few(first, directories)?;
        let whole = join(&join(&above, near)?, behind)?;
        return (tree.kind(&whole) == Ok(EntryKind::Directory)).then_some(whole);
    }
    None
}
