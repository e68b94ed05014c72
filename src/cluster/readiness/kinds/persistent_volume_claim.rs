//! PersistentVolumeClaim. Corrected: a claim that waits for its first consumer is as far as it can be.

use seatrial_model::{Cause, Subject};
use serde_json::Value;

use crate::live::event::{is_about, message, newest, reason};
use crate::live::field::{clip, text};
use crate::messages::mending;
use crate::messages::reference::quoted;
use crate::{Live, Remedy, Status};

pub(crate) fn status(live: Live<'_>) -> Status {
    let object = live.object;
    match text(object, &["status", "phase"]) {
        Some("Bound") => return Status::current("bound"),
        Some("Lost") => return Status::failed(Cause::of_object("Lost", "its volume was lost")),
        _ => {}
    }
    let own = |e: &Value| is_about(e, object, "PersistentVolumeClaim");
    let Some(event) = newest(live.events, own) else { return without_a_word(object) };
    match reason(event) {
        "WaitForFirstConsumer" => Status::current("waiting for its first consumer"),
        "ProvisioningFailed" | "FailedBinding" | "ExternalProvisioning" => {
            let said = message(event);
            let text = match driver(said) {
                Some(driver) => format!("waiting for `{driver}` to make its volume"),
                None => clip(said),
            };
            let cause = Cause::of_object(reason(event), text).about(subject(object, said));
            let remedy = mending::of_claim(said);
            Status { remedy, ..Status::held_up(format!("not bound yet, {}", cause.text), cause) }
        }
        "VolumeMismatch" => {
            let cause = Cause::of_object(reason(event), clip(message(event))).about(mismatch(message(event)));
            waiting_for_volume(cause)
        }
        _ => without_a_word(object),
    }
}

fn waiting_for_volume(cause: Cause) -> Status {
    Status { remedy: Some(Remedy::Volume), ..Status::held_up(format!("not bound yet, {}", cause.text), cause) }
}

/// Nobody says that the volume which a claim names is not there.
fn without_a_word(claim: &Value) -> Status {
    match text(claim, &["spec", "volumeName"]).filter(|name| !name.is_empty()) {
        Some(name) => {
            let why = format!("the volume `{name}` that it names does not exist or has not been bound to it");
            waiting_for_volume(Cause::of_object("Pending", why).about(of_claim("volumeName")))
        }
        None => Status::in_progress("not bound yet"),
    }
}

fn of_claim(field: &str) -> Subject {
    Subject::PodField(format!("spec.{field}"))
}

/// What of the claim the volume that it names does not have: `Cannot bind to requested volume "a": incompatible accessMode`.
fn mismatch(said: &str) -> Subject {
    let fields = [
        ("accessMode", "accessModes"),
        ("volumeMode", "volumeMode"),
        ("too small", "resources.requests.storage"),
        ("storageClassName", "storageClassName"),
        ("VolumeAttributesClassName", "volumeAttributesClassName"),
    ];
    let found = fields.into_iter().find(|(words, _)| said.contains(words));
    of_claim(found.map_or("volumeName", |(_, field)| field))
}

/// What of the claim the controller of volumes means (kubernetes: `pkg/controller/volume/persistentvolume`).
fn subject(claim: &Value, said: &str) -> Option<Subject> {
    if let Some(driver) = driver(said) {
        return Some(Subject::CsiDriver(driver.to_owned()));
    }
    let told = quoted(said, "storageclass.storage.k8s.io \"");
    let class = told.or_else(|| text(claim, &["spec", "storageClassName"])).filter(|class| !class.is_empty());
    (class.is_some() || said.contains("no storage class is set"))
        .then(|| Subject::StorageClass(class.map(str::to_owned)))
}

/// `Waiting for a volume to be created either by the external provisioner 'disk.csi.azure.com' or manually by the system administrator.`
fn driver(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("external provisioner '")?;
    rest.split_once('\'').map(|(driver, _)| driver)
}
