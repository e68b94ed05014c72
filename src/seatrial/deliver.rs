//! The report to the sinks that need no network: files, standard output, job summary, step outputs. One failing sink never stops the next.
//!
//! Not here: comment and status (`post`).

pub(crate) mod inline;
pub(crate) mod outputs;
pub(crate) mod post;

use std::io::Write;
use std::path::Path;

use seatrial_ci::{Summary, annotations, output_commands, step_output, summary_command};
use seatrial_model::Report;
use seatrial_published::json;
use seatrial_reporters::{Detail, TerminalOptions, html, html_files, junit, markdown, sarif, terminal};

use crate::catalog;
use crate::cli::{CommonArgs, Output, ReportFormat};
use crate::context::session::Session;
use crate::deliver::outputs::{StepOutput, outputs};
use crate::process::streams::{self, Stream, Written};

/// Bytes of a job summary: the runner drops larger ones in silence near 1 MiB.
const SUMMARY_BUDGET: usize = 1_000_000;

/// Where a report goes.
pub(crate) struct Sinks<'a> {
    pub(crate) session: &'a Session,
    pub(crate) common: &'a CommonArgs,
    pub(crate) outputs: &'a [Output],
}

impl Sinks<'_> {
    /// Writes the report to the files that were asked for. Gives back what failed, as sentences.
    pub(crate) fn write_files(&self, report: &Report) -> Vec<String> {
        let files = self.outputs.iter().filter_map(|output| Some((output, output.file.as_ref()?)));
        let failed = files.filter_map(|(output, file)| {
            let error = self.write_to(file, output, report).err()?;
            Some(format!("cannot write `{}`: {error}", file.display()))
        });
        failed.collect()
    }

    fn write_to(&self, path: &Path, output: &Output, report: &Report) -> std::io::Result<()> {
        if output.is_a_directory() {
            let files = html_files(report);
            return files.iter().try_for_each(|(name, text)| write_file(&path.join(name), Written::Text(text)));
        }
        let text = self.format(report, output.format, Colors::Never);
        write_file(path, written(output.format, &text))
    }

    /// Writes the report to standard output, job summary and step outputs. Gives back what failed, as sentences.
    pub(crate) fn write_streams(&self, report: &Report) -> Vec<String> {
        let mut failures = Vec::new();
        let ci = &self.session.ci;
        let outputs = outputs(ci.host, report, self.outputs, &self.session.directory);
        if let Err(error) = self.write_stdout(report, &outputs) {
            failures.push(format!("cannot write to standard output: {error}"));
        }
        if let Err(error) = self.write_summary(report) {
            failures.push(format!("cannot write the job summary: {error}"));
        }
        if let Some(file) = &ci.output_file
            && let Err(error) = append(Path::new(file), &self.step_outputs(report, &outputs))
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

    fn write_stdout(&self, report: &Report, outputs: &[StepOutput]) -> std::io::Result<()> {
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
        let outputs: Vec<(&str, &str)> = outputs.iter().map(|(name, value)| (*name, value.as_str())).collect();
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
            ReportFormat::Html => html(report),
            ReportFormat::Junit => junit(report, self.files().as_deref()),
            ReportFormat::Sarif => sarif(report, catalog::all()),
            ReportFormat::Json => json(report),
        }
    }

    /// Where the files lie that tests left; `None` where no report is written to a file.
    fn files(&self) -> Option<String> {
        let beside = Output::beside(self.outputs)?;
        Some(self.session.directory.join(beside).display().to_string())
    }

    fn step_outputs(&self, report: &Report, outputs: &[StepOutput]) -> String {
        let host = self.session.ci.host;
        let random = format!("seatrial-{}-{}", std::process::id(), report.duration_ms);
        outputs.iter().map(|(name, value)| step_output(host, name, value, &random)).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Colors {
    Never,
    AsSession,
}

/// What a report in a format is.
fn written(format: ReportFormat, text: &str) -> Written<'_> {
    match format {
        ReportFormat::Terminal => Written::Painted(text),
        ReportFormat::Markdown | ReportFormat::Html | ReportFormat::Junit => Written::Text(text),
        ReportFormat::Sarif | ReportFormat::Json => Written::Json(text),
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
