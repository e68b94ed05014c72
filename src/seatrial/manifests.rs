//! `render`: manifests on standard output or in files, findings on standard error; nothing is written when it fails.

use std::io::Write;
use std::path::{Path, PathBuf};

use seatrial_kubernetes::{Minor, Scope, scope};
use seatrial_kustomize::{ImageOverride, Options};
use seatrial_model::{EXIT_FAILED, EXIT_PASSED, Manifest, Rendered, Report, ReportedFinding, ids};
use seatrial_reporters::{TerminalOptions, terminal};

use crate::cli::{ManifestFormat, RenderArgs, Wanted};
use crate::commands::write_out;
use crate::origins;
use crate::plan::{self, Planned};
use crate::print::print;
use crate::render::{image_overrides, render};
use crate::session::Session;
use crate::stop::Stop;
use crate::workspace::Workspace;

/// The command.
pub(crate) fn render_manifests(args: &RenderArgs) -> Result<u8, Stop> {
    let options = args.kustomize.options().map_err(Stop::Usage)?;
    let images = image_overrides(&args.images.image).map_err(Stop::Usage)?;
    let session = Session::open(&args.common, None)?;
    let (mut rendered, changed) = match path_of(args, &session) {
        Some(path) => render_path(&session, &path, &images, options)?,
        None => render_environment(&session, args, &images, options)?,
    };
    if let Some(image) = images.iter().zip(&changed).find(|(_, count)| **count == 0).map(|(image, _)| image) {
        return Err(Stop::Usage(format!("--image `{}` matches no rendered image", image.name)));
    }
    tell(&rendered, &session);
    if rendered.has_errors() {
        return Ok(EXIT_FAILED);
    }
    keep_wanted(&mut rendered.manifests, &args.object)?;
    match &args.output {
        Some(directory) if directory.is_dir() => write_files(directory, &rendered.manifests, args, &session),
        Some(file) => write_file(file, &text(&rendered.manifests, args, &session)),
        None => write_out(&text(&rendered.manifests, args, &session)),
    }
}

/// The path to render: the one that is named, or, as kustomize does, the current directory where a kustomization lies in it.
fn path_of(args: &RenderArgs, session: &Session) -> Option<PathBuf> {
    let has = |name: &&str| session.directory.join(name).is_file();
    let is_asked_for = args.common.environment.is_empty() && args.common.config.is_none();
    let here = || (is_asked_for && seatrial_kustomize::FILE_NAMES.iter().any(has)).then(|| PathBuf::from("."));
    args.path.clone().or_else(here)
}

type Outcome = (Rendered, Vec<usize>);

fn render_environment(
    session: &Session,
    args: &RenderArgs,
    images: &[ImageOverride],
    options: Options,
) -> Result<Outcome, Stop> {
    let workspace = Workspace::open(&session.directory, args.common.config.as_deref(), &session.sources)?;
    let mut planned = plan::environments(&workspace, &args.common.environment)?;
    if planned.len() > 1 {
        let names: Vec<String> = planned.iter().map(|p| format!("`{}`", p.name)).collect();
        return Err(Stop::Usage(format!("which environment? --environment takes one of {}", names.join(", "))));
    }
    Ok(render(&workspace.tree, &planned.remove(0).source, images, options))
}

/// Renders a path, with or without a repository around it. Without one nothing says how far up bases may lie, and kustomize sets no limit.
fn render_path(session: &Session, path: &Path, images: &[ImageOverride], options: Options) -> Result<Outcome, Stop> {
    let absolute = session.directory.join(path).canonicalize().unwrap_or_else(|_| session.directory.clone());
    let directory = if absolute.is_dir() { absolute.as_path() } else { absolute.parent().unwrap_or(&absolute) };
    let root = if absolute.starts_with(&session.directory) { session.directory.as_path() } else { directory };
    let workspace = Workspace::around(directory, root, &session.sources)?;
    let planned: Planned = plan::at_path(&session.directory, &workspace, path)?;
    let outcome = render(&workspace.tree, &planned.source, images, options);
    let leads_out = |outcome: &Outcome| outcome.0.findings.iter().any(|f| f.rule == ids::LOAD_RESTRICTION);
    if workspace.repository.is_some() || !leads_out(&outcome) {
        return Ok(outcome);
    }
    let Some(top) = absolute.ancestors().last() else { return Ok(outcome) };
    let whole = Workspace::around(top, top, &session.sources)?;
    let planned = plan::at_path(&session.directory, &whole, path)?;
    let wider = render(&whole.tree, &planned.source, images, options);
    Ok(if leads_out(&wider) { outcome } else { wider })
}

/// Findings on standard error.
fn tell(rendered: &Rendered, session: &Session) {
    rendered.manifests.iter().for_each(|m| session.masker.add_manifest(m));
    let resolve = |f| ReportedFinding::resolve(f, &session.sources, &session.masker);
    let findings: Vec<ReportedFinding> = rendered.findings.iter().map(resolve).collect();
    if findings.is_empty() {
        return;
    }
    let mut report = Report::new("render", env!("CARGO_PKG_VERSION"));
    report.add_findings(None, &findings);
    report.decide();
    let text = terminal(&report, TerminalOptions { color: session.color, width: 80, quiet: true });
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Leaves only the objects that are asked for.
///
/// # Errors
/// [`Stop::Usage`] for one that is not rendered.
fn keep_wanted(manifests: &mut Vec<Manifest>, wanted: &[Wanted]) -> Result<(), Stop> {
    let is = |manifest: &Manifest, wanted: &Wanted| {
        manifest.id.kind.eq_ignore_ascii_case(&wanted.kind)
            && manifest.id.name == wanted.name
            && wanted.namespace.as_ref().is_none_or(|namespace| manifest.id.namespace.as_ref() == Some(namespace))
    };
    let missing = wanted.iter().find(|wanted| !manifests.iter().any(|manifest| is(manifest, wanted)));
    if let Some(wanted) = missing {
        let namespace = wanted.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let alike = manifests.iter().filter(|m| m.id.kind.eq_ignore_ascii_case(&wanted.kind));
        let alike: Vec<String> = alike.take(10).map(|m| format!("`{}`", m.id)).collect();
        let hint = if alike.is_empty() { String::new() } else { format!("; there are {}", alike.join(", ")) };
        return Err(Stop::Usage(format!("no {} {namespace}{} is rendered{hint}", wanted.kind, wanted.name)));
    }
    if !wanted.is_empty() {
        manifests.retain(|manifest| wanted.iter().any(|wanted| is(manifest, wanted)));
    }
    Ok(())
}

fn text(manifests: &[Manifest], args: &RenderArgs, session: &Session) -> String {
    match (args.with_origins, args.format) {
        (false, format) => print(manifests, format),
        (true, ManifestFormat::Json) => origins::json(manifests, &session.sources),
        (true, ManifestFormat::Yaml) => origins::yaml(manifests, &session.sources),
        (true, ManifestFormat::Tree) => origins::tree(manifests, &session.sources),
    }
}

/// One file per object, named as kustomize names it (kustomize: `commands/build/writer.go`).
fn write_files(directory: &Path, manifests: &[Manifest], args: &RenderArgs, session: &Session) -> Result<u8, Stop> {
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

fn write_file(file: &Path, text: &str) -> Result<u8, Stop> {
    let cannot = |error: std::io::Error| Stop::Broken(format!("cannot write `{}`: {error}", file.display()));
    std::fs::write(file, text).map(|()| EXIT_PASSED).map_err(cannot)
}
