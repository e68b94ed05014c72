//! `render`: manifests on standard output or in files, findings on standard error; nothing is written when it fails.

use std::path::{Path, PathBuf};

use seatrial_kustomize::{ImageOverride, LoadRestriction};
use seatrial_model::{EXIT_FAILED, Manifest, Rendered, Report, ReportedFinding, ids};
use seatrial_reporters::{Detail, TerminalOptions, terminal};

use crate::checkouts::Checkouts;
use crate::cli::{ManifestFormat, RenderArgs, Wanted};
use crate::commands::write_out;
use crate::manifest_files::{text, write_file, write_files};
use crate::plan::{self, Planned};
use crate::render::{Renderer, image_overrides, matches_nothing, unmatched};
use crate::render_each::RenderEach;
use crate::session::Session;
use crate::stop::Stop;
use crate::streams::{self, Written};
use crate::workspace::Workspace;

/// The command.
pub(crate) fn render_manifests(args: &RenderArgs) -> Result<u8, Stop> {
    let restriction = args.kustomize.load_restriction().map_err(Stop::Usage)?;
    let images = image_overrides(&args.source.image).map_err(Stop::Usage)?;
    let session = Session::open(&args.common, None)?;
    let (mut rendered, changed) = match paths_of(args, &session).as_slice() {
        [path] => render_path(&session, path, &images, args, restriction)?,
        paths => {
            let (workspace, planned) = plan(paths, args, &session)?;
            let renderer = renderer(&workspace, args, restriction, &session)?;
            match (planned.as_slice(), &args.output) {
                ([one], _) => renderer.render(&one.source, &images),
                (_, Some(directory)) => {
                    let each = RenderEach { renderer: &renderer, images: &images, args, session: &session };
                    return each.write_into(directory, &planned);
                }
                (_, None) => return Err(Stop::Usage(which(&planned, paths))),
            }
        }
    };
    if let Some(image) = unmatched(&images, &[changed.as_slice()]) {
        return Err(Stop::Usage(matches_nothing(image)));
    }
    rendered.manifests.iter().for_each(|m| session.masker.add_manifest(m));
    tell(&[(None, &rendered)], &session);
    if rendered.has_errors() {
        return Ok(EXIT_FAILED);
    }
    if let Some(wanted) = args.object.iter().find(|wanted| !rendered.manifests.iter().any(|m| wanted.is(m))) {
        return Err(Stop::Usage(not_rendered(wanted, &rendered.manifests)));
    }
    keep_wanted(&mut rendered.manifests, &args.object);
    match &args.output {
        Some(directory) if directory.is_dir() => write_files(directory, &rendered.manifests, args, &session),
        Some(file) => write_file(file, &text(&rendered.manifests, args, &session)),
        None => write_out(written(&text(&rendered.manifests, args, &session), args.format)),
    }
}

/// What manifests are on standard output: YAML goes into a cluster as it is.
fn written(text: &str, format: ManifestFormat) -> Written<'_> {
    match format {
        ManifestFormat::Yaml => Written::Manifests(text),
        ManifestFormat::Json => Written::Json(text),
        ManifestFormat::Tree => Written::Text(text),
    }
}

/// The paths to render: those that are named, or, as kustomize does, the current directory where a kustomization lies in it.
fn paths_of(args: &RenderArgs, session: &Session) -> Vec<PathBuf> {
    let has = |name: &&str| session.directory.join(name).is_file();
    let is_asked_for = args.common.environment.is_empty() && args.common.config.is_none();
    if args.paths.is_empty() && is_asked_for && seatrial_kustomize::FILE_NAMES.iter().any(has) {
        return vec![PathBuf::from(".")];
    }
    args.paths.clone()
}

/// What lies at several paths, each once; without any, the environments.
fn plan(paths: &[PathBuf], args: &RenderArgs, session: &Session) -> Result<(Workspace, Vec<Planned>), Stop> {
    if paths.is_empty() {
        let workspace = Workspace::open(&session.directory, args.common.config.as_deref(), &session.sources)?;
        let planned = plan::environments(&workspace, &args.common.environment)?;
        return Ok((workspace, planned));
    }
    let workspace = Workspace::around(&session.directory, &session.directory, &session.sources)?;
    let planned = paths.iter().map(|path| plan::at_path(&session.directory, &workspace, path));
    let mut planned = planned.collect::<Result<Vec<Planned>, Stop>>()?;
    planned.sort_by(|a, b| a.name.cmp(&b.name));
    planned.dedup_by(|a, b| a.name == b.name);
    Ok((workspace, planned))
}

/// Why several cannot go to standard output: nobody could tell them apart there.
fn which(planned: &[Planned], paths: &[PathBuf]) -> String {
    let way_out = "--output DIR writes a file for each";
    if !paths.is_empty() {
        return format!("{} paths cannot be told apart on standard output; {way_out}", paths.len());
    }
    let names: Vec<String> = planned.iter().take(20).map(|p| format!("`{}`", p.name)).collect();
    let more = if planned.len() > 20 { format!(" and {} more", planned.len() - 20) } else { String::new() };
    format!("which environment? --environment takes one of {}{more}; {way_out}", names.join(", "))
}

fn renderer(
    workspace: &Workspace,
    args: &RenderArgs,
    load_restriction: LoadRestriction,
    session: &Session,
) -> Result<Renderer, Stop> {
    let options = Checkouts::of(&args.source, session, workspace)?.options(load_restriction);
    Ok(Renderer::new(&workspace.tree, &workspace.parsed, options))
}

/// Renders a path, with or without a repository around it. Without one nothing says how far up bases may lie, and kustomize sets no limit.
fn render_path(
    session: &Session,
    path: &Path,
    images: &[ImageOverride],
    args: &RenderArgs,
    restriction: LoadRestriction,
) -> Result<(Rendered, Vec<usize>), Stop> {
    let absolute = session.directory.join(path).canonicalize().unwrap_or_else(|_| session.directory.clone());
    let directory = if absolute.is_dir() { absolute.as_path() } else { absolute.parent().unwrap_or(&absolute) };
    let root = if absolute.starts_with(&session.directory) { session.directory.as_path() } else { directory };
    let workspace = Workspace::around(directory, root, &session.sources)?;
    let planned: Planned = plan::at_path(&session.directory, &workspace, path)?;
    let outcome = renderer(&workspace, args, restriction, session)?.render(&planned.source, images);
    let leads_out =
        |outcome: &(Rendered, Vec<usize>)| outcome.0.findings.iter().any(|f| f.rule == ids::LOAD_RESTRICTION);
    if workspace.repository.is_some() || !leads_out(&outcome) {
        return Ok(outcome);
    }
    let Some(top) = absolute.ancestors().last() else { return Ok(outcome) };
    let whole = Workspace::around(top, top, &session.sources)?;
    let planned = plan::at_path(&session.directory, &whole, path)?;
    let wider = renderer(&whole, args, restriction, session)?.render(&planned.source, images);
    Ok(if leads_out(&wider) { outcome } else { wider })
}

/// Findings on standard error, those of several environments with their names.
pub(crate) fn tell(rendered: &[(Option<&str>, &Rendered)], session: &Session) {
    let mut report = Report::new("render", env!("CARGO_PKG_VERSION"));
    for (environment, rendered) in rendered {
        let resolve = |f| ReportedFinding::resolve(f, &session.sources, &session.masker);
        let findings: Vec<ReportedFinding> = rendered.findings.iter().map(resolve).collect();
        report.add_findings(*environment, &findings);
    }
    if report.findings.is_empty() {
        return;
    }
    report.decide();
    let text = terminal(&report, TerminalOptions { color: session.color, width: 80, detail: Detail::Findings });
    streams::tell(Written::Painted(&text));
}

/// Leaves only the objects that are asked for.
pub(crate) fn keep_wanted(manifests: &mut Vec<Manifest>, wanted: &[Wanted]) {
    if !wanted.is_empty() {
        manifests.retain(|manifest| wanted.iter().any(|wanted| wanted.is(manifest)));
    }
}

/// That an object is not among those that are rendered, and which are.
fn not_rendered(wanted: &Wanted, manifests: &[Manifest]) -> String {
    let alike = manifests.iter().filter(|m| m.id.kind.eq_ignore_ascii_case(&wanted.kind));
    let alike: Vec<String> = alike.take(10).map(|m| format!("`{}`", m.id)).collect();
    let hint = if alike.is_empty() { String::new() } else { format!("; there are {}", alike.join(", ")) };
    format!("no {wanted} is rendered{hint}")
}
