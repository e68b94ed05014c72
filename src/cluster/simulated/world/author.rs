//! Who writes in the cluster itself: their names in `managedFields`.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::fields::managed_fields::{Operation, Write, Writer};
use crate::json;
use crate::resource::Resource;
use crate::world::World;
use crate::world::admission;
use crate::world::store::Key;

/// The part of an object that somebody writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything but the status, when that has its own endpoint.
    Main,
    /// The status.
    Status,
}

impl Part {
    /// As `managedFields` names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Part::Main => "",
            Part::Status => "status",
        }
    }

    /// Parts of the object that are not written with it.
    pub(crate) fn resets(self, resource: &Resource) -> &'static [&'static str] {
        match self {
            Part::Main if resource.has_status => &["status"],
            Part::Main => &[],
            Part::Status => &["spec", "data"],
        }
    }
}

/// A component of the cluster and the part of objects that it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    manager: &'static str,
    part: Part,
}

impl Author {
    /// A controller.
    pub(crate) const CONTROLLER: Author = Author { manager: "kube-controller-manager", part: Part::Main };
    /// A controller that writes a status.
    pub(crate) const CONTROLLER_STATUS: Author = Author { manager: "kube-controller-manager", part: Part::Status };
    /// The kubelet.
    pub(crate) const KUBELET: Author = Author { manager: "kubelet", part: Part::Main };
    /// The kubelet that writes a status.
    pub(crate) const KUBELET_STATUS: Author = Author { manager: "kubelet", part: Part::Status };
    /// The scheduler.
    pub(crate) const SCHEDULER: Author = Author { manager: "kube-scheduler", part: Part::Main };
    /// The API server: it owns nothing.
    pub(crate) const SERVER: Author = Author { manager: "", part: Part::Main };

    /// Records in an object that this one changed it.
    fn record(self, resource: &Resource, world: &World, old: &Value, object: &mut Value, now: Moment) {
        if self == Author::SERVER {
            return;
        }
        let writer = Writer {
            manager: self.manager.to_owned(),
            operation: Operation::Update,
            api_version: resource.api_version(),
            subresource: self.part.name().to_owned(),
        };
        let resets = self.part.resets(resource);
        let schema = resource.schema(world.resources.minor);
        Write { writer: &writer, schema: schema.as_ref(), resets }.record(old, object, now);
    }
}

impl World {
    /// Stores a new object of the cluster's own making, with identity, owner and defaults.
    pub(crate) fn insert(&mut self, key: &Key, mut object: Value, author: Author, now: Moment) {
        json::set(&mut object, "/metadata/name", key.name.as_str());
        if !key.namespace.is_empty() {
            json::set(&mut object, "/metadata/namespace", key.namespace.as_str());
        }
        if let Some(resource) = self.resources.by_name(&key.resource) {
            crate::schema::defaults::fill(&resource, &mut object);
            author.record(&resource, self, &json!({}), &mut object, now);
            if resource.counts_generations() || resource.kind == "Pod" {
                json::set(&mut object, "/metadata/generation", 1);
            }
            admission::fill_at_creation(self, &resource, &mut object);
        }
        json::set(&mut object, "/metadata/uid", self.new_uid());
        json::set(&mut object, "/metadata/creationTimestamp", now.text());
        self.store.put(key, object);
    }

    /// Stores what `change` makes of an object, unless that is the same. Gives the object as it is then.
    pub(crate) fn update(
        &mut self,
        key: &Key,
        author: Author,
        now: Moment,
        change: impl FnOnce(&mut Value),
    ) -> Option<Arc<Value>> {
        let old = Arc::clone(self.store.get(key)?);
        let mut new = Value::clone(&old);
        change(&mut new);
        if new == *old {
            return Some(old);
        }
        if let Some(resource) = self.resources.by_name(&key.resource) {
            author.record(&resource, self, &old, &mut new, now);
        }
        Some(self.store.put(key, new))
    }
}
