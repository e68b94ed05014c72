//! A simulated cluster, manifests as YAML text, and what a deployment said of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use seatrial_api::{Cluster, ClusterTarget, Environment};
use seatrial_deploy::{CancelToken, DeployOptions, Deployed, Preview, Progress, RunIdentity, deploy};
use seatrial_model::{Manifest, Masker, ObjectId, Sources, group_of};
use seatrial_simulated::{Forbidden, Image, SimulatedCluster, Specification};
use seatrial_transport::{Settings, Transport};
use serde_json::Value;

/// A shop as users write it: everything in one namespace that is itself among the objects.
pub(crate) const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  greeting: hello
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: acr.io/web:1.4.0
        ports: [ { containerPort: 8080 } ]
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector: { app: web }
  ports: [ { port: 80, targetPort: 8080 } ]
---
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  namespace: shop
spec:
  backoffLimit: 1
  template:
    spec:
      restartPolicy: Never
      containers: [ { name: migrate, image: \"acr.io/migrate:1\" } ]
";

/// A cluster and how it is deployed to.
pub(crate) struct Harness {
    _simulated: SimulatedCluster,
    pub(crate) cluster: Cluster,
    pub(crate) options: DeployOptions,
    pub(crate) sources: Sources,
    /// Lines of progress, as they came.
    pub(crate) progress: Arc<Mutex<Vec<Progress>>>,
}

impl Harness {
    pub(crate) async fn start() -> Harness {
        Harness::start_forbidding(&[]).await
    }

    /// A cluster that refuses verbs on resources.
    pub(crate) async fn start_forbidding(forbid: &[(&str, &str)]) -> Harness {
        let image = |name: &str, tags: &[&str]| Image {
            name: name.to_owned(),
            tags: tags.iter().map(|t| (*t).to_owned()).collect(),
            ..Image::default()
        };
        let images = vec![
            image("acr.io/web", &["1.4.0", "1.4.1"]),
            Image { exits: Some(3), logs: vec!["fatal: no database".to_owned()], ..image("acr.io/web", &["crash"]) },
            Image { exits: Some(0), ..image("acr.io/migrate", &["1", "2"]) },
            Image { exits: Some(4), logs: vec!["fatal: table exists".to_owned()], ..image("acr.io/migrate", &["bad"]) },
        ];
        let forbid = forbid
            .iter()
            .map(|(verb, resource)| Forbidden { verb: (*verb).to_owned(), resource: (*resource).to_owned() });
        let specification = Specification { images, forbid: forbid.collect() };
        let simulated = SimulatedCluster::start(specification).await.expect("a port is free");
        let transport = Transport::new(&Settings::default()).expect("a client");
        let target = ClusterTarget::Url(simulated.url().to_owned());
        let cluster = Cluster::connect(&target, &Environment::new(), &transport, &Arc::new(Masker::new())).await;
        Harness {
            _simulated: simulated,
            cluster: cluster.expect("the simulated cluster answers"),
            options: DeployOptions {
                unserved: seatrial_deploy::Unserved::default(),
                hold: seatrial_deploy::Hold::default(),
                recreate: Vec::new(),
                environment: "dev".to_owned(),
                preview: None,
                timeout: Duration::from_secs(20),
                settle: Duration::ZERO,
                run: RunIdentity {
                    holder: "run-1".to_owned(),
                    repository: Some("acme/shop".to_owned()),
                    pull_request: Some(12),
                    commit: Some("abc1234".to_owned()),
                },
            },
            sources: Sources::new(),
            progress: Arc::default(),
        }
    }

    /// Deploys into a preview namespace from now on.
    pub(crate) fn into_preview(mut self, namespace: &str) -> Harness {
        self.options.preview = Some(Preview { namespace: namespace.to_owned(), ttl: Duration::from_secs(72 * 3600) });
        self
    }

    pub(crate) fn manifests(&self, yaml: &str) -> Vec<Manifest> {
        let file = self.sources.add("deploy/all.yaml", yaml.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
        parsed.documents.into_iter().map(|d| Manifest::from_node(d.node).expect("an object")).collect()
    }

    pub(crate) async fn deploy(&self, yaml: &str) -> Deployed {
        let (_sender, cancel) = CancelToken::new();
        self.deploy_until(yaml, &cancel).await
    }

    pub(crate) async fn deploy_until(&self, yaml: &str, cancel: &CancelToken) -> Deployed {
        let manifests = self.manifests(yaml);
        let mut deployed = deploy(&self.cluster, &manifests, &self.options, &|p| self.note(p), cancel).await;
        self.watch(&mut deployed, cancel).await;
        deployed
    }

    /// What becomes of a deployment without tests.
    pub(crate) async fn watch(&self, deployed: &mut Deployed, cancel: &CancelToken) {
        let Some(settling) = deployed.settling.take() else { return };
        let watched = settling.watch(&|p| self.note(p), cancel, std::future::ready(())).await;
        deployed.findings.extend(watched.findings);
        deployed.notices.extend(watched.notices);
        deployed.broken = deployed.broken.take().or(watched.broken);
    }

    pub(crate) fn note(&self, progress: Progress) {
        self.progress.lock().expect("not poisoned").push(progress);
    }

    /// `error[rule] path:line: message`, one per finding.
    pub(crate) fn findings(&self, deployed: &Deployed) -> Vec<String> {
        let line = |finding: &seatrial_model::Finding| {
            let place = seatrial_model::locate(&self.sources, &Masker::new(), finding.primary.span);
            format!("{} line {}: {}", finding.rule.as_str(), place.line, finding.message)
        };
        deployed.findings.iter().map(line).collect()
    }

    pub(crate) async fn get(
        &self,
        api_version: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<Value> {
        let group = group_of(api_version);
        let id = ObjectId::new(group, kind, namespace, name);
        self.cluster.get(api_version, &id).await.expect("the simulated cluster answers")
    }
}

/// `created Namespace shop`, one per change.
pub(crate) fn changes(deployed: &Deployed) -> Vec<String> {
    deployed.changes.iter().map(|c| format!("{} {}", c.action.as_str(), c.object)).collect()
}
