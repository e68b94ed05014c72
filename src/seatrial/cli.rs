//! Flags and subcommands. Only what works is listed.

mod base;
mod change;
mod deferred;
mod diff;
mod doctor;
mod earlier;
mod explain;
mod findings;
mod helm;
mod image;
mod init;
mod load;
mod output;
mod render;
mod shell;
pub(crate) mod variables;

use std::path::PathBuf;

use clap::{Arg, ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use seatrial_kubernetes::Minor;

pub(crate) use base::{BaseArgs, BaseChoice};
use change::{CHANGE, VALIDATED_CHANGE};
pub(crate) use change::{ChangeArgs, Ci};
use deferred::Deferred;
pub(crate) use diff::{DiffArgs, DiffFormat};
pub(crate) use earlier::{TestArgs, WholeArgs};
pub(crate) use explain::ExplainArgs;
pub(crate) use findings::{FindingArgs, FixMode};
pub(crate) use helm::HelmArgs;
pub(crate) use image::{DecisionFormat, ImageArgs, ImageCommand, Order, PolicyArgs};
pub(crate) use init::{CiFile, InitArgs};
pub(crate) use load::{LoadArgs, PathArgs, PathKind};
pub(crate) use output::{Output, ReportFormat};
pub(crate) use render::{ManifestFormat, RenderArgs, Wanted};
pub(crate) use shell::{CompletionsArgs, ManArgs, completions, man};
use variables::{FromVariables, boolean, without_empty};

/// The top-level help, grouped by what a person wants to do; a test holds it against the subcommands.
const HELP: &str = "\
Seatrial takes a pull request to sea before it is merged: it renders what each
environment would receive, checks it, deploys it to DEV, runs the tests against
what is live, and writes one report on the pull request.

Usage: seatrial <COMMAND> [OPTIONS]

Set up
  init         write a seatrial.yaml from what the repository holds
  doctor       say what works here, and what is to be granted
  completions  print what a shell needs to complete commands and flags
  man          print the manual page of seatrial or of a command

The whole trial
  run          render, validate, deploy, test, and report on the pull request

Look
  render       print the manifests that an environment receives
  diff         show what changes, in every environment or between two paths
  image        simulate an image policy of Flux over a list of tags

Check
  validate     render and check everything; needs no cluster and no token
  explain      print what a rule finds, why that bites, and the way out

Deploy and test
  deploy       render, validate, apply and wait
  test         run only the smoke tests against what is deployed
  cleanup      delete the preview namespaces of a pull request

Report
  report       deliver the report of a run that had no credentials
  schema       print the JSON Schema of seatrial.yaml or of the JSON report

Options
  -h, --help       print help; `seatrial <COMMAND> --help` lists the options
                   of a command
  -V, --version    print the version

Exit codes: 0 passed, 1 failed, 2 wrong command line or configuration,
3 broken (Seatrial or the infrastructure failed).

Example: seatrial run --cluster simulated
";

/// Renders, checks, deploys and tests what a pull request changes in Kubernetes, and reports on it.
#[derive(Debug, Parser)]
#[command(name = "seatrial", version, override_help = HELP, after_help = shell::EXIT_CODES, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a seatrial.yaml from what the repository holds, and a CI's file.
    #[command(after_help = init::WORDS)]
    Init(Deferred<InitArgs>),
    /// Say what works here, and what is to be granted.
    #[command(after_help = doctor::WORDS)]
    Doctor(Deferred<ClusterOnlyArgs>),
    /// Render, validate, deploy, test, and report on the pull request.
    #[command(after_help = format!("{CHANGE}\n{}", earlier::OF_RUN))]
    Run(Deferred<WholeArgs>),
    /// Render and check everything; needs no cluster and no token.
    #[command(after_help = VALIDATED_CHANGE)]
    Validate(Deferred<ValidateArgs>),
    /// Print the manifests that an environment receives.
    #[command(after_help = render::WORDS)]
    Render(Deferred<Box<RenderArgs>>),
    /// Show what changes between two commits, or between two files or directories.
    #[command(after_help = diff::WORDS)]
    Diff(Deferred<DiffArgs>),
    /// Ask about images.
    Image(Deferred<ImageArgs>),
    /// Render, validate, apply and wait.
    #[command(after_help = CHANGE)]
    Deploy(Deferred<RunArgs>),
    /// Run only the smoke tests against what is deployed.
    #[command(after_help = format!("{CHANGE}\n{}", earlier::OF_TEST))]
    Test(Deferred<TestArgs>),
    /// Delete the preview namespaces of a pull request.
    #[command(after_help = CHANGE)]
    Cleanup(Deferred<ClusterOnlyArgs>),
    /// Deliver the report of a run that had no credentials, as of a fork's pull request.
    Report(Deferred<DeliverArgs>),
    /// Print the JSON Schema of seatrial.yaml or of the JSON report.
    Schema(Deferred<SchemaArgs>),
    /// Print what a rule finds, why that bites, and the way out.
    Explain(Deferred<ExplainArgs>),
    /// Print what a shell needs to complete commands and flags.
    #[command(after_help = shell::COMPLETIONS)]
    Completions(Deferred<CompletionsArgs>),
    /// Print the manual page of seatrial or of a command.
    #[command(after_help = shell::MAN)]
    Man(Deferred<ManArgs>),
    /// Print the files that a test left, when it has ended: beside it, in its pod.
    #[command(hide = true)]
    Collect(Deferred<CollectArgs>),
}

/// The command line's definition; a command has its flags once it is parsed or built.
pub(crate) fn definition() -> clap::Command {
    Cli::command()
}

/// `--help` of a command is as short as `-h`, and shows no values of the environment.
fn with_house_style(command: clap::Command) -> clap::Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::HelpShort).help("Print help");
    // There is no preview that they would name: they are needed in other CIs alone.
    let hides = |argument: &Arg| matches!(argument.get_id().as_str(), "pull_request" | "repository");
    let is_validate = command.get_name() == "validate";
    command
        .max_term_width(80)
        .disable_help_flag(true)
        .arg(help)
        .mut_args(|argument| {
            let is_told_below = !is_validate && argument.get_id() == "check_images";
            let is_hidden = is_told_below || (is_validate && hides(&argument));
            let argument = if is_hidden { argument.hide(true) } else { argument };
            without_empty(argument).hide_env_values(true)
        })
        .mut_subcommands(with_house_style)
}

/// Flags that every command knows.
#[derive(Clone, Debug, Args)]
pub(crate) struct CommonArgs {
    /// Configuration file, seatrial.yaml by default.
    #[arg(long, value_name = "FILE", env = "SEATRIAL_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// Only this environment (repeatable).
    #[arg(long, short, value_name = "NAME", env = "SEATRIAL_ENVIRONMENT", value_delimiter = ',')]
    pub(crate) environment: Vec<String>,

    /// Use no network except a simulated cluster.
    #[arg(long, env = "SEATRIAL_OFFLINE", value_parser = boolean)]
    pub(crate) offline: bool,

    /// Print more details on standard error (repeatable).
    #[arg(long, short, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Print only findings and the verdict.
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Colors: auto, always or never.
    #[arg(long, value_name = "WHEN", default_value = "auto", env = "SEATRIAL_COLOR", hide_possible_values = true)]
    pub(crate) color: Color,

    /// The CI that this runs in: github-actions, azure-pipelines, jenkins, other or none.
    #[arg(long, value_name = "NAME", env = "SEATRIAL_CI", hide = true)]
    pub(crate) ci: Option<Ci>,

    /// What variables said.
    #[arg(skip)]
    pub(crate) from_variables: FromVariables,
}

/// Flags of commands that end in a report.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReportArgs {
    /// terminal, markdown, html, junit, sarif or json.
    #[arg(long, short, value_name = "FORMAT[=FILE]", env = "SEATRIAL_OUTPUT", value_delimiter = ',')]
    pub(crate) output: Vec<Output>,
}

impl ReportArgs {
    /// The directory of the first report that is written to a file.
    pub(crate) fn beside(&self) -> Option<PathBuf> {
        Output::beside(&self.output)
    }
}

/// Flags of what is rendered.
#[derive(Clone, Debug, Args)]
pub(crate) struct SourceArgs {
    /// Image of the pull request, in all pod templates.
    #[arg(long, value_name = "NAME=REFERENCE[@DIGEST]", env = "SEATRIAL_IMAGE", value_delimiter = ',')]
    pub(crate) image: Vec<String>,

    /// Local checkout of a remote base.
    #[arg(long, value_name = "URL[?ref=REF]=DIR", env = "SEATRIAL_CHECKOUT", value_delimiter = ',')]
    pub(crate) checkout: Vec<String>,
}

/// Flags that `run`, `deploy` and `test` have in common.
#[derive(Clone, Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,

    #[command(flatten)]
    pub(crate) report: ReportArgs,

    #[command(flatten)]
    pub(crate) source: SourceArgs,

    #[command(flatten)]
    pub(crate) load: LoadArgs,

    #[command(flatten)]
    pub(crate) findings: FindingArgs,

    #[command(flatten)]
    pub(crate) base: BaseArgs,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    #[command(flatten)]
    pub(crate) change: ChangeArgs,

    /// Write what happens to this file, as JSON lines.
    #[arg(long, value_name = "FILE", env = "SEATRIAL_EVENTS", hide = true)]
    pub(crate) events: Option<PathBuf>,
}

/// Flags of the cluster and the network.
#[derive(Clone, Debug, Args)]
pub(crate) struct ClusterArgs {
    /// Use this kubeconfig context, or `simulated`.
    #[arg(long, value_name = "CONTEXT", env = "SEATRIAL_CLUSTER")]
    pub(crate) cluster: Option<String>,

    /// Trust the checkout, unless it is of a fork.
    #[arg(long, env = "SEATRIAL_TRUST_HEAD", value_parser = boolean)]
    pub(crate) trust_head: bool,

    /// PEM file of additional CA certificates.
    #[arg(long, value_name = "FILE", env = "SEATRIAL_CA_BUNDLE")]
    pub(crate) ca_bundle: Option<PathBuf>,
}

fn kubernetes_help() -> String {
    format!("Kubernetes minor to check against unless configured, {} by default", Minor::DEFAULT)
}

/// Flags of `validate`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ValidateArgs {
    /// What to check instead of the environments; - is standard input.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) path: PathArgs,

    #[command(flatten)]
    pub(crate) common: CommonArgs,

    #[command(flatten)]
    pub(crate) report: ReportArgs,

    #[command(flatten)]
    pub(crate) source: SourceArgs,

    #[command(flatten)]
    pub(crate) load: LoadArgs,

    /// The Kubernetes minor to check against, where no configuration says it.
    #[arg(long, value_name = "MINOR", env = "SEATRIAL_KUBERNETES", value_parser = Minor::parse, help = kubernetes_help())]
    pub(crate) kubernetes: Option<Minor>,

    /// Mend what has one right answer: apply (default) or patch.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "apply", hide_possible_values = true)]
    pub(crate) fix: Option<FixMode>,

    #[command(flatten)]
    pub(crate) findings: FindingArgs,

    #[command(flatten)]
    pub(crate) base: BaseArgs,

    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}

/// Flags of commands that look at what is there and end in no report: `cleanup` and `doctor`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ClusterOnlyArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,

    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    #[command(flatten)]
    pub(crate) change: ChangeArgs,
}

/// Flags of `report`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DeliverArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,

    /// JSON report that the other run wrote.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,

    /// PEM file of additional CA certificates.
    #[arg(long, value_name = "FILE", env = "SEATRIAL_CA_BUNDLE")]
    pub(crate) ca_bundle: Option<PathBuf>,
}

/// Flags of `collect`.
#[derive(Clone, Debug, Args)]
pub(crate) struct CollectArgs {
    /// Pattern of JUnit files (repeatable).
    #[arg(long, value_name = "PATTERN")]
    pub(crate) junit: Vec<String>,

    /// Pattern of files to keep (repeatable).
    #[arg(long, value_name = "PATTERN")]
    pub(crate) artifact: Vec<String>,
}

/// Flags of `schema`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Which schema to print.
    #[arg(value_name = "WHAT")]
    pub(crate) what: SchemaOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// `seatrial.yaml`.
    Config,
    /// The JSON report.
    Report,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_subcommand_and_no_other() {
        let listed: Vec<&str> = HELP
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .filter(|line| line.starts_with(char::is_alphabetic))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        let command = Cli::command();
        // What a pod of ours runs is not for people.
        let shown = command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set());
        let mut defined: Vec<String> = shown.map(|subcommand| subcommand.get_name().to_owned()).collect();
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        defined.sort_unstable();
        assert_eq!(sorted, defined);
    }

    #[test]
    fn the_help_fits_eighty_columns() {
        assert!(HELP.lines().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn the_definition_is_sound() {
        let mut definition = definition();
        definition.build();
        definition.debug_assert();
    }

    #[test]
    fn the_help_of_a_command_fits_one_screen() {
        let mut definition = definition();
        definition.build();
        let image = definition.find_subcommand_mut("image").and_then(|image| image.find_subcommand_mut("policy"));
        let mut policy = image.expect("a command in a command").clone();
        for command in definition.get_subcommands_mut().chain([&mut policy]) {
            let help = command.render_help().to_string();
            assert!(help.lines().count() <= 50, "{help}");
            assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
        }
    }

    #[test]
    fn an_output_needs_a_known_format_and_a_file_behind_the_equals_sign() {
        assert_eq!("json=a.json".parse::<Output>().expect("valid").file, Some(PathBuf::from("a.json")));
        assert!(
            "xml".parse::<Output>().expect_err("unknown").contains("terminal, markdown, html, junit, sarif or json")
        );
        assert!("json=".parse::<Output>().expect_err("no file").contains("json=FILE"));
        assert!("json=out/".parse::<Output>().expect_err("a directory").contains("`out/` is a directory"));
        assert!("html=out/".parse::<Output>().expect("valid").is_a_directory());
    }
}
