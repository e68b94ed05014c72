//! The report to its sinks: files, standard output, job summary, step outputs, comment and status. One failing sink never stops the next.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use seatrial_ci::{Host, Summary, annotations, output_commands, step_output, summary_command};
use seatrial_forge::{Comment, CommitStatus, Delivery, Forge, KeyParts, StatusState};
use seatrial_model::{Report, Secret, Verdict};
use seatrial_reporters::{Detail, TerminalOptions, headline, json, junit, markdown, terminal};
use seatrial_transport::Transport;
use tokio::task::JoinHandle;

use crate::cli::{CommonArgs, Output, ReportFormat};
use crate::config::ReportConfig;
use crate::run_context::RunContext;
use crate::session::Session;
use crate::streams::{self, Stream, Written};

/// Bytes of a job summary: the runner drops larger ones in silence near 1 MiB.
const SUMMARY_BUDGET: usize = 1_000_000;

/// How long it may take to say that a run goes on.
const BEGIN_WITHIN: Duration = Duration::from_secs(15);

/// Where a report goes.
pub(crate) struct Sinks<'a> {
    pub(crate) session: &'a Session,
    pub(crate) common: &'a CommonArgs,
    pub(crate) outputs: &'a [Output],
}

impl Sinks<'_> {
    /// Writes the report to the files that were asked for. Gives back what failed, as sentences.
    pub(crate) fn write_files(&self, report: &Report) -> Vec<String> {
        let files = self.outputs.iter().filter_map(|output| Some((output.format, output.file.as_ref()?)));
        let written = files.filter_map(|(format, file)| {
            let text = self.format(report, format, Colors::Never);
            let error = write_file(file, written(format, &text)).err()?;
            Some(format!("cannot write `{}`: {error}", file.display()))
        });
        written.collect()
    }

    /// Writes the report to standard output, job summary and step outputs. Gives back what failed, as sentences.
    pub(crate) fn write_streams(&self, report: &Report) -> Vec<String> {
        let mut failures = Vec::new();
        if let Err(error) = self.write_stdout(report) {
            failures.push(format!("cannot write to standard output: {error}"));
        }
        let ci = &self.session.ci;
        if let Err(error) = self.write_summary(report) {
            failures.push(format!("cannot write the job summary: {error}"));
        }
        if let Some(file) = &ci.output_file
            && let Err(error) = append(Path::new(file), &self.step_outputs(report))
        {
            failures.push(format!("cannot write the step outputs: {error}"));
        }
        failures
    }

    fn write_summary(&self, report: &Report) -> std::io::Result<()> {
        match &self.session.ci.summary {
            Some(Summary::Appended(file)) => append(Path::new(file), &markdown(report, SUMMARY_BUDGET)),
            // In a container the directory may be missing, and then the host would look for the file in vain.
            Some(Summary::Uploaded(directory)) if Path::new(directory).is_dir() => {
                let own = Path::new(directory).join(format!("seatrial-{:016x}", self.session.nonce));
                std::fs::create_dir_all(&own)?;
                // The host shows the name above the summary.
                let file = own.join("Seatrial.md");
                std::fs::write(&file, markdown(report, SUMMARY_BUDGET))?;
                let command = summary_command(self.session.ci.host, &file.display().to_string());
                streams::print(Written::Commands(&command))
            }
            Some(Summary::Uploaded(_)) | None => Ok(()),
        }
    }

    fn write_stdout(&self, report: &Report) -> std::io::Result<()> {
        let named = self.outputs.iter().filter(|output| output.file.is_none());
        let mut formats: Vec<ReportFormat> = named.map(|output| output.format).collect();
        if formats.is_empty() {
            formats.push(ReportFormat::Terminal);
        }
        for format in formats {
            let text = self.format(report, format, Colors::AsSession);
            streams::print(written(format, &text))?;
        }
        let host = self.session.ci.host;
        streams::print(Written::Commands(&annotations(host, report)))?;
        let report_file = self.report_file();
        let outputs = [("verdict", report.verdict.as_str()), ("report", report_file.as_str())];
        streams::print(Written::Commands(&output_commands(host, &outputs)))
    }

    fn format(&self, report: &Report, format: ReportFormat, colors: Colors) -> String {
        match format {
            ReportFormat::Terminal => {
                let color = colors == Colors::AsSession && self.session.color;
                let detail = match (self.common.quiet, self.common.verbose) {
                    (true, _) => Detail::Verdict,
                    (false, 1..) => Detail::Full,
                    (false, 0) => Detail::Everything,
                };
                terminal(report, TerminalOptions { color, width: 80, detail })
            }
            ReportFormat::Markdown => markdown(report, SUMMARY_BUDGET),
            ReportFormat::Junit => junit(report),
            ReportFormat::Json => json(report),
        }
    }

    fn step_outputs(&self, report: &Report) -> String {
        let host = self.session.ci.host;
        let random = format!("seatrial-{}-{}", std::process::id(), report.duration_ms);
        let verdict = step_output(host, "verdict", report.verdict.as_str(), &random);
        format!("{verdict}{}", step_output(host, "report", &self.report_file(), &random))
    }

    /// Path of the JSON report; empty where none was asked for.
    fn report_file(&self) -> String {
        let file = self.outputs.iter().filter(|o| o.format == ReportFormat::Json).find_map(|o| o.file.as_ref());
        file.map(|f| self.session.directory.join(f).display().to_string()).unwrap_or_default()
    }

    /// Says on the head commit of an open pull request that the run goes on, in the background: whoever waits for the status sees that it
    /// comes. That it could not be set is said when the last one cannot be.
    pub(crate) fn begin(&self, context: &RunContext<'_>, transport: &Transport) -> Option<JoinHandle<Begun>> {
        let sinks = context.sinks();
        let pull_request = self.session.ci.pull_request.as_ref()?;
        let (number, head) = (pull_request.number, pull_request.head.clone()?);
        let forge = self.forge(transport, &sinks).ok().flatten().filter(|_| sinks.status)?;
        let status = CommitStatus {
            context: context_of(&self.key(&sinks, &context.workspace.config_path)),
            state: StatusState::Pending,
            description: "The trial is running".to_owned(),
            target_url: self.session.ci.run_url.clone(),
        };
        let begin = async move {
            if forge.standing(number).await.is_ok_and(|standing| !standing.is_open) {
                return Begun::Over;
            }
            let delivery = forge.set_status(number, &head, &status).await;
            tracing::debug!(?delivery, "pending status");
            Begun::Open
        };
        // A forge that is silent now keeps nobody waiting at the end.
        Some(tokio::spawn(async move { tokio::time::timeout(BEGIN_WITHIN, begin).await.unwrap_or(Begun::Open) }))
    }

    fn key(&self, sinks: &ReportConfig, config: &str) -> String {
        let ci = &self.session.ci;
        let (pipeline, job) = (ci.pipeline.as_deref(), ci.job.as_deref());
        KeyParts { own: sinks.key.as_deref(), pipeline, job, config }.key()
    }

    /// Posts comment and status. Gives back sentences for the report's notices.
    pub(crate) async fn post(
        &self,
        report: &Report,
        context: &RunContext<'_>,
        transport: &Transport,
        begun: Begun,
    ) -> Vec<String> {
        let sinks = context.sinks();
        let key = self.key(&sinks, &context.workspace.config_path);
        let Some(pull_request) = report.revision.pull_request.as_ref().filter(|_| self.session.ci.host != Host::Local)
        else {
            return Vec::new();
        };
        let forge = match self.forge(transport, &sinks) {
            Ok(Some(forge)) => forge,
            Ok(None) => return Vec::new(),
            Err(sentence) => return vec![sentence],
        };
        let ci = &self.session.ci;
        let Some(head) = report.revision.head.clone() else {
            let because = "it is not known which commit is the head of the pull request; say it with --head";
            return vec![format!("no comment and no commit status: {because}")];
        };
        let mut notices = Vec::new();
        if sinks.comment {
            let comment = Comment {
                key: key.clone(),
                head: head.clone(),
                run: ci.run.unwrap_or_default(),
                body: markdown(report, forge.comment_budget()),
                failing: report.verdict != Verdict::Passed,
            };
            let delivery = forge.upsert_comment(pull_request.number, &comment).await;
            notices.extend(self.notice("comment", delivery));
        }
        // A status that was begun is always ended, so that nobody waits for it.
        if sinks.status && begun == Begun::Open {
            let status = CommitStatus {
                context: context_of(&key),
                state: state(report.verdict),
                description: headline(report),
                target_url: report.run_url.clone(),
            };
            notices.extend(self.notice("commit status", forge.set_status(pull_request.number, &head, &status).await));
        }
        notices
    }

    /// The forge; `None` when nothing is to be posted, a sentence when it cannot be.
    fn forge(&self, transport: &Transport, sinks: &ReportConfig) -> Result<Option<Forge>, String> {
        let ci = &self.session.ci;
        if !sinks.comment && !sinks.status {
            return Ok(None);
        }
        if let seatrial_ci::Trust::Untrusted(because) = &ci.trust {
            let place = if ci.summary.is_some() { "job summary" } else { "log" };
            return Err(format!("no comment and no commit status: {because}; the report is in the {place}"));
        }
        if self.common.offline {
            return Err("no comment and no commit status: --offline".to_owned());
        }
        let forge = open_forge(self.session, transport);
        forge.map(Some).map_err(|why| format!("no comment and no commit status: {why}"))
    }

    fn notice(&self, what: &str, delivery: Delivery) -> Option<String> {
        match delivery {
            Delivery::Created(_) | Delivery::Updated(_) | Delivery::Unchanged(_) => None,
            Delivery::Stale(because) => Some(format!("the {what} was not written: {because}")),
            Delivery::Refused(sentence) => Some(self.session.masked(&sentence)),
        }
    }
}

/// What was found when a run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// The pull request is open, as far as is known.
    Open,
    /// It was merged or closed: no status is set on it any more.
    Over,
}

/// The forge on which the pull request lives, with the token of the environment.
///
/// # Errors
/// A sentence: it is not known which one it is, or there is no token.
pub(crate) fn open_forge(session: &Session, transport: &Transport) -> Result<Forge, String> {
    let target = session.ci.forge.as_ref().ok_or("it is not known which repository this is")?;
    let token = target.token_variables().iter().filter_map(|name| session.env.get(*name));
    let token = token.into_iter().find(|value| !value.is_empty());
    let token = token.ok_or_else(|| session.ci.host.missing_token(target))?;
    Forge::open(target, transport, &Secret::new(token.as_str()))
}

/// The name of the status.
fn context_of(key: &str) -> String {
    format!("seatrial/{key}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Colors {
    Never,
    AsSession,
}

fn state(verdict: Verdict) -> StatusState {
    match verdict {
        Verdict::Passed => StatusState::Success,
        Verdict::Failed => StatusState::Failure,
        Verdict::Broken => StatusState::Error,
    }
}

/// What a report in a format is.
fn written(format: ReportFormat, text: &str) -> Written<'_> {
    match format {
        ReportFormat::Terminal => Written::Painted(text),
        ReportFormat::Markdown | ReportFormat::Junit => Written::Text(text),
        ReportFormat::Json => Written::Json(text),
    }
}

fn write_file(path: &Path, written: Written<'_>) -> std::io::Result<()> {
    if let Some(stream) = Stream::behind(path) {
        return stream.write(written);
    }
    if let Some(directory) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)?;
    }
    std::fs::write(path, written.as_str())
}

fn append(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(stream) = Stream::behind(path) {
        return stream.write(Written::Text(text));
    }
    std::fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}
