//! `cleanup`: the preview namespaces of a pull request are deleted, where whoever has the say over a deployment says that there are some; and
//! shared environments are put back that hold the state of one that was not merged.

use std::time::Duration;

use seatrial_api::{Cluster, ClusterTarget};
use seatrial_ci::{Ended, Trust};
use seatrial_deploy::{CancelToken, cleanup};
use seatrial_forge::DeployedEnvironment;
use seatrial_model::{EXIT_BROKEN, EXIT_PASSED, Holds};

use crate::cli::BaseChoice;
use crate::cli::ClusterOnlyArgs;
use crate::commands::{connect_to_network, progress_log};
use crate::config::{Config, EnvironmentConfig};
use crate::context::authority::{Authority, AuthorityFlags, Purpose};
use crate::context::forge::open_forge;
use crate::context::run_context::RunContext;
use crate::context::session::Session;
use crate::judge::checkouts::Checkouts;
use crate::judge::plan::{Planned, no_environment};
use crate::pipeline::live::LiveContext;
use crate::pipeline::restoring::{Original, is_put_back};
use crate::pipeline::terms::{Terms, preview};
use crate::process::signals;
use crate::process::stop::Stop;

/// The command.
pub(crate) async fn clean_up(args: &ClusterOnlyArgs) -> Result<u8, Stop> {
    let session = Session::open(&args.common, Some(&args.change))?;
    let transport = connect_to_network(&session, args.cluster.ca_bundle.as_deref())?;
    let (trust_head, cluster) = (args.cluster.trust_head, args.cluster.cluster.as_deref());
    let flags = AuthorityFlags { trust_head, cluster, purpose: Purpose::Delete };
    let mut context = RunContext::open(&session, &args.common, flags, BaseChoice::Nothing)?;
    let log = progress_log(&session, &args.common);
    if let (Trust::Untrusted(because), Authority::Nobody(_)) = (&session.ci.trust, &context.authority) {
        // Whatever closes a fork's pull request, nothing of it was ever deployed.
        log.line(&format!("{:<6} nothing is deleted: {because}", "clean"));
        return Ok(EXIT_PASSED);
    }
    if !matches!(context.authority, Authority::Base(_)) {
        // Where another commit has the say, what the checkout has, and how broken it is, does not matter.
        context.read_config()?;
    }
    let config = says_what_to_delete(&context)?;
    let cancel = signals::listen(&log)?;
    let repository = context.repository();
    let live = LiveContext {
        session: &session,
        transport: &transport,
        cluster_flag: args.cluster.cluster.as_deref(),
        repository: repository.as_deref(),
        log: &log,
        cancel: &cancel,
        beside: None,
    };
    let mut exit = EXIT_PASSED;
    let mut found = false;
    for (name, environment) in chosen(config, &args.common.environment)? {
        let Some(deploy) = &environment.deploy else { continue };
        if is_put_back(deploy) {
            found = true;
            let outcome = give_back(&context, &live, (name, environment), args.common.offline).await;
            log.line(&format!("{:<6} {name:<5} {}", "clean", outcome.as_ref().unwrap_or_else(|e| e)));
            if outcome.is_err() {
                exit = EXIT_BROKEN;
            }
            continue;
        }
        let Some(preview) = preview(deploy, &session.placeholders(name))
            .map_err(|error| Stop::Usage(format!("{name}: {}", error.with_way_out())))?
        else {
            continue;
        };
        found = true;
        let outcome = match live.wanted(environment) {
            None => Ok(format!("{}: the simulated cluster keeps nothing between runs", preview.namespace)),
            Some(target) => match context.foreign_access(&target) {
                Some(because) => Err(format!("{}: not deleted: {because}", preview.namespace)),
                None => clean_up_one(&live, name, &target, &preview.namespace, &cancel).await,
            },
        };
        log.line(&format!("{:<6} {name:<5} {}", "clean", outcome.as_ref().unwrap_or_else(|e| e)));
        if outcome.is_err() {
            exit = EXIT_BROKEN;
        } else if context.sinks().deployment && live.wanted(environment).is_some() {
            let gone = DeployedEnvironment { name: name.to_owned(), preview_namespace: Some(preview.namespace) };
            let said = tokio::select! {
                said = end_deployments(&live, &gone, args.common.offline) => said,
                () = cancel.past(signals::POST_WITHIN) => "stopped by a signal: its deployments may still be active".to_owned(),
            };
            log.line(&format!("{:<6} {name:<5} {said}", "clean"));
        }
    }
    log.finish();
    if !found {
        return Err(Stop::Usage(
            "no environment has `deploy.preview` or `deploy.after: restore`: there is nothing to clean up".to_owned(),
        ));
    }
    Ok(exit)
}

/// Puts a shared environment back, where the pull request was closed without a merge; a sentence either way.
async fn give_back(
    context: &RunContext<'_>,
    live: &LiveContext<'_>,
    (name, environment): (&str, &EnvironmentConfig),
    offline: bool,
) -> Result<String, String> {
    let session = live.session;
    let Some(target) = live.wanted(environment) else {
        return Ok("the simulated cluster keeps nothing between runs".to_owned());
    };
    if let Some(because) = context.foreign_access(&target) {
        return Err(format!("not put back: {because}"));
    }
    let masked = |because: String| session.masked(&format!("not put back: {because}"));
    if let Some(because) = kept_since(live, offline).await.map_err(masked)? {
        return Ok(format!("not put back: {because}"));
    }
    let planned = Planned::configured(name, environment, &context.workspace.config_path).map_err(masked)?;
    let original = Original::of(context, &Checkouts::without_flags(), &planned).map_err(masked)?;
    let terms = Terms::of(environment, session.placeholders(name)).map_err(|error| masked(error.with_way_out()))?;
    let target = live.connect(environment, terms).await.map_err(|error| masked(error.to_string()))?;
    let restored = original.restore(live, &planned, &target, None).await;
    let notices = restored.notices.iter().map(|notice| format!("; {notice}")).collect::<String>();
    let sentence = restored.sentence(name, session.pull_request, &original.commit);
    let sentence = session.masked(&format!("{sentence}{notices}"));
    match restored.holds() {
        Holds::Base | Holds::Others if restored.broken.is_none() => Ok(sentence),
        Holds::Base | Holds::Others | Holds::Mixture | Holds::PullRequest => Err(sentence),
    }
}

/// Why an environment keeps what it holds, as a clause; `None` where the pull request was closed without a merge. The event says so, else the forge.
///
/// # Errors
/// A clause: why nobody knows.
async fn kept_since(live: &LiveContext<'_>, offline: bool) -> Result<Option<String>, String> {
    let session = live.session;
    let Some(pull_request) = &session.ci.pull_request else {
        return Err("it is not known whether the pull request was merged, as the CI names none".to_owned());
    };
    let number = pull_request.number;
    let is_unmerged = match pull_request.ended {
        Some(ended) => Some(ended == Ended::Unmerged),
        None if offline => return Err("it is not known whether the pull request was merged: --offline".to_owned()),
        None => {
            let asked = match open_forge(session, live.transport) {
                Ok(forge) => forge.standing(number).await,
                Err(why) => Err(why.to_string()),
            };
            asked
                .map_err(|why| format!("it is not known whether pull request {number} was merged: {why}"))?
                .is_unmerged()
        }
    };
    Ok(match is_unmerged {
        Some(true) => None,
        Some(false) => Some(format!("pull request {number} is merged")),
        None => Some(format!("pull request {number} is not closed")),
    })
}

/// The configuration that says which previews there are.
fn says_what_to_delete<'a>(context: &'a RunContext<'_>) -> Result<&'a Config, Stop> {
    match &context.authority {
        Authority::Base(config) => Ok(config),
        Authority::Checkout => context.workspace.config.as_ref().ok_or_else(|| {
            let path = &context.workspace.config_path;
            Stop::Usage(format!("`{path}` does not exist: it says which environments have previews"))
        }),
        Authority::Nobody(because) => Err(Stop::Usage(format!("nothing is deleted: {because}"))),
    }
}

fn chosen<'a>(config: &'a Config, wanted: &[String]) -> Result<Vec<(&'a str, &'a EnvironmentConfig)>, Stop> {
    for name in wanted {
        if !config.environments.contains_key(name) {
            return Err(no_environment(name, config.environments.keys().map(String::as_str)));
        }
    }
    let all = config.environments.iter().map(|(name, environment)| (name.as_str(), environment));
    Ok(all.filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| w == name)).collect())
}

/// Deletes one preview namespace; a sentence either way.
async fn clean_up_one(
    live: &LiveContext<'_>,
    name: &str,
    target: &ClusterTarget,
    namespace: &str,
    cancel: &CancelToken,
) -> Result<String, String> {
    let session = live.session;
    let cluster = tokio::select! {
        connected = Cluster::connect(target, &session.env, live.transport, &session.masker) => connected,
        () = cancel.cancelled() => return Err(format!("{namespace}: stopped by a signal while connecting to the cluster")),
    };
    let cluster = cluster.map_err(|e| session.masked(&e.to_string()))?;
    let progress = |p: seatrial_deploy::Progress| live.log.deployment(name, &p);
    match cleanup(&cluster, namespace, &live.identity(), Duration::from_secs(600), &progress, cancel).await {
        Ok(true) => Ok(format!("{namespace} deleted")),
        Ok(false) => Ok(format!("{namespace} does not exist")),
        Err(error) => Err(session.masked(&format!("{namespace}: {error}"))),
    }
}

/// Tells the forge that what was deployed to a preview is not there any more; a sentence either way. The preview is gone whatever the forge says.
async fn end_deployments(live: &LiveContext<'_>, gone: &DeployedEnvironment, offline: bool) -> String {
    let ended = match (offline, open_forge(live.session, live.transport)) {
        (true, _) => Err("--offline".to_owned()),
        (false, Err(why)) => Err(why.to_string()),
        (false, Ok(forge)) => forge.end_deployments(gone).await,
    };
    match ended {
        Ok(0) => "no deployment was active".to_owned(),
        Ok(1) => "1 deployment set inactive".to_owned(),
        Ok(many) => format!("{many} deployments set inactive"),
        Err(why) => live.session.masked(&format!("deployments were not set inactive: {why}")),
    }
}
