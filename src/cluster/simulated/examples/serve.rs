//! Starts a simulated cluster to try by hand: `cargo run -p seatrial-simulated --example serve -- PORT [SPECIFICATION.yaml]`,
//! then `kubectl --server http://127.0.0.1:PORT get pods`.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a program for trying by hand")]

use seatrial_kubernetes::Minor;
use seatrial_model::Sources;
use seatrial_simulated::{SimulatedCluster, Specification};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().map_or(Ok(8001), |port| port.parse())?;
    let specification = match arguments.next() {
        None => Specification::default(),
        Some(path) => {
            let file = Sources::new().add(&path, std::fs::read_to_string(&path)?);
            let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
            let document = parsed.documents.first().ok_or("no document")?;
            serde_json::from_value(document.node.to_json())?
        }
    };
    let cluster = SimulatedCluster::start_with(specification, Minor::DEFAULT, port).await?;
    println!("{}", cluster.url());
    std::future::pending::<()>().await;
    Ok(())
}
