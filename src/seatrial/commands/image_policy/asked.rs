//! The policy that is asked about: flags, or an object in a file.

use std::path::{Path, PathBuf};

use seatrial_flux::image_policy::{
    Choice, DEFAULT_EXCLUSION, DigestReflection, Part, PolicySpec, TagFilter, Wrong, exclusions, read,
};
use seatrial_flux::input_provider::{self, ProviderObject};
use seatrial_model::{Manifest, Rendered};

use crate::cli::{Order, PolicyArgs};
use crate::commands::render::tell;
use crate::context::session::Session;
use crate::context::workspace::Workspace;
use crate::judge::plan::{cannot_open, leads_out};
use crate::process::stop::Stop;

/// The group of Flux's image kinds, in all versions.
const GROUP: &str = "image.toolkit.fluxcd.io";

/// What is asked about.
#[derive(Debug)]
pub(super) enum Question {
    /// A policy of Flux.
    Policy(Asked),
    /// An input provider of flux-operator.
    Provider(ProviderObject),
}

/// A policy, and what else its object says.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) spec: PolicySpec,
    pub(super) digest: DigestReflection,
    pub(super) is_suspended: bool,
}

/// The policy of the flags or of the file; `None` where what is wrong with the object has been told.
pub(super) fn asked(args: &PolicyArgs, session: &Session) -> Result<Option<Question>, Stop> {
    match &args.policy {
        Some(policy) => in_file(policy, session),
        None => Ok(Some(Question::Policy(of_flags(args)))),
    }
}

fn of_flags(args: &PolicyArgs) -> Asked {
    let order = |order: Option<Order>| order.map_or("", Order::as_str).to_owned();
    let choice = match (&args.semver, args.alphabetical) {
        (Some(range), _) => Choice::Semver(range.clone()),
        (None, Some(alphabetical)) => Choice::Alphabetical(order(Some(alphabetical))),
        (None, None) => Choice::Numerical(order(args.numerical)),
    };
    let filter =
        args.filter.clone().map(|pattern| TagFilter { pattern, extract: args.extract.clone().unwrap_or_default() });
    let spec = PolicySpec { choice, filter, exclusions: vec![DEFAULT_EXCLUSION.to_owned()] };
    Asked { spec, digest: DigestReflection::Never, is_suspended: false }
}

/// Which flags are wrong.
pub(super) fn wrong_flag(args: &PolicyArgs, wrong: &[Wrong]) -> Stop {
    let each = wrong.iter().map(|Wrong { part, because }| {
        let flag = match part {
            Part::Pattern => "--filter",
            Part::Extract => "--extract",
            Part::Range => "--semver",
            Part::Order if args.alphabetical.is_some() => "--alphabetical",
            Part::Order | Part::Exclusion(_) => "--numerical",
        };
        format!("{flag}: {because}. {}", part.way_out())
    });
    Stop::Usage(each.collect::<Vec<_>>().join("; "))
}

fn in_file(policy: &str, session: &Session) -> Result<Option<Question>, Stop> {
    let (path, name) = file_and_name(policy, &session.directory);
    let rendered = objects(&path, session)?;
    let policies: Vec<&Manifest> =
        rendered.manifests.iter().filter(|m| is(m, "ImagePolicy") || is_provider(m)).collect();
    let wanted = |manifest: &&&Manifest| name.is_none_or(|name| goes_by(manifest, name));
    let found: Vec<&&Manifest> = policies.iter().filter(wanted).collect();
    let [manifest] = found.as_slice() else {
        // What could not be read may have been the policy.
        tell(&[(None, &rendered)], session);
        return if rendered.has_errors() { Ok(None) } else { Err(which(&path, name, &policies, found.len())) };
    };
    if is_provider(manifest) {
        return Ok(provider(manifest, session)?.map(Question::Provider));
    }
    let mut findings = Vec::new();
    let object = read(manifest).map_err(|own| findings.extend(own)).ok();
    let repository = object.as_ref().and_then(|object| object.repository.as_ref());
    let is_its = |m: &&Manifest| {
        let id = repository.map(|(namespace, name)| (namespace.as_str(), name.as_str()));
        is(m, "ImageRepository") && id == Some((m.id.namespace.as_deref().unwrap_or_default(), m.id.name.as_str()))
    };
    let excluded = exclusions(rendered.manifests.iter().find(is_its)).map_err(|own| findings.extend(own)).ok();
    let is_suspended = manifest.node.at(&["spec", "suspend"]).and_then(|node| node.as_bool()) == Some(true);
    match object.zip(excluded).filter(|_| findings.is_empty()) {
        Some((object, exclusions)) => {
            let spec = PolicySpec { exclusions, ..object.spec };
            Ok(Some(Question::Policy(Asked { spec, digest: object.digest, is_suspended })))
        }
        None => {
            tell(&[(None, &Rendered { findings, ..Rendered::default() })], session);
            Ok(None)
        }
    }
}

fn is_provider(manifest: &Manifest) -> bool {
    manifest.id.group == "fluxcd.controlplane.io" && manifest.id.kind == "ResourceSetInputProvider"
}

/// A provider that lists tags; `None` where what is wrong with it has been told.
fn provider(manifest: &Manifest, session: &Session) -> Result<Option<ProviderObject>, Stop> {
    match input_provider::read(manifest) {
        Ok(object) if object.lists_tags() => Ok(Some(object)),
        Ok(object) => Err(Stop::Usage(format!(
            "{} is of the type `{}` and takes no tags; name one of a type such as `OCIArtifactTag`",
            manifest.id, object.kind
        ))),
        Err(findings) => {
            tell(&[(None, &Rendered { findings, ..Rendered::default() })], session);
            Ok(None)
        }
    }
}

/// A file, and perhaps a name behind a colon; a file whose own name has one is meant where it exists.
fn file_and_name<'a>(text: &'a str, directory: &Path) -> (PathBuf, Option<&'a str>) {
    match text.rsplit_once(':').filter(|(file, name)| !file.is_empty() && !name.is_empty()) {
        Some((file, name)) if !directory.join(text).exists() => (PathBuf::from(file), Some(name)),
        _ => (PathBuf::from(text), None),
    }
}

/// The objects of a file, as they are written.
fn objects(path: &Path, session: &Session) -> Result<Rendered, Stop> {
    let absolute = session.directory.join(path);
    let cannot = |error: std::io::Error| cannot_open(path, &error.to_string());
    if absolute.metadata().map_err(cannot)?.is_dir() {
        return Err(cannot_open(path, "it is a directory; name a file"));
    }
    let directory = absolute.parent().unwrap_or(&absolute);
    let workspace = Workspace::around(directory, directory, &session.sources)?;
    let inside = workspace.lexically_in_tree(&absolute).or_else(|| workspace.really_in_tree(&absolute));
    let inside = inside.ok_or_else(|| leads_out(path, &workspace.root))?;
    Ok(seatrial_manifests::render(&workspace.tree, &inside))
}

fn is(manifest: &Manifest, kind: &str) -> bool {
    manifest.id.group.as_str() == GROUP && manifest.id.kind.as_str() == kind
}

/// Whether `name` or `namespace/name` means an object.
fn goes_by(manifest: &Manifest, name: &str) -> bool {
    match name.split_once('/') {
        Some((namespace, name)) => {
            manifest.id.namespace.as_deref() == Some(namespace) && manifest.id.name.as_str() == name
        }
        None => manifest.id.name.as_str() == name,
    }
}

/// That a name fits none, or several.
fn which(path: &Path, name: Option<&str>, policies: &[&Manifest], fitting: usize) -> Stop {
    let names: Vec<String> = policies
        .iter()
        .take(20)
        .map(|m| {
            m.id.namespace.as_deref().map_or_else(|| format!("`{}`", m.id.name), |n| format!("`{n}/{}`", m.id.name))
        })
        .collect();
    let path = path.display();
    Stop::Usage(match (name, names.is_empty()) {
        (_, true) => format!(
            "`{path}` has no ImagePolicy; name the file that has one, or use --semver, --alphabetical or --numerical"
        ),
        (Some(name), false) if fitting == 0 => {
            format!("`{path}` has no ImagePolicy `{name}`; it has {}", names.join(", "))
        }
        _ => format!("which policy? --policy {path}:NAME takes one of {}", names.join(", ")),
    })
}
