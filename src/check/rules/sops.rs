//! `sops`: documents that are encrypted with SOPS. They are not validated, and said once per kind.

use seatrial_model::{Finding, Manifest, RuleId, ids};

use crate::{Checked, Context, Objects, Rule, not_checked};

/// The rule.
pub(crate) struct Sops;

impl Rule for Sops {
    fn id(&self) -> RuleId {
        ids::SOPS
    }

    fn check(&self, objects: &Objects<'_>, _context: &Context<'_>, checked: &mut Checked) {
        for (first, not_checked) in
            not_checked(objects.all().iter().filter(|m| m.is_sops_encrypted()), "encrypted with SOPS")
        {
            checked.findings.push(finding(first, not_checked.count));
            checked.not_checked.push(not_checked);
        }
    }
}

fn finding(first: &Manifest, count: usize) -> Finding {
    let place = first.node.entry("sops").map_or(first.span, |entry| entry.key.span);
    let object = &first.id;
    let message = match count {
        1 => format!("{object} is encrypted with SOPS and was not validated"),
        _ => format!("{object} and {} more of its kind are encrypted with SOPS and were not validated", count - 1),
    };
    Finding::new(ids::SOPS, place, message).with_object(object).with_field("/sops")
}
