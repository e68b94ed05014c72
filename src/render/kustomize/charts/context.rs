//! Where a chart is asked for, by whom, and where it lies.

use seatrial_helm::Major;
use seatrial_model::Finding;
use seatrial_tree::join;

use crate::build_metadata::step::Step;
use crate::charts::asked::Asked;
use crate::findings::ids;
use crate::load::files::Files;

/// The Helm that inflates charts: kustomize calls the `helm` that it finds.
pub(crate) const HELM: Major = Major::Four;

/// Where a chart is asked for, and by whom.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The directory of the kustomization.
    pub(crate) dir: &'a str,
    pub(crate) files: &'a Files<'a>,
    /// What the objects note about their origin, where `buildMetadata` asks.
    pub(crate) step: Option<&'a Step>,
}

/// The directory in which the chart's own lies: a chart of a certain version from a repository has another one.
pub(crate) fn home(asked: &Asked, context: Context<'_>, findings: &mut Vec<Finding>) -> Option<String> {
    let Some(home) = join(context.dir, &asked.home).filter(|_| !asked.home.starts_with('/')) else {
        let message = format!("`chartHome: {}` leads out of the repository", asked.home);
        findings.push(Finding::new(ids::LOAD_RESTRICTION, asked.place, message).with_field(asked.field));
        return None;
    };
    match (asked.text("name"), asked.text("version"), asked.text("repo")) {
        (Some(name), Some(version), Some(_)) => join(&home, &format!("{name}-{version}")),
        _ => Some(home),
    }
}

pub(crate) fn wrong(asked: &Asked, key: &str, message: impl Into<String>) -> Finding {
    Finding::new(ids::KUSTOMIZE, asked.span(key), message).with_field(asked.field)
}
