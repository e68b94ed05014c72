//! Objects → findings, at the levels of the configuration.

use std::collections::BTreeMap;

use seatrial_discover::Source;
use seatrial_flux::tell_here;
use seatrial_kubernetes::flux::group_kinds;
use seatrial_model::{Finding, Level, Manifest};
use seatrial_rules::{Checked, Context, check};
use seatrial_schema::is_substitution;

use crate::config::RuleLevel;
use crate::context::session::Session;
use crate::judge::renderer::Renderer;

/// Checks the objects of a source; what is wrong in files of other repositories is told at the line that asked for them.
pub(crate) fn checked(
    manifests: &[Manifest],
    context: Context<'_>,
    renderer: &Renderer,
    source: &Source,
    session: &Session,
) -> Checked {
    let mut checked = checked_where_it_lies(manifests, context, renderer, source, session);
    tell_here(&mut checked.findings, manifests, &session.sources);
    checked
}

/// Checks the objects of a source. What Flux fills in or adds by a patch is not known yet, unless a cluster was walked: where it evidently
/// reconciles the source, a text that it fills in is no mistake; and where it evidently patches objects of its own, one that lacks something may
/// get it. Only a finding about such a text or object makes anybody look for the evidence.
fn checked_where_it_lies(
    manifests: &[Manifest],
    context: Context<'_>,
    renderer: &Renderer,
    source: &Source,
    session: &Session,
) -> Checked {
    // What a walk did not fill in is a value that only the cluster has.
    if matches!(source, Source::Flux(_)) {
        return check(manifests, &Context { substitutes: true, walked: true, ..context });
    }
    let as_it_is = check(manifests, &context);
    let is_about_substitution = |finding: &Finding| {
        let span = finding.primary.span;
        let file = session.sources.get(span.file);
        let text = file.as_ref().and_then(|file| file.text().get(span.start as usize..span.end as usize));
        text.is_some_and(is_substitution)
    };
    let is_about_flux = |finding: &Finding| {
        finding.level == Level::Error && finding.object.as_ref().is_some_and(|id| !group_kinds(&id.group).is_empty())
    };
    let is_asked = as_it_is.findings.iter().any(|finding| is_about_substitution(finding) || is_about_flux(finding));
    if !is_asked {
        return as_it_is;
    }
    let found = renderer.discovery();
    let (substitutes, patches) = (found.is_reconciled_by_flux(source.path()), found.has_patches_of_flux());
    if substitutes || patches { check(manifests, &Context { substitutes, patches, ..context }) } else { as_it_is }
}

/// Findings as the configuration has them.
pub(crate) fn with_levels(findings: Vec<Finding>, levels: &BTreeMap<String, RuleLevel>) -> Vec<Finding> {
    let apply = |finding: Finding| match levels.get(finding.rule.as_str()) {
        None => Some(finding),
        Some(RuleLevel::Off) => None,
        Some(RuleLevel::Note) => Some(finding.with_level(Level::Note)),
        Some(RuleLevel::Warning) => Some(finding.with_level(Level::Warning)),
        Some(RuleLevel::Error) => Some(finding.with_level(Level::Error)),
    };
    findings.into_iter().filter_map(apply).collect()
}
