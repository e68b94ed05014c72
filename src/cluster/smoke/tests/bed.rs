//! A simulated cluster and what tests are told of it, for all tests of this crate.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use seatrial_api::{Cluster, ClusterTarget, Environment};
use seatrial_deploy::{CancelToken, Canceller};
use seatrial_model::{Masker, TestResult};
use seatrial_simulated::{SimulatedCluster, Specification};
use seatrial_smoke::{Context, Planned, Probe, Shared, Test, TestOptions, Told};
use seatrial_transport::{Settings, Transport};

/// A simulated cluster, and the context of a test in its namespace `shop`.
pub(crate) async fn start(specification: Specification) -> (SimulatedCluster, Context) {
    let (server, context, _) = start_in(specification, PathBuf::from(env!("CARGO_MANIFEST_DIR"))).await;
    (server, context)
}

/// The same, with the directory in which programs run, and with what stops the tests.
pub(crate) async fn start_in(
    specification: Specification,
    directory: PathBuf,
) -> (SimulatedCluster, Context, Canceller) {
    let server = SimulatedCluster::start(specification).await.expect("a free port");
    let transport = Transport::new(&Settings::default()).expect("no settings are fine");
    let masker = Arc::new(Masker::new());
    masker.add("hunter2hunter2");
    let target = ClusterTarget::Url(server.url().to_owned());
    let cluster = Cluster::connect(&target, &Environment::new(), &transport, &masker).await.expect("it answers");
    let (canceller, cancel) = CancelToken::new();
    let path = std::env::var("PATH").unwrap_or_default();
    let shared = Shared {
        environment: "dev".to_owned(),
        url: Some("https://shop.dev.example.com".to_owned()),
        preview: None,
        artifacts: Some(directory.join("reports")),
        directory,
        variables: BTreeMap::from([
            ("PATH".to_owned(), path),
            ("KUBECONFIG".to_owned(), "/root/config".to_owned()),
            ("TOKEN".to_owned(), "hunter2hunter2".to_owned()),
        ]),
        is_secret: |name| name == "TOKEN",
        run: "1".to_owned(),
        collector: None,
        is_simulated: true,
        manifests: Arc::new([]),
        cancel,
    };
    let (namespace, shared) = ("shop".to_owned(), Arc::new(shared));
    (server, Context { cluster, transport, namespace, job: None, wrong: None, shared }, canceller)
}

/// A test with a name.
pub(crate) fn named(name: &str, probe: Probe, options: TestOptions, context: &Context) -> Planned {
    let test = Test { name: name.to_owned(), probe, options };
    Planned { test, context: context.clone(), is_unaffected: false }
}

/// What became of tests.
pub(crate) async fn results(tests: &[Planned], told: &(dyn Fn(Told<'_>) + Sync)) -> Vec<TestResult> {
    seatrial_smoke::run(tests, told).await.into_iter().map(|ran| ran.result).collect()
}
