//! What is known of a run before anything of the checkout is believed: the repository, the commits that count beside it, whose word counts,
//! and the start of the report. Assembled once, for every command that reports or reaches a cluster.

use std::path::Path;

use seatrial_api::{ClusterTarget, named_files};
use seatrial_ci::{Host, Trust};
use seatrial_model::{Alteration, Finding, Report, ReportedFinding, Span};
use seatrial_transport::Transport;
use seatrial_tree::{ReadError, Tree};

use crate::cli::{BaseChoice, CommonArgs, FindingArgs};
use crate::config::{self, Config, ConfigProblem, ReportConfig};
use crate::context::alterations::alterations;
use crate::context::authority::{Authority, AuthorityFlags, BaseSays, Purpose};
use crate::context::compared::Compared;
use crate::context::forge::open_forge;
use crate::context::repository_name::repository_name;
use crate::context::revision::{self, Commit, Commits};
use crate::context::session::Session;
use crate::context::workspace::{Workspace, link_on_the_way};
use crate::process::stop::Stop;

/// What is known of a run before its checkout is believed.
#[derive(Debug)]
pub(crate) struct RunContext<'a> {
    pub(crate) session: &'a Session,
    pub(crate) workspace: Workspace,
    pub(crate) commits: Commits,
    /// What the checkout is compared with.
    pub(crate) compared: Compared,
    /// The configuration of the commit that has authority, or why there is none, as a clause; `None` where there is no pull request.
    pub(crate) trusted: Option<Result<Config, String>>,
    pub(crate) authority: Authority,
    /// Why nothing may be read at all: a link on the way to the configuration, or a base that is not there.
    trouble: Option<Stop>,
}

impl<'a> RunContext<'a> {
    /// Finds the repository, what it is compared with, and asks who has the say.
    ///
    /// # Errors
    /// [`Stop::Usage`] when there is nothing to open.
    pub(crate) fn open(
        session: &'a Session,
        common: &CommonArgs,
        flags: AuthorityFlags<'_>,
        choice: BaseChoice<'_>,
    ) -> Result<RunContext<'a>, Stop> {
        let workspace = Workspace::open(&session.directory, common.config.as_deref(), &session.sources)?;
        let commits = Commits::of(&session.ci, workspace.repository.as_ref());
        let (trusted, trouble) = match trusted(session, &workspace, &commits) {
            Ok(trusted) => (trusted, None),
            Err(problem) => {
                let because = "its configuration is behind a symbolic link".to_owned();
                (Some(Err(because)), Some(Stop::Config(vec![problem])))
            }
        };
        let (compared, unknown) = match Compared::find(choice, &commits.base, session, workspace.repository.as_ref()) {
            Ok(compared) => (compared, None),
            Err(stop) => (Compared::nothing(), Some(stop)),
        };
        let missing = match (&commits.base, flags.purpose) {
            (Commit::Missing(missing), Purpose::Judge) => Some(missing.clause()),
            (Commit::None | Commit::Known(_), _) | (_, Purpose::Delete) => None,
        };
        let base = trusted.as_ref().map(|config| BaseSays { missing: missing.as_deref(), config });
        let authority = Authority::decide(&session.ci, flags, base);
        tracing::debug!(compared_with = ?compared.commit, "commits");
        let trouble = trouble.or(unknown);
        Ok(RunContext { session, workspace, commits, compared, trusted, authority, trouble })
    }

    /// Asks the forge whose pull request it is, where the CI cannot tell for sure: nobody has the say over a fork's.
    pub(crate) async fn ask_whose_it_is(&mut self, transport: &Transport, offline: bool) {
        let ci = &self.session.ci;
        let pull_request = ci.pull_request.as_ref().filter(|_| !ci.host.tells_forks());
        let (Some(pull_request), Authority::Base(_) | Authority::Checkout) = (pull_request, &self.authority) else {
            return;
        };
        let asked = match (offline, open_forge(self.session, transport)) {
            (true, _) => Err("--offline".to_owned()),
            (false, Ok(forge)) => forge.standing(pull_request.number).await.map(|standing| standing.is_from_a_fork),
            // The way out is told where the comment is missed.
            (false, Err(why)) => Err(why.because),
        };
        let because = match asked {
            Ok(false) => return,
            Ok(true) => "the pull request comes from a fork".to_owned(),
            Err(why) => format!("{} cannot tell whether the pull request comes from a fork, and {why}", ci.host.name()),
        };
        self.authority = Authority::Nobody(self.session.masked(&because));
    }

    /// Reads the checkout's configuration.
    ///
    /// # Errors
    /// [`Stop::Usage`] when a file or a commit that was named is not there, [`Stop::Config`] when the configuration is wrong.
    pub(crate) fn read_config(&mut self) -> Result<(), Stop> {
        match self.trouble.take() {
            Some(stop) => Err(stop),
            None => self.workspace.read_config(),
        }
    }

    /// The repository that previews belong to: from the CI, from `--repository`, or as `origin` names it.
    pub(crate) fn repository(&self) -> Option<String> {
        let origin = || self.workspace.repository.as_ref()?.origin_url();
        self.session.repository.clone().or_else(|| repository_name(&origin()?))
    }

    /// Why what leads to a cluster is not used, as a clause: a kubeconfig, certificate, token or plugin that lies in the checkout is the
    /// pull request's word, unless the authority has the very same.
    pub(crate) fn foreign_access(&self, target: &ClusterTarget) -> Option<String> {
        let (Authority::Base(_), Commit::Known(commit)) = (&self.authority, &self.commits.authority) else {
            return None;
        };
        let open = |revision: &str| Tree::commit(&self.workspace.root, revision, &self.session.sources);
        let (own, authority) = match (open("HEAD"), open(commit)) {
            (Ok(own), Ok(authority)) => (own, authority),
            (Err(error), _) | (_, Err(error)) => return Some(error.to_string()),
        };
        let files = named_files(target, &self.session.env).into_iter().map(|file| self.session.directory.join(file));
        files.into_iter().find_map(|file| {
            let paths = [self.workspace.lexically_in_tree(&file), self.workspace.really_in_tree(&file)];
            let mut paths = paths.into_iter().flatten();
            let foreign = paths.find(|path| is_part_of(&own, path) && !is_same(&file, path, &own, &authority))?;
            Some(format!(
                "`{foreign}` is part of the pull request; keep kubeconfigs and credentials out of the repository"
            ))
        })
    }

    /// Where the report goes.
    pub(crate) fn sinks(&self) -> ReportConfig {
        self.authority.report(self.workspace.config.as_ref())
    }

    /// A report that says what is judged, and nothing of it yet.
    pub(crate) fn report(&self, command: &str, findings: FindingArgs) -> Report {
        let ci = &self.session.ci;
        let mut report = Report::new(command, env!("CARGO_PKG_VERSION"));
        report.revision = revision::judged(ci, &self.compared, self.workspace.repository.as_ref());
        // A branch may have any name.
        let found = report.revision.base_found.take();
        report.revision.base_found = found.map(|found| self.session.masked(&found));
        report.fail_on = findings.fail_on();
        report.listing = findings.listing();
        report.run_url.clone_from(&ci.run_url);
        report.notices.extend(ci.notices.iter().cloned());
        report
    }

    /// The commit that is looked at: the one that was chosen, or, in a CI, the checkout's; none for a person's working copy.
    pub(crate) fn head_commit(&self) -> Option<String> {
        let of_checkout = (self.session.ci.host != Host::Local).then(|| "HEAD".to_owned());
        self.workspace.commit.clone().or(of_checkout)
    }

    /// Whether there is a pull request, and it is compared with its own base.
    pub(crate) fn is_compared_with_own_base(&self) -> bool {
        self.session.ci.pull_request.is_some() && self.compared.commit == self.commits.base
    }

    /// Why nobody has the say though somebody could, with the way out, as a sentence: the table has room for a few words only.
    pub(crate) fn nobody(&self) -> Option<String> {
        let because = match (&self.authority, &self.session.ci.trust, &self.commits) {
            (Authority::Nobody(because), Trust::WhenTold { .. }, _) => because.clone(),
            (Authority::Nobody(_), _, Commits { base: Commit::Known(_), authority: Commit::Missing(missing) }) => {
                missing.clause()
            }
            _ => return None,
        };
        Some(format!("nothing is deployed or tested: {because}"))
    }

    /// The report of a run that ended before anything was judged.
    pub(crate) fn stopped(&self, stop: &Stop, command: &str, findings: FindingArgs) -> Report {
        let mut report = self.report(command, findings);
        match stop {
            Stop::Config(problems) => {
                let found: Vec<ReportedFinding> = problems.iter().map(|problem| self.found(problem)).collect();
                report.add_findings(None, &found);
            }
            Stop::Usage(sentence) | Stop::Broken(sentence) => {
                report.broken.push(self.session.masked(sentence));
                report.alterations = self.alterations();
            }
        }
        report.decide();
        report
    }

    /// What the pull request removes or changes among its own checks, as far as the base can say.
    pub(crate) fn alterations(&self) -> Vec<Alteration> {
        let Some(Ok(base)) = &self.trusted else { return Vec::new() };
        let nothing = Config::default();
        let change = self.workspace.config.as_ref().unwrap_or(&nothing);
        alterations(base, change, &self.authority)
    }

    fn found(&self, problem: &ConfigProblem) -> ReportedFinding {
        let sources = &self.session.sources;
        let file = self.workspace.tree.read(&problem.path);
        let file = file.unwrap_or_else(|_| sources.add(&problem.path, String::new()));
        let span = problem.place.map_or(Span::start_of(file.id()), |place| file.span_at(place));
        let finding = Finding::new(seatrial_model::ids::CONFIG, span, problem.message.as_str());
        ReportedFinding::resolve(&finding, sources, &self.session.masker)
    }
}

/// Whose word counts for a command that has no report and reaches no cluster.
pub(crate) fn authority_over(session: &Session, workspace: &Workspace) -> Authority {
    let commits = Commits::of(&session.ci, workspace.repository.as_ref());
    let config = trusted(session, workspace, &commits)
        .unwrap_or_else(|_| Some(Err("its configuration is behind a symbolic link".to_owned())));
    let base = config.as_ref().map(|config| BaseSays { missing: None, config });
    Authority::decide(&session.ci, AuthorityFlags::default(), base)
}

/// Whether a commit, or a submodule of it, says what lies at a path.
fn is_part_of(commit: &Tree, path: &str) -> bool {
    commit.exists(path) || link_on_the_way(commit, path).is_some() || commit.submodule(path).is_some()
}

/// Whether a file that a commit says is what the authority says, too.
fn is_same(file: &Path, path: &str, own: &Tree, authority: &Tree) -> bool {
    if let Some(submodule) = own.submodule(path) {
        return authority.submodule(path) == Some(submodule);
    }
    authority.read_bytes(path).is_ok_and(|bytes| std::fs::read(file).is_ok_and(|own| *own == *bytes))
}

/// The configuration of the commit that has authority; `None` where there is no pull request.
///
/// # Errors
/// A link inside of the repository on the way to it: whoever may move a link would say which configuration counts.
fn trusted(
    session: &Session,
    workspace: &Workspace,
    commits: &Commits,
) -> Result<Option<Result<Config, String>>, ConfigProblem> {
    let commit = match &commits.authority {
        Commit::None => return Ok(None),
        Commit::Missing(missing) => return Ok(Some(Err(missing.clause()))),
        Commit::Known(commit) => commit,
    };
    let tree = match Tree::commit(&workspace.root, commit, &session.sources) {
        Ok(tree) => tree,
        Err(error) => return Ok(Some(Err(error.to_string()))),
    };
    let path = workspace.place.in_tree(&tree);
    for (tree, path) in [(&workspace.tree, &workspace.config_path), (&tree, &path)] {
        if let Some(link) = link_on_the_way(tree, path) {
            return Err(ConfigProblem::of_file(path, &behind_a_link(&link)));
        }
    }
    Ok(Some(config_of(&tree, workspace)))
}

fn behind_a_link(link: &str) -> String {
    format!(
        "is reached through `{link}`, which is a symbolic link; a pull request's configuration is not read through \
         one: name the file itself with --config"
    )
}

/// The configuration of a commit, bare, at the path where the checkout's lies; or why it says nothing, as a clause.
///
/// Where the checkout has none, it is the one that the commit has.
pub(crate) fn config_of(tree: &Tree, workspace: &Workspace) -> Result<Config, String> {
    let (own, path) = (&workspace.config_path, workspace.place.in_tree(tree));
    if workspace.tree.exists(own) && *own != path {
        return Err(if tree.exists(own) {
            format!("the pull request removes `{path}`, which is the configuration of its base")
        } else {
            adds(own)
        });
    }
    match tree.read(&path) {
        Ok(file) => config::read(&path, file.text()).map_err(|_| format!("`{path}` of the base commit cannot be read")),
        Err(ReadError::NotFound) if workspace.tree.exists(own) => Err(adds(&path)),
        Err(ReadError::NotFound) => Err(format!("the base commit has no `{path}`")),
        Err(error) => Err(format!("`{path}` of the base commit {error}")),
    }
}

fn adds(path: &str) -> String {
    format!("the pull request adds {path}; deploy it with --trust-head")
}
