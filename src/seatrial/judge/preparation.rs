//! What is looked at, and with what: environments, checkouts, images and the renderer. Assembled once, alike for every command.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use seatrial_discover::LeftOut;
use seatrial_kustomize::{HelmCharts, ImageOverride};
use seatrial_model::{Alteration, AlterationKind, AlteredSubject, Report, ids, listed_in_backticks};
use seatrial_rules::Options;

use crate::cli::{FindingArgs, SourceArgs};
use crate::config::RuleLevel;
use crate::context::revision::{Commit, Missing};
use crate::context::run_context::{RunContext, authority_over};
use crate::context::session::Session;
use crate::context::workspace::Workspace;
use crate::judge::base::BaseCommit;
use crate::judge::checkouts::Checkouts;
use crate::judge::given::{Elsewhere, Given, given};
use crate::judge::outside::Outside;
use crate::judge::plan::{self, Plan, PlanFlags, Planned};
use crate::judge::renderer::{Renderer, image_overrides};
use crate::judge::routine;
use crate::judge::unseen::Unseen;
use crate::judge::{JudgeOptions, Judged, Keep, Sides, judge};
use crate::process::stop::Stop;
use crate::supply::{Fetcher, Supplied, Wanted};

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Selection<'a> {
    /// Environments by name; all of them when there is no name.
    Environments(&'a [String]),
    /// What lies at paths, as kustomize and kubectl take them.
    Paths(&'a [PathBuf]),
    /// What is found at paths, and standard input.
    Given(&'a [PathBuf]),
}

/// What is looked at, and with what.
#[derive(Debug)]
pub(crate) struct Preparation {
    pub(crate) planned: Vec<Planned>,
    pub(crate) images: Vec<ImageOverride>,
    pub(crate) renderer: Renderer,
    /// Fetches what is needed, where that is not a report's.
    fetcher: Option<Fetcher>,
    /// Whether all environments are looked at.
    is_whole: bool,
    /// What lies outside of the repository.
    elsewhere: Vec<Elsewhere>,
    /// Sentences about what was found beside, and is not looked at.
    left_out: LeftOut,
    notices: Vec<String>,
    pub(crate) checkouts: Checkouts,
    /// What the rules are told.
    options: Options,
    /// Whether registries are asked for the images.
    checks_images: bool,
    /// What the configuration makes of findings, once something was judged.
    pub(crate) levels: BTreeMap<String, RuleLevel>,
}

impl Preparation {
    /// Of a workspace whose configuration was read.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a flag that is wrong, an environment or a path that is not there.
    pub(crate) fn new(
        workspace: &Workspace,
        session: &Session,
        source: &SourceArgs,
        wanted: Selection<'_>,
        flags: PlanFlags,
    ) -> Result<Preparation, Stop> {
        let images = image_overrides(&source.image, session).map_err(Stop::Usage)?;
        let of_flags = Checkouts::of_flags(source, session, workspace)?;
        let checkouts = of_flags.under(workspace.config.as_ref(), &workspace.config_path);
        let url = workspace.repository.as_ref().and_then(|repository| repository.origin_url());
        let renderer = Renderer::new(&workspace.tree, &workspace.parsed, &checkouts).with_url(url);
        let Given { plan, elsewhere } = match wanted {
            Selection::Environments(names) => Given::of(plan::environments(workspace, &renderer, names, flags)?),
            Selection::Paths(paths) => Given::of(at_paths(workspace, session, paths, flags)?),
            Selection::Given(paths) => given(workspace, &renderer, session, paths, flags)?,
        };
        Ok(Preparation {
            planned: plan.environments,
            images,
            renderer,
            fetcher: None,
            is_whole: matches!(wanted, Selection::Environments([])),
            elsewhere,
            left_out: plan.left_out,
            notices: plan.notices,
            checkouts,
            options: Options::default(),
            checks_images: false,
            levels: BTreeMap::new(),
        })
    }

    /// With what the command line says to the rules.
    pub(crate) fn with_options(self, flags: FindingArgs) -> Preparation {
        Preparation { options: flags.options(), checks_images: flags.checks_images(), ..self }
    }

    /// With what becomes of charts that kustomizations name.
    pub(crate) fn with_charts(self, charts: HelmCharts) -> Preparation {
        Preparation { renderer: self.renderer.with_charts(charts), ..self }
    }

    /// Adds the checkouts beside the repository and the fetcher, for a command that has no report to say whose word counts.
    ///
    /// # Errors
    /// [`Stop::Usage`] for a CA bundle that cannot be read.
    pub(crate) fn with_others(mut self, workspace: &Workspace, session: &Session) -> Result<Preparation, Stop> {
        let authority = authority_over(session, workspace);
        self.fetcher = Some(Fetcher::under(&authority, workspace, session)?);
        let outside = Arc::new(Outside::of(workspace, &authority, &session.sources));
        self.renderer.look_outside(&outside);
        Ok(self)
    }

    /// Makes something of what is rendered, with what is fetched for it.
    pub(crate) fn until_all_is_here<T>(
        &self,
        make: impl Fn(&Renderer) -> T,
        wants: impl Fn(&T) -> BTreeSet<Wanted>,
    ) -> T {
        let Some(fetcher) = &self.fetcher else { return make(&self.renderer) };
        let make = |supplied: &Supplied| {
            self.renderer.use_fetched(&supplied.fetched);
            make(&self.renderer)
        };
        fetcher.until_all_is_here(make, wants)
    }

    /// What the checkout is compared with.
    fn against(&self, context: &RunContext<'_>, outside: &Arc<Outside>) -> Result<Option<BaseCommit>, Missing> {
        let directories = self.planned.iter().flat_map(Planned::repositories).map(str::to_owned);
        match &context.compared.commit {
            Commit::Known(commit) => BaseCommit::open(commit, context, &self.checkouts, directories, outside).map(Some),
            Commit::Missing(missing) => Err(missing.clone()),
            Commit::None => Ok(None),
        }
    }

    /// The environments that the base has and the change does not.
    fn gone(&self, base: &BaseCommit) -> Vec<Gone> {
        if !self.is_whole {
            return Vec::new();
        }
        let is_configured = self.planned.iter().any(|planned| planned.config.is_some());
        let is_gone = |name: &String| !self.planned.iter().any(|planned| planned.name == *name);
        let names = base.environments(is_configured).into_iter().filter(is_gone);
        names.map(|name| Gone { name, is_configured }).collect()
    }

    /// Renders and checks everything, beside a base where there is one. What is to be said of the base goes into the
    /// report; `besides` is what else follows where there is none.
    ///
    /// # Errors
    /// [`Stop::Usage`] for an `--image` that matches nothing anywhere.
    pub(crate) fn judge(
        &mut self,
        context: &RunContext<'_>,
        keep: Keep,
        besides: &str,
        is_stopped: &(dyn Fn() -> bool + Sync),
        report: &mut Report,
    ) -> Result<Vec<Judged>, Stop> {
        let outside = Arc::new(Outside::of(&context.workspace, &context.authority, &context.session.sources));
        self.renderer.look_outside(&outside);
        let against = self.against(context, &outside).unwrap_or_else(|missing| {
            report.notices.push(missing.sentence(besides));
            report.revision.base = None;
            report.revision.base_found = None;
            None
        });
        report.alterations = context.alterations();
        self.levels = plan::levels(context.workspace.config.as_ref());
        if self.options.strict_schemas {
            // The command line has the last word.
            self.levels.remove(ids::UNKNOWN_KIND.as_str());
        }
        let fetcher = Fetcher::of(context)?;
        if self.checks_images && context.session.offline {
            report.notices.push("the registries were not asked for the images: --offline".to_owned());
        }
        let options = JudgeOptions {
            session: context.session,
            fail_on: report.fail_on,
            images: &self.images,
            levels: &self.levels,
            options: self.options,
            keep,
            fetcher: &fetcher,
            checks_images: self.checks_images,
            is_stopped,
        };
        let gone = against.as_ref().map(|base| self.gone(base)).unwrap_or_default();
        let own = std::mem::take(&mut self.planned).into_iter();
        let own = own.map(|planned| Sides { planned, head: &self.renderer, base: against.as_ref() });
        let others = self.elsewhere.iter().flat_map(|place| {
            place.environments.iter().map(|p| Sides { planned: p.clone(), head: &place.renderer, base: None })
        });
        let mut judged = judge(&own.chain(others).collect::<Vec<_>>(), options)?;
        report.notices.extend(fetcher.notices());
        report.alterations.extend(removed(&gone, &report.alterations));
        report.notices.extend(not_there_any_more(&gone));
        if !gone.is_empty() || !routine::is_explained(context, &judged) {
            judged.iter_mut().filter_map(|judged| judged.report.diff.as_mut()).for_each(|diff| diff.routine.clear());
        }
        self.left_out.leave_out_charts(&self.renderer.charts_made());
        report.notices.extend(self.left_out.sentences().into_iter().chain(std::mem::take(&mut self.notices)));
        report.notices.extend(Unseen::sentence(judged.iter().map(|judged| &judged.unseen)));
        Ok(judged)
    }
}

/// An environment that the base has and the change does not.
struct Gone {
    name: String,
    is_configured: bool,
}

/// Those that are configured, as alterations that nobody has told yet.
fn removed(gone: &[Gone], told: &[Alteration]) -> Vec<Alteration> {
    let new = |name: &str| !told.iter().any(|one| one.subject == AlteredSubject::Environment && one.name == name);
    let removed = gone.iter().filter(|gone| gone.is_configured && new(&gone.name)).map(|gone| Alteration {
        subject: AlteredSubject::Environment,
        name: gone.name.clone(),
        environment: None,
        kind: AlterationKind::Removed,
        details: String::new(),
    });
    removed.collect()
}

/// Those that were found, as a sentence: they may be part of another one now.
fn not_there_any_more(gone: &[Gone]) -> Option<String> {
    /// Environments that are named.
    const MOST: usize = 6;
    let names: Vec<&str> = gone.iter().filter(|gone| !gone.is_configured).map(|gone| gone.name.as_str()).collect();
    let (names, count) = (listed_in_backticks(&names, MOST), names.len());
    let what = if count == 1 { "an environment" } else { "environments" };
    (count > 0).then(|| {
        format!("the base has {what} that the change does not have: {names}; what was rendered there is not compared")
    })
}

/// What lies at several paths, each once, ordered by path.
fn at_paths(workspace: &Workspace, session: &Session, paths: &[PathBuf], flags: PlanFlags) -> Result<Plan, Stop> {
    let planned = paths.iter().map(|path| plan::at_path(&session.directory, workspace, path, flags));
    let mut planned = planned.collect::<Result<Vec<Planned>, Stop>>()?;
    planned.sort_by(|a, b| a.name.cmp(&b.name));
    planned.dedup_by(|a, b| a.name == b.name);
    Ok(Plan { environments: planned, ..Plan::default() })
}
