//! Environments in groups that change alike: what is the same in dev, test and prod is told once.

use seatrial_model::{EnvironmentReport, ObjectId, Report, ReportedDiff, ReportedFinding};

/// Environments that change alike, and how.
pub(crate) struct Block<'a> {
    pub(crate) environments: Vec<&'a str>,
    pub(crate) diff: &'a ReportedDiff,
    /// What the change may destroy there.
    pub(crate) dangers: Vec<&'a ReportedFinding>,
}

impl Block<'_> {
    /// What the change may destroy of an object.
    pub(crate) fn dangers_of(&self, object: &ObjectId) -> impl Iterator<Item = &ReportedFinding> {
        self.dangers.iter().copied().filter(move |danger| danger.object.as_ref() == Some(object))
    }
}

/// The environments that change, or could not be compared, in groups; those with a danger first, then in the order of the report.
pub(crate) fn blocks(report: &Report) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for environment in &report.environments {
        let Some(diff) = environment.diff.as_ref().filter(|diff| !diff.is_empty()) else { continue };
        let dangers: Vec<&ReportedFinding> = dangers(report, environment).collect();
        let alike = blocks.iter_mut().find(|block| block.diff == diff && is_alike(&block.dangers, &dangers));
        match alike {
            Some(block) => block.environments.push(&environment.name),
            None => blocks.push(Block { environments: vec![&environment.name], diff, dangers }),
        }
    }
    blocks.sort_by_key(|block| block.dangers.is_empty());
    blocks
}

/// The environments that render what their base does.
pub(crate) fn unchanged(report: &Report) -> Vec<&EnvironmentReport> {
    report.environments.iter().filter(|e| e.diff.as_ref().is_some_and(ReportedDiff::is_empty)).collect()
}

fn dangers<'a>(report: &'a Report, environment: &'a EnvironmentReport) -> impl Iterator<Item = &'a ReportedFinding> {
    report.findings.iter().filter(|f| f.is_danger && f.environments.contains(&environment.name))
}

fn is_alike(one: &[&ReportedFinding], other: &[&ReportedFinding]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| std::ptr::eq(*one, *other))
}
