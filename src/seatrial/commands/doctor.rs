//! `doctor`: what works here and what is missing, rung by rung, with what to grant. It writes nothing, to no forge and to no cluster.
//!
//! It asks by the same rules as a run: whose word counts is `authority`'s, so that a fork's pull request reaches no cluster and uses no token.

mod clusters;
mod forge;
mod local;
mod rung;

use seatrial_model::Masker;

use crate::cli::BaseChoice;
use crate::cli::ClusterOnlyArgs;
use crate::commands::{connect_to_network, write_out};
use crate::context::authority::{AuthorityFlags, Purpose};
use crate::context::run_context::RunContext;
use crate::context::session::Session;
use crate::process::stop::Stop;
use crate::process::streams::Written;

use rung::{Mark, Rung, Section, exit_code, told};

/// `doctor`.
pub(crate) async fn doctor(args: &ClusterOnlyArgs) -> Result<u8, Stop> {
    let session = Session::open(&args.common, Some(&args.change))?;
    let transport = connect_to_network(&session, args.cluster.ca_bundle.as_deref())?;
    let (trust_head, cluster) = (args.cluster.trust_head, args.cluster.cluster.as_deref());
    let flags = AuthorityFlags { trust_head, cluster, purpose: Purpose::Judge };
    let mut context = RunContext::open(&session, &args.common, flags, BaseChoice::of(None))?;
    context.ask_whose_it_is(&transport, args.common.offline).await;
    let configuration = local::configuration(&mut context);
    let is_wrong = configuration.iter().any(|rung| rung.mark == Mark::Wrong);
    let mut sections = vec![
        Section { title: "Repository", rungs: local::repository(&context) },
        Section { title: "Configuration", rungs: configuration },
        Section { title: "CI", rungs: local::ci(&context) },
        Section { title: "Report", rungs: forge::report(&context, &transport, args.common.offline).await },
    ];
    let rungs = match is_wrong {
        true => vec![Rung::new(Mark::Idle, "not asked: the configuration is wrong")],
        false => clusters::clusters(&context, &transport, args).await,
    };
    sections.push(Section { title: "Clusters", rungs });
    tell(&sections, &session.masker)
}

fn tell(sections: &[Section], masker: &Masker) -> Result<u8, Stop> {
    write_out(Written::Text(&masker.mask(&told(sections))))?;
    Ok(exit_code(sections))
}
