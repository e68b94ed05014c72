//! The seed of a target: random bytes in a Secret of its namespace, of which charts make passwords, keys and certificates there.
//!
//! Whoever reads the repository cannot guess what is made of it, the next deployment makes the same, and a preview takes its own along.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use seatrial_api::ApiError;
use seatrial_model::{Finding, Manifest, ObjectId};
use serde_json::{Value, json};

use crate::blame::field_path::name_span;
use crate::ids;
use crate::plan::place::Placed;
use crate::work::{Stop, Work};

/// The name of the Secret.
pub(crate) const NAME: &str = "seatrial-seed";

/// Random bytes. They are not shown, and not printed.
#[derive(Clone, Copy)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Of bytes that nobody can guess.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Seed {
        Seed(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// Renders an environment with a seed: its objects, or why that cannot be done.
pub type Render<'a> = &'a (dyn Fn(&Seed) -> Result<Arc<[Manifest]>, String> + Send + Sync);

/// What makes the objects of a deployment anew, once the seed of its target is known.
#[derive(Clone, Copy)]
pub struct Seeded<'a> {
    /// What the seed becomes where the target has none yet, or why there are no random bytes.
    pub fresh: &'a (dyn Fn() -> Result<Seed, String> + Send + Sync),
    /// Makes the objects.
    pub render: Render<'a>,
}

/// The seed of a namespace: the one that lies there, else the fresh one. Of two runs at once, one creates it and both have the same.
pub(crate) async fn of_namespace(work: &Work<'_>, namespace: &str, seeded: &Seeded<'_>) -> Result<Seed, Stop> {
    let id = ObjectId::new("", "Secret", Some(namespace), NAME);
    work.enter(format!("reading the Secret `{NAME}`"));
    for _ in 0..2 {
        let live = work.until(work.cluster.get("v1", &id)).await?;
        if let Some(live) = live.map_err(|error| refused(error, namespace))? {
            return read(work, &live, namespace);
        }
        let fresh = (seeded.fresh)().map_err(Stop::NoSeed)?;
        work.cluster.masker().add(&STANDARD.encode(fresh.0));
        match work.create(&secret(namespace, &fresh)).await? {
            Ok(_) => return Ok(fresh),
            // Another run was faster.
            Err(ApiError::Rejected { code: 409, .. }) => {}
            Err(error) => return Err(refused(error, namespace)),
        }
    }
    Err(Stop::NoSeed(format!("the Secret `{NAME}` in namespace `{namespace}` comes and goes")))
}

fn read(work: &Work<'_>, live: &Value, namespace: &str) -> Result<Seed, Stop> {
    let text = live.pointer("/data/seed").and_then(Value::as_str).unwrap_or_default();
    let bytes = STANDARD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let is_ours = live.pointer("/metadata/labels/app.kubernetes.io~1managed-by").and_then(Value::as_str)
        == Some("seatrial")
        && live.get("immutable") == Some(&Value::Bool(true));
    let Some(bytes) = bytes.filter(|_| is_ours) else {
        let why = format!(
            "the Secret `{NAME}` in namespace `{namespace}` was not made by Seatrial: delete it, and a new one is made"
        );
        return Err(Stop::NoSeed(why));
    };
    work.cluster.masker().add(text);
    Ok(Seed(bytes))
}

fn secret(namespace: &str, seed: &Seed) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": NAME,
            "namespace": namespace,
            "labels": { "app.kubernetes.io/managed-by": "seatrial" },
        },
        "type": "Opaque",
        "immutable": true,
        "data": { "seed": STANDARD.encode(seed.0) },
    })
}

fn refused(error: ApiError, namespace: &str) -> Stop {
    match error {
        ApiError::Forbidden { verb, .. } => Stop::NoSeed(format!(
            "not allowed to {verb} the Secret `{NAME}`, of which they are made: grant get and create on secrets in namespace `{namespace}`"
        )),
        other => Stop::Api(other),
    }
}

/// What is to be said of it.
pub(crate) fn notice(namespace: &str) -> String {
    format!(
        "what charts make at random is made of the Secret `{NAME}` in namespace `{namespace}`, and stays the same while that lies there"
    )
}

/// The objects that would be the seed: the repository does not say what it is.
pub(crate) fn claimed(objects: &[Placed<'_>]) -> Vec<Finding> {
    let claims =
        |object: &&Placed<'_>| object.id.kind == "Secret" && object.id.group.is_empty() && object.id.name == NAME;
    let told = objects.iter().filter(claims).map(|object| {
        let message = format!("the Secret `{NAME}` is Seatrial's own, and not deployed: give this one another name");
        Finding::new(ids::RESERVED_NAME, name_span(&object.manifest.node), message).with_object(&object.id)
    });
    told.collect()
}
