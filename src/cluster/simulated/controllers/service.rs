//! Services: EndpointSlices of the pods that a selector means; an address for load balancers and for Ingresses.

use serde_json::{Value, json};

use super::due::Due;
use super::ownership::{self, is_deleted, is_ready};
use crate::clock::Moment;
use crate::json;
use crate::world::World;
use crate::world::author::Author;
use crate::world::store::Key;

const SLICES: &str = "endpointslices.discovery.k8s.io";
const INGRESSES: &str = "ingresses.networking.k8s.io";
const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// When what led to the endpoints happened.
const TRIGGERED: &str = "/metadata/annotations/endpoints.kubernetes.io~1last-change-trigger-time";

/// How long a load balancer takes.
const BALANCER: i64 = 150;

/// Brings the EndpointSlice of every Service up to date.
pub(super) fn reconcile(world: &mut World, now: Moment, due: &mut Due) {
    for key in world.store.keys("services") {
        let Some(service) = world.store.get(&key).map(|s| Value::clone(s)) else { continue };
        if is_deleted(&service) {
            continue;
        }
        if json::text(&service, "/spec/type") == "LoadBalancer" {
            balance(world, &key, &service, now, due);
        }
        let Some(selector) = service.pointer("/spec/selector").and_then(Value::as_object).filter(|s| !s.is_empty())
        else {
            continue;
        };
        let selector = Value::Object(selector.clone());
        let pods = world.store.list("pods", Some(&key.namespace)).map(|(_, pod)| pod);
        let pods = pods.filter(|pod| json::includes(pod.pointer("/metadata/labels"), Some(&selector)));
        let pods: Vec<Value> = pods.filter(|pod| is_addressable(pod)).map(|pod| Value::clone(pod)).collect();
        write_slice(world, &key, &service, &pods, now);
    }
    for key in world.store.keys(INGRESSES) {
        let Some(ingress) = world.store.get(&key).map(|i| Value::clone(i)) else { continue };
        if !is_deleted(&ingress) {
            balance(world, &key, &ingress, now, due);
        }
    }
}

fn is_addressable(pod: &Value) -> bool {
    json::has(pod, "/status/podIP") && !matches!(json::text(pod, "/status/phase"), "Succeeded" | "Failed")
}

/// Gives an address to an object that has none.
fn balance(world: &mut World, key: &Key, object: &Value, now: Moment, due: &mut Due) {
    if json::has(object, "/status/loadBalancer/ingress") {
        return;
    }
    let made = Moment::parse(json::text(object, "/metadata/creationTimestamp")).unwrap_or(now);
    if now < made.after(BALANCER) {
        due.at(made.after(BALANCER));
        return;
    }
    let number = world.next_number() % 250 + 2;
    let ingress = json!([{"ip": format!("192.0.2.{number}"), "ipMode": "VIP"}]);
    world.update(key, Author::CONTROLLER_STATUS, now, |object| {
        json::set(object, "/status/loadBalancer/ingress", ingress);
    });
}

fn write_slice(world: &mut World, service_key: &Key, service: &Value, pods: &[Value], now: Moment) {
    let endpoints: Vec<Value> = pods.iter().map(|pod| endpoint(pod, service)).collect();
    let ports: Vec<Value> = json::items(service, "/spec/ports")
        .iter()
        .map(|port| {
            let number = pods.first().map_or(Value::Null, |pod| target_port(port, pod));
            let number =
                if number.is_null() { port.get("targetPort").filter(|t| t.is_i64()).cloned() } else { Some(number) };
            json!({"name": json::text(port, "/name"), "protocol": json::text(port, "/protocol"), "port": number})
        })
        .collect();
    let existing = world
        .store
        .list(SLICES, Some(&service_key.namespace))
        .find(|(_, slice)| ownership::is_controlled_by(slice, json::text(service, "/metadata/uid")));
    let existing = existing.map(|(key, _)| key.clone());
    if let Some(key) = existing {
        let (endpoints, ports) = (Value::from(endpoints), Value::from(ports));
        world.update(&key, Author::CONTROLLER, now, |slice| {
            if slice.get("endpoints") == Some(&endpoints) && slice.get("ports") == Some(&ports) {
                return;
            }
            json::set(slice, "/endpoints", endpoints);
            json::set(slice, "/ports", ports);
            json::set(slice, TRIGGERED, now.text());
        });
        return;
    }
    let mut labels = service.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    json::set(&mut labels, &format!("/{}", SERVICE_NAME.replace('/', "~1")), service_key.name.as_str());
    json::set(&mut labels, "/endpointslice.kubernetes.io~1managed-by", "endpointslice-controller.k8s.io");
    let mut slice = json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"generateName": format!("{}-", service_key.name), "labels": labels, "ownerReferences": [ownership::reference(service)]},
        "endpoints": endpoints, "ports": ports,
    });
    json::set(&mut slice, TRIGGERED, now.text());
    let name = format!("{}-{}", service_key.name, world.new_suffix());
    world.insert(&Key::new(SLICES, &service_key.namespace, &name), slice, Author::CONTROLLER, now);
}

fn endpoint(pod: &Value, service: &Value) -> Value {
    let (terminating, ready) = (is_deleted(pod), is_ready(pod));
    let publishes_all = service.pointer("/spec/publishNotReadyAddresses") == Some(&Value::Bool(true));
    json!({
        "addresses": [json::text(pod, "/status/podIP")],
        "conditions": {"ready": publishes_all || ready && !terminating, "serving": ready, "terminating": terminating},
        "nodeName": json::text(pod, "/spec/nodeName"),
        "targetRef": {
            "kind": "Pod", "name": json::text(pod, "/metadata/name"),
            "namespace": json::text(pod, "/metadata/namespace"), "uid": json::text(pod, "/metadata/uid"),
        },
    })
}

/// The number that a service's port means in a pod; null when the pod has no port of that name.
fn target_port(port: &Value, pod: &Value) -> Value {
    let target = port.get("targetPort").or_else(|| port.get("port")).cloned().unwrap_or_default();
    let Some(name) = target.as_str() else { return target };
    let containers = json::items(pod, "/spec/containers").iter();
    let mut ports = containers.flat_map(|container| json::items(container, "/ports"));
    let found = ports.find(|p| json::text(p, "/name") == name).and_then(|p| p.get("containerPort"));
    found.cloned().unwrap_or_default()
}

/// The ready pods behind one port of a Service, with the port's number in them.
pub(crate) fn ready_endpoints(world: &World, namespace: &str, service: &Value, port: &Value) -> Vec<(Value, i64)> {
    let uid = json::text(service, "/metadata/uid");
    let slices = world.store.list(SLICES, Some(namespace)).map(|(_, slice)| slice);
    let endpoints = slices.filter(|slice| ownership::is_controlled_by(slice, uid));
    let endpoints = endpoints.flat_map(|slice| json::items(slice, "/endpoints").to_vec());
    let ready = endpoints.filter(|endpoint| endpoint.pointer("/conditions/ready") == Some(&Value::Bool(true)));
    ready
        .filter_map(|endpoint| {
            let key = Key::new("pods", namespace, json::text(&endpoint, "/targetRef/name"));
            let pod = world.store.get(&key)?;
            let number = target_port(port, pod).as_i64()?;
            Some((Value::clone(pod), number))
        })
        .collect()
}
