//! Findings about files of other repositories, told at the lines of this one that asked for them.

use seatrial_model::{Finding, Manifest};

use super::Walk;
use crate::objects::found::Objects;
use crate::sources::asked::{line_of, tell_at, tell_with};
use crate::sources::repositories::Repositories;

impl Walk<'_> {
    /// What was found when a Kustomization was built.
    pub(super) fn told_at(&self, kustomization: &Manifest, mut findings: Vec<Finding>) -> Vec<Finding> {
        let sources = self.cluster.repositories.own.tree().sources();
        tell_at(&mut findings, sources, |_| line_of(kustomization, &|id| self.objects.get(id), sources));
        findings
    }
}

/// All that was found.
pub(super) fn all_here(findings: &mut [Finding], objects: &Objects, repositories: &Repositories) {
    tell_with(findings, &|id| objects.get(id), repositories.own.tree().sources());
}
