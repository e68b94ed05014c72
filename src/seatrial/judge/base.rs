//! What environments are compared with: the base commit's tree, and what its configuration says of them.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use seatrial_discover::{Loose, Source};
use seatrial_helm::Chance;
use seatrial_kubernetes::Minor;
use seatrial_kubernetes::flux::Release;
use seatrial_kustomize::LoadRestriction;
use seatrial_model::{Age, Comparison, Finding, Rendered, compare};
use seatrial_rules::Context;
use seatrial_tree::{EntryKind, Fetched, Tree};

use crate::config::Config;
use crate::context::revision::Missing;
use crate::context::run_context::{RunContext, config_of};
use crate::context::session::Session;
use crate::judge::check::checked;
use crate::judge::checkouts::Checkouts;
use crate::judge::outside::Outside;
use crate::judge::plan::{self, PlanFlags, Planned};
use crate::judge::renderer::{Renderer, Subject, flux_release};

/// The base of a pull request.
#[derive(Debug)]
pub(crate) struct BaseCommit {
    tree: Tree,
    renderer: Renderer,
    /// Its configuration; or why it says nothing, as a clause.
    config: Result<Config, String>,
    config_path: String,
}

/// Findings with the levels that the checkout's configuration gives.
pub(crate) type WithLevels<'a> = &'a dyn Fn(Vec<Finding>) -> Vec<Finding>;

/// An environment on the base.
#[derive(Debug)]
pub(crate) struct BaseRendering {
    pub(crate) rendered: Rendered,
    minor: Minor,
    source: Source,
}

/// Why an environment is not rendered as the base has it; reads as a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOnBase {
    /// It is new.
    New,
    /// The base renders it from files that are not of the repository.
    Outside,
}

impl fmt::Display for NotOnBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotOnBase::New => "the base does not have this environment",
            NotOnBase::Outside => "the base renders this environment from outside the repository",
        })
    }
}

/// How an environment's findings compare with those on the base.
#[derive(Debug)]
pub(crate) struct BaseComparison {
    pub(crate) comparison: Comparison,
    /// The age of each finding, in their order; of those that are not there it is [`Age::New`].
    pub(crate) ages: Vec<Age>,
    pub(crate) fixed: Vec<Finding>,
}

impl BaseCommit {
    /// The base in `tree`, with the copies of other repositories that its own configuration and the command line name.
    fn new(
        tree: Tree,
        config: Result<Config, String>,
        config_path: &str,
        checkouts: &Checkouts,
        url: Option<String>,
        outside: &Arc<Outside>,
    ) -> BaseCommit {
        let renderer = Renderer::new(&tree, &Arc::default(), checkouts).with_url(url).with_outside(outside);
        BaseCommit { tree, renderer, config, config_path: config_path.to_owned() }
    }

    /// A commit of the repository. Copies of other repositories stand beside it as the configuration with authority and the command line name
    /// them, and those in `directories`; what the checkout's own commit has is not a copy, nor is a submodule that it moves.
    pub(crate) fn open(
        commit: &str,
        context: &RunContext<'_>,
        of_flags: &Checkouts,
        directories: impl Iterator<Item = String>,
        outside: &Arc<Outside>,
    ) -> Result<BaseCommit, Missing> {
        let (workspace, sources) = (&context.workspace, &context.session.sources);
        let trusted = match &context.trusted {
            Some(config) => config.as_ref().ok(),
            None => workspace.config.as_ref(),
        };
        let checkouts = of_flags.under(trusted, &workspace.config_path);
        let mut copies = checkouts.directories();
        copies.extend(directories);
        let opened = Tree::commit(&workspace.root, commit, sources).and_then(|bare| {
            if !copies.is_empty() {
                let own = Tree::commit(&workspace.root, "HEAD", sources)?;
                let is_same_submodule = |directory: &String| own.submodule(directory) == bare.submodule(directory);
                copies.retain(|directory| !own.exists(directory) && is_same_submodule(directory));
            }
            let tree = Tree::commit_with_copies(&workspace.root, commit, copies, sources)?;
            Ok((config_of(&bare, workspace), tree))
        });
        match opened {
            Ok((config, tree)) => {
                let url = workspace.repository.as_ref().and_then(|repository| repository.origin_url());
                Ok(BaseCommit::new(tree, config, &workspace.config_path, &checkouts, url, outside))
            }
            Err(error) => Err(Missing {
                because: error.to_string(),
                way_out: "fetch the whole history (`git fetch --unshallow`)".to_owned(),
            }),
        }
    }

    /// The same with what charts make of chance, where it is given: what is applied, and not only compared.
    pub(crate) fn render_to_apply(&self, planned: &Planned, chance: Option<Chance>) -> Result<Rendered, String> {
        let (source, minor, load_restriction) = self.planned(planned).map_err(|because| because.to_string())?;
        Ok(self.renderer.render_by(Subject { source: &source, load_restriction, minor }, &[], chance).0)
    }

    /// With what was fetched from now on.
    pub(crate) fn use_fetched(&self, fetched: &Fetched) {
        self.renderer.use_fetched(fetched);
    }

    /// An environment as the base has it, rendered from where the base's own configuration says.
    pub(crate) fn render(&self, planned: &Planned, with_levels: WithLevels<'_>) -> Result<BaseRendering, NotOnBase> {
        let (source, minor, load_restriction) = self.planned(planned)?;
        let (mut rendered, _) = self.renderer.render(Subject { source: &source, load_restriction, minor }, &[]);
        rendered.findings = with_levels(rendered.findings);
        Ok(BaseRendering { rendered, minor, source })
    }

    /// Names of the environments that it has, where they are named as those of the change: all configured, or all found.
    pub(crate) fn environments(&self, are_configured: bool) -> Vec<String> {
        match (&self.config, are_configured) {
            (Ok(config), true) => config.environments.keys().cloned().collect(),
            (Err(_), false) => {
                let found = plan::discovered(&self.renderer, PlanFlags::default()).environments;
                found.into_iter().map(|planned| planned.name).collect()
            }
            (Ok(_), false) | (Err(_), true) => Vec::new(),
        }
    }

    /// Checks what it has.
    fn check(&self, before: &BaseRendering, head: Context<'_>, session: &Session) -> Vec<Finding> {
        let (minor, flux, complete) = (before.minor, before.flux(), before.rendered.is_complete());
        let context = Context { minor, flux, complete, ..head };
        checked(&before.rendered.manifests, context, &self.renderer, &before.source, session).findings
    }

    fn planned(&self, planned: &Planned) -> Result<(Source, Minor, Option<LoadRestriction>), NotOnBase> {
        let is_configured = planned.config.is_some();
        if let Some(config) = self.config.as_ref().ok().filter(|_| is_configured) {
            let before = config.environments.get(&planned.name);
            let before = before.ok_or(NotOnBase::New)?;
            let source = before.source.in_tree(&self.config_path, &planned.name);
            let load_restriction = planned.flags.load_restriction.or(before.source.load_restriction());
            return source
                .map(|source| (source, planned.flags.minor_of(Some(before)), load_restriction))
                .ok_or(NotOnBase::Outside);
        }
        match self.source(&planned.source) {
            Some(source) => Ok((source, planned.minor, planned.load_restriction)),
            None => Err(NotOnBase::New),
        }
    }

    /// What lies on the base where a source does that was not configured.
    fn source(&self, source: &Source) -> Option<Source> {
        let path = source.path();
        let kind = self.tree.kind(path).ok()?;
        if !matches!(source, Source::Loose(_)) {
            return Some(source.clone());
        }
        let loose = match kind {
            EntryKind::File => Loose { path: path.to_owned(), files: [path.to_owned()].into() },
            EntryKind::Directory => self.renderer.discovery().loose(path),
        };
        (!loose.files.is_empty()).then_some(Source::Loose(loose))
    }
}

impl BaseRendering {
    /// The version of Flux that reconciles it.
    fn flux(&self) -> Option<Release> {
        flux_release(&self.source, &self.rendered.manifests)
    }

    /// Tells the findings of the change (of rendering, then of checking) apart from those of the base.
    ///
    /// One side that cannot be rendered hides what is wrong with its objects: then nothing is compared. Where neither can be, what both
    /// say is compared, and nothing counts as fixed.
    pub(crate) fn tell(&self, against: &BaseCommit, head: &HeadRendering<'_>, session: &Session) -> BaseComparison {
        let sides = (self.rendered.has_errors(), head.rendered.has_errors());
        let because = match sides {
            (true, false) => "the base cannot be rendered",
            (false, true) => "the change cannot be rendered, but its base can",
            (true, true) | (false, false) => {
                let checked = self.checked(against, head, session);
                let all: Vec<&Finding> = head.rendered.findings.iter().chain(head.checked).collect();
                let base: Vec<&Finding> = self.rendered.findings.iter().chain(checked.iter()).collect();
                let compared = compare(&all, &base, |finding| path_of(finding, session));
                // What the change does not see any more is not fixed by that.
                let sees_less = self.rendered.is_complete() && !head.rendered.is_complete();
                let gone = if sides.0 || sees_less { Vec::new() } else { compared.gone };
                let fixed = gone.into_iter().filter_map(|position| base.get(position).copied().cloned());
                return BaseComparison {
                    comparison: Comparison::Compared,
                    ages: compared.ages,
                    fixed: fixed.collect(),
                };
            }
        };
        BaseComparison::nothing_before(because.to_owned())
    }

    /// What checking finds on the base, with the levels that the checkout's configuration gives: what it says of rules is no doing of the
    /// objects.
    fn checked<'a>(&self, against: &BaseCommit, head: &HeadRendering<'a>, session: &Session) -> Cow<'a, [Finding]> {
        if head.is_unchanged && head.context.minor == self.minor && head.context.flux == self.flux() {
            return Cow::Borrowed(head.checked);
        }
        Cow::Owned((head.with_levels)(against.check(self, head.context, session)))
    }
}

/// An environment as the change has it.
pub(crate) struct HeadRendering<'a> {
    pub(crate) rendered: &'a Rendered,
    pub(crate) checked: &'a [Finding],
    pub(crate) context: Context<'a>,
    /// Whether it renders the same objects as its base: then the rules need not run a second time.
    pub(crate) is_unchanged: bool,
    pub(crate) with_levels: WithLevels<'a>,
}

impl BaseComparison {
    /// Nothing was compared; the reason as a clause.
    pub(crate) fn nothing_before(because: String) -> BaseComparison {
        BaseComparison { comparison: Comparison::NotCompared(because), ages: Vec::new(), fixed: Vec::new() }
    }
}

fn path_of(finding: &Finding, session: &Session) -> String {
    let file = session.sources.get(finding.primary.span.file);
    file.map(|file| file.path().to_owned()).unwrap_or_default()
}
