//! `--output FORMAT[=FILE]`: which reports are written, and where.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

/// A report format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Terminal,
    /// For a comment or a summary.
    Markdown,
    /// For a browser.
    Html,
    /// For test tabs.
    Junit,
    /// For code scanning.
    Sarif,
    /// For programs.
    Json,
}

/// `FORMAT[=FILE]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) format: ReportFormat,
    pub(crate) file: Option<PathBuf>,
}

impl std::str::FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Output, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(n, f)| (n, Some(f)));
        let format = ReportFormat::from_str(name, true).map_err(|_| {
            format!("`{name}` is not a report format; choose terminal, markdown, html, junit, sarif or json")
        })?;
        match file {
            Some("") => Err(format!("`{text}` names no file; write `{name}` or `{name}=FILE`")),
            Some(path) if path.ends_with('/') && format != ReportFormat::Html => {
                Err(format!("`{path}` is a directory; write `{name}=FILE`"))
            }
            file => Ok(Output { format, file: file.map(PathBuf::from) }),
        }
    }
}

impl Output {
    /// The directory of the first report that is written to a file: what tests leave lies there, too.
    pub(crate) fn beside(all: &[Output]) -> Option<PathBuf> {
        let first = all.iter().find(|output| output.file.is_some())?;
        let file = first.file.as_deref()?;
        if first.is_a_directory() {
            return Some(file.to_owned());
        }
        let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
        Some(directory.unwrap_or(Path::new(".")).to_owned())
    }

    /// Whether a directory is meant, by its ending (`html=report/`) or because it is one.
    pub(crate) fn is_a_directory(&self) -> bool {
        let is = |path: &PathBuf| path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.is_dir();
        self.format == ReportFormat::Html && self.file.as_ref().is_some_and(is)
    }
}
