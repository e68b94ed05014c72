//! What environments are compared with: the base commit's tree, and what its configuration says of them.

use seatrial_discover::Source;
use seatrial_kubernetes::Minor;
use seatrial_kustomize::Options;
use seatrial_model::{Age, Comparison, Finding, Level, Manifest, Rendered, compare};
use seatrial_rules::{Context, check};
use seatrial_tree::Tree;

use crate::config::{self, Config};
use crate::plan::{Planned, source_of};
use crate::render::render;
use crate::session::Session;

/// The base of a pull request.
#[derive(Debug)]
pub(crate) struct Against {
    pub(crate) tree: Tree,
    /// Its configuration; `None` where it has none that can be read.
    config: Option<Config>,
    config_path: String,
}

/// An environment on the base.
#[derive(Debug)]
pub(crate) struct Before {
    pub(crate) rendered: Rendered,
    minor: Minor,
}

/// How an environment's findings compare with those on the base.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) comparison: Comparison,
    /// The age of each finding, in their order.
    pub(crate) ages: Vec<Age>,
    pub(crate) fixed: Vec<Finding>,
}

impl Against {
    /// The base in `tree`; its configuration lies where that of the checkout does.
    pub(crate) fn new(tree: Tree, config_path: &str) -> Against {
        let file = tree.read(config_path).ok();
        let config = file.and_then(|file| config::read(config_path, file.text()).ok());
        Against { tree, config, config_path: config_path.to_owned() }
    }

    /// An environment as the base has it, rendered from where the base's own configuration says; or why there is none, as a clause.
    pub(crate) fn render(&self, planned: &Planned) -> Result<Before, String> {
        let (source, minor) = self.planned(planned)?;
        let (rendered, _) = render(&self.tree, &source, &[], Options::default());
        Ok(Before { rendered, minor })
    }

    fn planned(&self, planned: &Planned) -> Result<(Source, Minor), String> {
        let is_configured = planned.config.is_some();
        if let Some(config) = self.config.as_ref().filter(|_| is_configured) {
            let before = config.environments.get(&planned.name);
            let before = before.ok_or_else(|| "the base does not have this environment".to_owned())?;
            let minor = before.kubernetes.as_deref().and_then(|text| Minor::parse(text).ok());
            let source = source_of(before, &self.config_path);
            return source.map(|source| (source, minor.unwrap_or(Minor::DEFAULT))).ok_or_else(|| {
                "the base renders this environment from somewhere outside of the repository".to_owned()
            });
        }
        match self.tree.kind(planned.path()) {
            Ok(_) => Ok((planned.source.clone(), planned.minor)),
            Err(_) => Err("the base does not have this environment".to_owned()),
        }
    }
}

impl Before {
    /// Tells the findings of the change (of rendering, then of checking) apart from those of the base.
    ///
    /// One side that cannot be rendered hides what is wrong with its objects: then nothing is compared. Where neither can be, what both
    /// say is compared, and nothing counts as fixed.
    pub(crate) fn tell(&self, head: &Head<'_>, session: &Session) -> Told {
        let all: Vec<Finding> = head.rendered.iter().chain(head.checked).cloned().collect();
        let sides = (cannot_be_rendered(&self.rendered.findings), cannot_be_rendered(head.rendered));
        let because = match sides {
            (true, false) => "the base cannot be rendered",
            (false, true) => "the change cannot be rendered, and its base can",
            (true, true) | (false, false) => {
                let base = self.findings(head);
                let compared = compare(&all, &base, |finding| path_of(finding, session));
                let gone = if sides.0 { Vec::new() } else { compared.gone };
                let fixed = gone.into_iter().filter_map(|position| base.get(position).cloned());
                return Told { comparison: Comparison::Compared, ages: compared.ages, fixed: fixed.collect() };
            }
        };
        let ages = vec![Age::New; all.len()];
        Told { comparison: Comparison::NotCompared(because.to_owned()), ages, fixed: Vec::new() }
    }

    /// All findings of the base, with the levels that the checkout's configuration gives: what it says of rules is no doing of the objects.
    fn findings(&self, head: &Head<'_>) -> Vec<Finding> {
        let checked = if head.is_unchanged && head.minor == self.minor {
            head.checked.to_vec()
        } else {
            (head.with_levels)(check(&self.rendered.manifests, &Context { minor: self.minor }).findings)
        };
        self.rendered.findings.iter().cloned().chain(checked).collect()
    }

    /// The objects.
    pub(crate) fn manifests(&self) -> &[Manifest] {
        &self.rendered.manifests
    }
}

/// An environment as the change has it.
pub(crate) struct Head<'a> {
    pub(crate) rendered: &'a [Finding],
    pub(crate) checked: &'a [Finding],
    pub(crate) minor: Minor,
    /// Whether it renders the same objects as its base: then the rules need not run a second time.
    pub(crate) is_unchanged: bool,
    pub(crate) with_levels: &'a dyn Fn(Vec<Finding>) -> Vec<Finding>,
}

impl Told {
    /// Of an environment that the base does not have; the reason as a clause.
    pub(crate) fn nothing_before(because: String) -> Told {
        Told { comparison: Comparison::NotCompared(because), ages: Vec::new(), fixed: Vec::new() }
    }
}

fn cannot_be_rendered(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.level == Level::Error)
}

fn path_of(finding: &Finding, session: &Session) -> String {
    let file = session.sources.get(finding.primary.span.file);
    file.map(|file| file.path().to_owned()).unwrap_or_default()
}
