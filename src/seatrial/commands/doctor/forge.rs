//! What the token of the environment may do on the forge, and whether the target branch waits for our status.

use seatrial_ci::{Host, Trust};
use seatrial_forge::{Duty, Forge, Right};
use seatrial_transport::Transport;

use super::rung::{Mark, Rung};
use crate::config::ReportConfig;
use crate::context::forge::open_forge;
use crate::context::run_context::RunContext;
use crate::deliver::post::{key_of, status_name};

/// What is asked for under `report:`, and whether it can be written.
pub(super) async fn report(context: &RunContext<'_>, transport: &Transport, offline: bool) -> Vec<Rung> {
    let (session, sinks) = (context.session, context.sinks());
    let ci = &session.ci;
    if ci.forge.is_none() && ci.unknown_forge.is_none() && ci.host == Host::Local {
        let what = "not asked: name the repository with --forge and --repository, or run this in the CI";
        return vec![Rung::new(Mark::Idle, what)];
    }
    if let Trust::Untrusted(because) = &ci.trust {
        return vec![Rung::new(Mark::Idle, format!("not asked: {because}"))];
    }
    if offline {
        return vec![Rung::new(Mark::Idle, "not asked: --offline")];
    }
    let forge = match open_forge(session, transport) {
        Ok(forge) => forge,
        Err(why) => return vec![Rung::new(Mark::Fails, why.because.clone()).with(why.way_out().unwrap_or_default())],
    };
    let name = ci.forge.as_ref().map(|target| format!("{} at {}", target.name(), target.server)).unwrap_or_default();
    let mut rungs = vec![Rung::new(Mark::Works, format!("there is a token for {name}"))];
    if let Some(identity) = forge.identity().await {
        rungs.push(Rung::new(Mark::Works, format!("it belongs to the identity `{identity}`")));
    }
    rungs.extend(pull_request(context, &forge).await);
    for (duty, what, key, is_asked) in duties(&sinks) {
        if !is_asked {
            rungs.push(Rung::new(Mark::Idle, format!("{what}: not asked for by `report: {{ {key}: true }}`")));
            continue;
        }
        rungs.push(match forge.may(duty).await {
            Right::Granted => Rung::new(Mark::Works, format!("{what}: the token may write it")),
            Right::Missing(sentence) => in_this_ci(ci.host, Rung::of_sentence(Mark::Fails, &sentence)),
            Right::Unknown(sentence) => Rung::of_sentence(Mark::Unknown, &sentence),
        });
    }
    if sinks.status {
        rungs.extend(requirement(context, &forge, &sinks).await);
    }
    rungs
}

/// What a run may write, how it is called, its key under `report:`, and whether it is asked for.
fn duties(sinks: &ReportConfig) -> [(Duty, &'static str, &'static str, bool); 4] {
    [
        (Duty::Comment, "comment", "comment", sinks.comment || sinks.inline),
        (Duty::Status, "status", "status", sinks.status),
        (Duty::CheckRun, "check run", "check-run", sinks.check_run),
        (Duty::Deployment, "deployment", "deployment", sinks.deployment),
    ]
}

/// Whether the pull request can be read, and is still the one that this run is about.
async fn pull_request(context: &RunContext<'_>, forge: &Forge) -> Option<Rung> {
    let pull_request = context.session.ci.pull_request.as_ref()?;
    Some(match forge.standing(pull_request.number).await {
        Ok(standing) => match pull_request.head.as_ref().and_then(|head| standing.outdates(head)) {
            Some(because) => Rung::new(Mark::Idle, format!("nothing is posted for this commit: {because}")),
            None => Rung::new(Mark::Works, format!("pull request {} can be read", pull_request.number)),
        },
        // Whether it is the token or the forge shows with what is to be written.
        Err(sentence) => in_this_ci(context.session.ci.host, Rung::of_sentence(Mark::Unknown, &sentence)),
    })
}

/// With where a grant is written.
fn in_this_ci(host: Host, rung: Rung) -> Rung {
    let is_permission = rung.way_out().iter().any(|words| words.starts_with("grant it `"));
    match host {
        Host::GitHubActions if is_permission => rung.with("under `permissions:` of the workflow or the job"),
        _ => rung,
    }
}

/// Whether the target branch waits for our status.
async fn requirement(context: &RunContext<'_>, forge: &Forge, sinks: &ReportConfig) -> Option<Rung> {
    let branch = &context.session.ci.pull_request.as_ref()?.target_branch;
    let own = status_name(&key_of(context, sinks));
    let required = match forge.required_statuses(branch).await {
        Ok(required) => required,
        Err(sentence) => return Some(Rung::of_sentence(Mark::Unknown, &sentence)),
    };
    Some(told(branch, &own, &required))
}

/// That another status of ours is required is told, as nobody might set it; but it may be that of another pipeline.
fn told(branch: &str, own: &str, required: &[String]) -> Rung {
    let ours: Vec<&str> = required.iter().map(String::as_str).filter(|name| name.starts_with("seatrial/")).collect();
    if ours.contains(&own) {
        return Rung::new(Mark::Works, format!("`{branch}` requires the status `{own}`"));
    }
    match ours.first() {
        Some(other) => {
            let what = format!(
                "`{branch}` requires the status `{other}`, and this job sets `{own}`: a merge may wait for ever"
            );
            let key = other.strip_prefix("seatrial/").unwrap_or(other);
            Rung::new(Mark::Fails, what).with(format!("require `{own}`, or write `report: {{ key: {key} }}`"))
        }
        None => {
            let what = format!("`{branch}` does not require the status `{own}`: a change can be merged without it");
            Rung::new(Mark::Idle, what)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_that_waits_for_another_status_of_ours_may_wait_for_ever() {
        let mark = |required: &[&str]| {
            let required: Vec<String> = required.iter().map(|name| (*name).to_owned()).collect();
            told("main", "seatrial/ci", &required).mark
        };
        assert_eq!(mark(&["build", "seatrial/ci"]), Mark::Works);
        assert_eq!(mark(&["seatrial/other", "seatrial/ci"]), Mark::Works);
        assert_eq!(mark(&["seatrial/other"]), Mark::Fails);
        assert_eq!(mark(&["build"]), Mark::Idle);
        assert_eq!(mark(&[]), Mark::Idle);
    }
}
