//! Findings as readers see them. What several environments have is resolved once: they share files, and with them their mistakes.

use std::sync::{Mutex, PoisonError};

use seatrial_model::{Finding, ObjectId, QuickMap, ReportedFinding, Span};

use crate::context::session::Session;

/// Remembers how findings read; may be used by many threads.
pub(crate) struct Resolved<'a> {
    session: &'a Session,
    known: Mutex<QuickMap<Key<'a>, Vec<(&'a Finding, ReportedFinding)>>>,
}

/// Findings that differ in nothing of this are few.
type Key<'a> = (Span, &'a str, Option<&'a ObjectId>);

impl<'a> Resolved<'a> {
    pub(crate) fn new(session: &'a Session) -> Resolved<'a> {
        Resolved { session, known: Mutex::default() }
    }

    /// A finding with its places resolved and its texts masked.
    pub(crate) fn get(&self, finding: &'a Finding) -> ReportedFinding {
        let key = (finding.primary.span, finding.message.as_str(), finding.object.as_ref());
        let all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&key).and_then(|alike| alike.iter().find(|(known, _)| *known == finding));
        if let Some((_, known)) = known {
            return known.clone();
        }
        drop(all);
        let resolved = ReportedFinding::resolve(finding, &self.session.sources, &self.session.masker);
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(key).or_default().push((finding, resolved.clone()));
        resolved
    }
}
