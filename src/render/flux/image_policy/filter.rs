//! Which tags a policy compares, and what of them.

use std::collections::HashMap;

use super::{Because, Candidate, ImagePolicy};

impl ImagePolicy {
    /// The tags that are left, in the order given, and those that are not.
    pub(super) fn filtered(&self, tags: &[&String]) -> (Vec<Candidate>, Vec<(Candidate, Because)>) {
        let (mut candidates, mut left_out): (Vec<Candidate>, Vec<(Candidate, Because)>) = (Vec::new(), Vec::new());
        let mut by_value: HashMap<String, usize> = HashMap::new();
        for tag in tags {
            let plain = || Candidate { tag: (*tag).clone(), value: (*tag).clone() };
            if let Some((_, pattern)) = self.exclusions.iter().find(|(excludes, _)| excludes.is_match(tag)) {
                left_out.push((plain(), Because::Excluded(pattern.clone())));
                continue;
            }
            let Some((pattern, extract)) = &self.filter else {
                candidates.push(plain());
                continue;
            };
            let value = match extract.as_str() {
                "" => pattern.is_match(tag).then(|| (*tag).clone()),
                template => pattern.extract(tag, template),
            };
            let Some(value) = value else {
                left_out.push((plain(), Because::NoMatch));
                continue;
            };
            let candidate = Candidate { tag: (*tag).clone(), value };
            // The last of several tags with one value counts.
            match by_value.get(&candidate.value).and_then(|at| candidates.get_mut(*at)) {
                Some(slot) => {
                    let earlier = std::mem::replace(slot, candidate);
                    left_out.push((earlier, Because::SameValue((*tag).clone())));
                }
                None => {
                    by_value.insert(candidate.value.clone(), candidates.len());
                    candidates.push(candidate);
                }
            }
        }
        (candidates, left_out)
    }
}
