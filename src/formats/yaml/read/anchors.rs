//! Anchors of a document, and aliases under a budget.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use seatrial_model::Node;

use crate::read::frame::MAX_DEPTH;
use crate::read::frame::Size;
use crate::read::scan_error::too_deep;
use crate::text::problem::Problem;

/// What aliases may add to a document, in nodes; long scalars count as several. Enough for any real file, and bounded for an alias bomb.
const ALIAS_BUDGET: usize = 1_000_000;

/// What can be referred to.
#[derive(Default)]
pub(crate) struct Anchors<'a> {
    defined: HashMap<usize, (Node, Size)>,
    names: Vec<Cow<'a, str>>,
    /// What aliases have added so far.
    aliased: usize,
}

impl<'a> Anchors<'a> {
    /// Takes a finished node that has an anchor.
    pub(crate) fn define(&mut self, id: usize, node: &Node, size: Size) {
        self.defined.insert(id, (node.clone(), size));
    }

    /// Takes a name, for the sake of "did you mean". YAML 1.2 allows nearly every character in it, go-yaml does not.
    pub(crate) fn name(&mut self, name: Cow<'a, str>, range: Range<usize>, next: Option<&u8>) -> Result<(), Problem> {
        let is_known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if !name.bytes().all(is_known) || matches!(next, Some(b'{' | b'[')) {
            let message = format!("the anchor `&{name}` runs into what follows it");
            return Err(Problem::at(range, message).with_help("put a space after the name, or put the value in quotes"));
        }
        self.names.push(name);
        Ok(())
    }

    /// The node of an alias, which shares the memory and the place of its anchor; `depth` is how deep the alias stands.
    pub(crate) fn resolve(
        &mut self,
        id: usize,
        name: &str,
        depth: usize,
        range: &Range<usize>,
    ) -> Result<(Node, Size), Problem> {
        let Some((node, size)) = self.defined.get(&id) else {
            let message = format!("the anchor `{name}` contains an alias of itself");
            return Err(Problem::at(range.clone(), message));
        };
        if depth + size.height > MAX_DEPTH {
            return Err(too_deep(range.clone()));
        }
        self.aliased += size.nodes;
        if self.aliased > ALIAS_BUDGET {
            let message = format!("the aliases of this document expand to more than {ALIAS_BUDGET} values");
            return Err(Problem::at(range.clone(), message).with_help("use fewer aliases of aliases"));
        }
        Ok((node.clone(), *size))
    }

    /// An alias without anchor.
    pub(crate) fn unknown(&self, name: &str, range: Range<usize>) -> Problem {
        let problem = Problem::at(range, format!("the alias `*{name}` has no anchor `&{name}` before it"));
        match self.names.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(near) => problem.with_help(format!("Did you mean `*{near}`?")),
            None => {
                problem.with_help("an anchor is valid only within its document; text that starts with `*` needs quotes")
            }
        }
    }
}
