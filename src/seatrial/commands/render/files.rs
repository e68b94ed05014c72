//! Rendered manifests as text and as files.

use std::path::Path;

use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_model::{EXIT_PASSED, Manifest};

use crate::cli::{ManifestFormat, RenderArgs};
use crate::commands::render::origins;
use crate::commands::render::print::{Emit, print};
use crate::context::session::Session;
use crate::process::stop::Stop;

/// The text of manifests in the wanted format, with or without origins.
pub(crate) fn text(manifests: &[Manifest], args: &RenderArgs, session: &Session) -> String {
    text_by(manifests, args, session, seatrial_yaml::emit)
}

/// The same with the values and keys that a host could obey written as escapes: whoever parses it gets the same values.
pub(crate) fn text_for_a_log(manifests: &[Manifest], args: &RenderArgs, session: &Session) -> String {
    text_by(manifests, args, session, |node| seatrial_yaml::emit_escaping(node, seatrial_ci::begins_command))
}

fn text_by(manifests: &[Manifest], args: &RenderArgs, session: &Session, emit: Emit) -> String {
    match (args.with_origins, args.format) {
        (false, format) => print(manifests, format, emit),
        (true, ManifestFormat::Json) => origins::json(manifests, &session.sources),
        (true, ManifestFormat::Yaml) => origins::yaml(manifests, &session.sources, emit),
        (true, ManifestFormat::Tree) => origins::tree(manifests, &session.sources),
    }
}

/// One file per object, named as kustomize names it (kustomize: `commands/build/writer.go`).
pub(crate) fn write_files(
    directory: &Path,
    manifests: &[Manifest],
    args: &RenderArgs,
    session: &Session,
) -> Result<u8, Stop> {
    let namespace = |manifest: &Manifest| {
        let id = &manifest.id;
        let is_cluster_scoped = scope(Minor::DEFAULT, &id.group, &id.kind) == Some(Scope::Cluster);
        (!is_cluster_scoped).then(|| id.namespace.clone().unwrap_or_else(|| "default".to_owned()))
    };
    let mut namespaces: Vec<String> = manifests.iter().filter_map(namespace).collect();
    namespaces.sort();
    namespaces.dedup();
    for manifest in manifests {
        let version = manifest.api_version().replace('/', "_");
        let prefix = namespace(manifest).filter(|_| namespaces.len() > 1).map(|n| format!("{n}_")).unwrap_or_default();
        let name = format!("{prefix}{version}_{}_{}.yaml", manifest.id.kind, manifest.id.name).to_lowercase();
        // What an object is called may be anything, and must not lead out of the directory.
        write_file(
            &directory.join(name.replace(['/', '\\'], "_")),
            &text(std::slice::from_ref(manifest), args, session),
        )?;
    }
    Ok(EXIT_PASSED)
}

/// Writes a file.
pub(crate) fn write_file(file: &Path, text: &str) -> Result<u8, Stop> {
    let cannot = |error: std::io::Error| Stop::Broken(format!("cannot write `{}`: {error}", file.display()));
    std::fs::write(file, text).map(|()| EXIT_PASSED).map_err(cannot)
}
