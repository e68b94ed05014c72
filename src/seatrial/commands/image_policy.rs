//! `image policy`: an image policy of Flux, or an input provider of flux-operator, simulated over a list of tags.

mod asked;
mod provider;
mod tags;
mod told;

use seatrial_flux::image_policy::ImagePolicy;
use seatrial_model::{EXIT_FAILED, EXIT_USAGE};

use crate::cli::variables::FromVariables;
use crate::cli::{Color, CommonArgs, DecisionFormat, PolicyArgs};
use crate::commands::write_out;
use crate::context::session::Session;
use crate::process::stop::Stop;
use crate::process::streams::Written;

use asked::{Question, asked, wrong_flag};

/// The command.
pub(crate) fn simulate(args: &PolicyArgs) -> Result<u8, Stop> {
    let session = Session::open(&common(), None)?;
    // What was wrong with a file has been told at its lines.
    let asked = match asked(args, &session)? {
        Some(Question::Policy(asked)) => asked,
        Some(Question::Provider(object)) => return provider::simulate(args, &session, &object),
        None => return Ok(EXIT_USAGE),
    };
    if args.at.is_some() {
        return Err(Stop::Usage("--at is for an input provider: an image policy has no schedule".to_owned()));
    }
    let policy = ImagePolicy::new(&asked.spec).map_err(|wrong| wrong_flag(args, &wrong))?;
    let tags = tags::read(args.tags.as_deref(), &session)?;
    let decision = policy.decide(&tags);
    let text = match args.output {
        DecisionFormat::Text => told::text(&asked, &decision, tags.len(), args.verbose),
        DecisionFormat::Json => told::json(&asked, &decision),
    };
    let text = session.masked(&text);
    let written = match args.output {
        DecisionFormat::Text => Written::Text(&text),
        DecisionFormat::Json => Written::Json(&text),
    };
    let passed = write_out(written)?;
    Ok(if decision.winner.is_some() { passed } else { EXIT_FAILED })
}

/// The flags that other commands have and this one does not need.
fn common() -> CommonArgs {
    CommonArgs {
        config: None,
        environment: Vec::new(),
        offline: true,
        verbose: 0,
        quiet: false,
        color: Color::Auto,
        ci: None,
        from_variables: FromVariables::default(),
    }
}
