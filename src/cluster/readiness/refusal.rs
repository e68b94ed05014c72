//! Why admission refuses a pod: quota, limit range, service account.

use seatrial_model::{Amount, Subject};

/// What of the workload the words are about.
pub(crate) fn subject(said: &str) -> Option<Subject> {
    if said.contains("exceeded quota") {
        return Some(Subject::Quota);
    }
    if let Some((_, rest)) = said.split_once("error looking up service account ") {
        let name = rest.split_once(':').map_or(rest, |(name, _)| name);
        return Some(Subject::ServiceAccount(name.rsplit('/').next()?.to_owned()));
    }
    limit_range(said)
}

/// `maximum memory usage per Container is 64Mi, but limit is 128Mi` (kubernetes: `plugin/pkg/admission/limitranger`).
fn limit_range(said: &str) -> Option<Subject> {
    let (bound, asked) = said.split_once(" usage per Container is ")?;
    let resource = bound.rsplit(' ').next()?.to_owned();
    let of = |word: &str| {
        let (_, rest) = asked.split_once(word)?;
        Some(rest.trim_start().split([',', ' ']).next()?.trim_end_matches(['.', ']']).to_owned())
    };
    if let Some(quantity) = of("but request is ") {
        return Some(Subject::Request(Amount { resource, quantity: Some(quantity) }));
    }
    Some(Subject::Limit(Amount { resource, quantity: of("but limit is ") }))
}
