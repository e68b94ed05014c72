//! Where a rendered node came from.

use std::sync::Arc;

use crate::{Span, Text};

/// The source span that set a node last, and the chain of values it replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The line a human must edit.
    pub span: Span,
    /// What stood there before, when something replaced it.
    pub over: Option<Arc<Override>>,
}

/// One link of the chain: who set the value, and the origin of the value that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who set it.
    pub by: SetBy,
    /// The origin of the replaced value; `None` where there was none.
    pub before: Option<Origin>,
    /// Who else had a part in the value: a text may be filled in from several variables. Usually nobody.
    pub beside: Vec<Contribution>,
    /// Links from here on, this one counted.
    links: usize,
}

/// A further predecessor of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// What brought it in.
    pub by: SetBy,
    /// Where it came from, with its own chain.
    pub origin: Origin,
}

/// A chain has at most so many links. Chains are compared and dropped link by link on the stack, and no reader follows hundreds.
const LONGEST: usize = 64;

/// Links that a chain keeps at its new end when some are left out.
const NEWEST: usize = 16;

/// What can set a rendered value after its file did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// A strategic-merge or JSON 6902 patch.
    Patch,
    /// A field of a kustomization (`images`, `namePrefix`, …).
    Field(&'static str),
    /// A generator of a kustomization (`configMapGenerator`, …).
    Generator(&'static str),
    /// A flag (`--image`).
    CommandLine,
    /// A variable of a substitution; the variable's name.
    Variable(Text),
    /// `replacements` of a kustomization copied it from another object, where its span lies; the place that names the field.
    Replacement(Span),
    /// A var of a kustomization copied it from another object, where its span lies: the var's name, and the place that defines it.
    Var(Text, Span),
    /// The values of a Helm release, given later than those that they replace; the field that gives them (`values`, `valuesFrom`).
    Values(&'static str),
    /// A template printed it: the action that did. The span is that of the value that was printed, which stands before it in the chain, and of
    /// further values that were printed beside it; or that of the action itself, where it printed no value.
    Template {
        /// The action, from its `{{` to its `}}`.
        action: Span,
    },
    /// So many, one after the other, who are left out of a chain that had become too long; the span is that of the last of them.
    LeftOut(usize),
}

impl From<Span> for Origin {
    fn from(span: Span) -> Origin {
        Origin { span, over: None }
    }
}

impl Origin {
    /// An origin at `span`, set by `by` over a value that came from `before`.
    #[must_use]
    pub fn over(span: Span, by: SetBy, before: Option<Origin>) -> Origin {
        let before = match before {
            Some(before) if before.links() >= LONGEST => Some(before.shortened()),
            before => before,
        };
        Origin::link(span, by, before)
    }

    /// The same, with further predecessors.
    #[must_use]
    pub fn with_beside(self, beside: Vec<Contribution>) -> Origin {
        match &self.over {
            Some(over) if !beside.is_empty() => {
                let over = Override { beside, ..Override::clone(over) };
                Origin { span: self.span, over: Some(Arc::new(over)) }
            }
            _ => self,
        }
    }

    fn link(span: Span, by: SetBy, before: Option<Origin>) -> Origin {
        let links = 1 + before.as_ref().map_or(0, Origin::links);
        Origin { span, over: Some(Arc::new(Override { by, before, beside: Vec::new(), links })) }
    }

    /// Links of the chain behind it.
    fn links(&self) -> usize {
        self.over.as_ref().map_or(0, |over| over.links)
    }

    /// The same chain without its middle: the newest links and the oldest stay, one says how many are left out.
    fn shortened(&self) -> Origin {
        let mut kept = Vec::with_capacity(NEWEST);
        let mut next = self;
        while let Some(over) = next.over.as_ref().filter(|_| kept.len() < NEWEST) {
            kept.push((next.span, over.by.clone()));
            let Some(before) = &over.before else { return self.clone() };
            next = before;
        }
        let (first, mut left_out) = (next.span, 0);
        while let Some(over) = next.over.as_ref().filter(|over| over.links > 1) {
            left_out += if let SetBy::LeftOut(number) = over.by { number } else { 1 };
            let Some(before) = &over.before else { break };
            next = before;
        }
        let rest = Origin::link(first, SetBy::LeftOut(left_out), Some(next.clone()));
        kept.into_iter().rev().fold(rest, |before, (span, by)| Origin::link(span, by, Some(before)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    fn at(line: usize) -> Span {
        Span::new(FileId(0), line, line)
    }

    /// A value of a file that was set so many times, each time on another line.
    fn set(times: usize) -> Origin {
        let file = Origin::over(at(0), SetBy::Generator("configMapGenerator"), None);
        (1..=times).fold(file, |before, line| Origin::over(at(line), SetBy::Patch, Some(before)))
    }

    fn chain(origin: &Origin) -> Vec<(u32, Option<SetBy>)> {
        let mut chain = Vec::new();
        let mut next = Some(origin);
        while let Some(origin) = next {
            chain.push((origin.span.start, origin.over.as_ref().map(|over| over.by.clone())));
            next = origin.over.as_ref().and_then(|over| over.before.as_ref());
        }
        chain
    }

    #[test]
    fn a_short_chain_is_whole() {
        let chain = chain(&set(40));
        assert_eq!(chain.len(), 41);
        assert!(chain.iter().all(|(_, by)| !matches!(by, Some(SetBy::LeftOut(_)))));
    }

    #[test]
    fn a_long_chain_keeps_its_ends_and_says_how_many_are_left_out() {
        let (one, other) = (set(300_000), set(300_000));
        assert_eq!(one, other);
        let chain = chain(&one);
        assert!(chain.len() <= LONGEST, "{}", chain.len());
        let newest: Vec<u32> = chain.iter().take(NEWEST).map(|(line, _)| *line).collect();
        assert_eq!(newest, (299_985..=300_000).rev().collect::<Vec<u32>>());
        assert_eq!(chain.last(), Some(&(0, Some(SetBy::Generator("configMapGenerator")))));
        let told: usize = chain.iter().map(|(_, by)| if let Some(SetBy::LeftOut(n)) = by { *n } else { 1 }).sum();
        assert_eq!(told, 300_001);
    }
}
