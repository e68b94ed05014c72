//! `--output FORMAT[=FILE]`: which reports are written, and where.

use std::path::PathBuf;

use clap::ValueEnum;

/// A report format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Terminal,
    /// For a comment or a summary.
    Markdown,
    /// For test tabs.
    Junit,
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
        let format = ReportFormat::from_str(name, true)
            .map_err(|_| format!("`{name}` is not a report format; choose terminal, markdown, junit or json"))?;
        match file {
            Some("") => Err(format!("`{text}` names no file; write `{name}` or `{name}=FILE`")),
            file => Ok(Output { format, file: file.map(PathBuf::from) }),
        }
    }
}
