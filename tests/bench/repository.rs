//! Writes repositories to measure with:
//!
//! - `overlays DIRECTORY OVERLAYS BASES`: overlays over bases of about 20 kB, as in `repository/`;
//! - `resources DIRECTORY NUMBER`: one kustomization with that many objects;
//! - `images DIRECTORY NUMBER`: one ConfigMap under that many entries of `images`;
//! - `clusters DIRECTORY CLUSTERS KUSTOMIZATIONS`: clusters that Flux reconciles, all with the same applications of ten objects each, as in
//!   `clusters/`: a third as they are, a third with patches and images of the cluster, a third by an overlay; each with variables.
//!
//! Usage: `cargo run --release --example repository -- overlays target/bench/300 300 60`.
#![allow(clippy::disallowed_methods, reason = "a tool for measurements, which writes files")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Services of a base; with them it has about 20 kB.
const SERVICES: [&str; 7] = ["web", "api", "cart", "stock", "search", "mail", "billing"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["overlays", directory, overlays, bases] => {
            write_overlays(Path::new(directory), overlays.parse()?, bases.parse()?)?;
        }
        ["resources", directory, number] => write_resources(Path::new(directory), number.parse()?)?,
        ["images", directory, number] => write_images(Path::new(directory), number.parse()?)?,
        ["clusters", directory, clusters, kustomizations] => {
            write_clusters(Path::new(directory), clusters.parse()?, kustomizations.parse()?)?;
        }
        _ => {
            return Err(
                "usage: overlays DIRECTORY OVERLAYS BASES | resources DIRECTORY NUMBER | images DIRECTORY NUMBER | clusters DIRECTORY CLUSTERS KUSTOMIZATIONS"
                    .into(),
            );
        }
    }
    Ok(())
}

fn write_overlays(root: &Path, overlays: usize, bases: usize) -> Result<(), Box<dyn Error>> {
    for base in 0..bases {
        let fill = |text: &str| text.replace("BASE", &base.to_string());
        let services = SERVICES.map(|name| fill(include_str!("repository/service.yaml")).replace("SERVICE", name));
        let directory = root.join(format!("bases/application-{base}"));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("services.yaml"), services.concat())?;
        fs::write(directory.join("application.yaml"), fill(include_str!("repository/application.yaml")))?;
        fs::write(directory.join("kustomization.yaml"), "resources:\n- services.yaml\n- application.yaml\n")?;
    }
    for overlay in 0..overlays {
        let base = overlay % bases;
        let fill = |text: &str| text.replace("BASE", &base.to_string()).replace("OVERLAY", &overlay.to_string());
        let directory = root.join(format!("overlays/dev-{overlay}"));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("kustomization.yaml"), fill(include_str!("repository/overlay.yaml")))?;
        fs::write(directory.join("resources.yaml"), fill(include_str!("repository/resources.yaml")))?;
    }
    Ok(())
}

fn write_clusters(root: &Path, clusters: usize, kustomizations: usize) -> Result<(), Box<dyn Error>> {
    for base in 0..kustomizations {
        let fill = |text: &str| text.replace("BASE", &base.to_string()).replace("SERVICE", "web");
        let directory = root.join(format!("apps/application-{base}"));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("application.yaml"), fill(include_str!("repository/application.yaml")))?;
        fs::write(directory.join("service.yaml"), fill(include_str!("repository/service.yaml")))?;
        fs::write(directory.join("variables.yaml"), fill(include_str!("clusters/variables.yaml")))?;
        let resources = "resources:\n- application.yaml\n- service.yaml\n- variables.yaml\n";
        fs::write(directory.join("kustomization.yaml"), resources)?;
    }
    let mut environments = String::from("version: 1\nenvironments:\n");
    for cluster in 1..=clusters {
        let name = format!("c{cluster}");
        writeln!(environments, "  {name}: {{ flux: {{ path: clusters/{name} }} }}")?;
        let directory = root.join(format!("clusters/{name}"));
        fs::create_dir_all(&directory)?;
        let mut applications = String::new();
        for base in 0..kustomizations {
            let fill = |text: &str| text.replace("BASE", &base.to_string()).replace("CLUSTER", &cluster.to_string());
            let path = match base % 3 {
                2 => format!("overlays/{name}/application-{base}"),
                _ => format!("apps/application-{base}"),
            };
            let kustomization = fill(include_str!("clusters/kustomization.yaml")).replace("PATH", &path);
            writeln!(
                applications,
                "{kustomization}{}---",
                match base % 3 {
                    1 => fill(include_str!("clusters/patches.yaml")),
                    _ => String::new(),
                }
            )?;
            if base % 3 == 2 {
                fs::create_dir_all(root.join(&path))?;
                fs::write(root.join(&path).join("kustomization.yaml"), fill(include_str!("clusters/overlay.yaml")))?;
            }
        }
        fs::write(directory.join("applications.yaml"), applications)?;
        let own = include_str!("clusters/flux-system.yaml").replace("CLUSTER", &cluster.to_string());
        fs::write(directory.join("flux-system.yaml"), own)?;
    }
    fs::write(root.join("seatrial.yaml"), environments)?;
    Ok(())
}

fn write_resources(root: &Path, number: usize) -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    for base in 0..number.div_ceil(3) {
        let service = include_str!("repository/service.yaml").replace("BASE", &base.to_string());
        text.push_str(&service.replace("SERVICE", "web"));
    }
    fs::create_dir_all(root)?;
    fs::write(root.join("services.yaml"), text)?;
    let transformers = "namespace: team\nnamePrefix: dev-\ncommonAnnotations: { owner: team }\n";
    let images = "images: [{ name: registry.example.com/shop/web, newTag: '2' }]\n";
    fs::write(root.join("kustomization.yaml"), format!("resources: [services.yaml]\n{transformers}{images}"))?;
    Ok(())
}

fn write_images(root: &Path, number: usize) -> Result<(), Box<dyn Error>> {
    let mut data = String::new();
    let mut images = String::new();
    for entry in 0..2_000 {
        writeln!(data, "  key-{entry}: value {entry}")?;
    }
    for image in 0..number {
        writeln!(images, "- name: registry.example.com/shop/service-{image}\n  newTag: 1.0.{image}")?;
    }
    fs::create_dir_all(root)?;
    fs::write(
        root.join("map.yaml"),
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\ndata:\n{data}"),
    )?;
    fs::write(root.join("kustomization.yaml"), format!("resources: [map.yaml]\nimages:\n{images}"))?;
    Ok(())
}
