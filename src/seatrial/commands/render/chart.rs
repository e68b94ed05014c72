//! `render CHART`: what `helm template` prints, byte for byte, or nothing.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_helm::chart::{CHART_FILE, Loaded};
use seatrial_helm::render::{Capabilities, Printing, Release, Request, render, text_of};
use seatrial_helm::{Major, Resources, SetError, Typing, Values, named, placed};
use seatrial_kubernetes::Minor;
use seatrial_model::{EXIT_FAILED, Finding, Level, Origin, Rendered, SetBy, SourceFile, Span};

use crate::cli::{HelmArgs, ManifestFormat, PathKind, RenderArgs};
use crate::commands::render::files::{text, write_file};
use crate::commands::render::{directory_of, keep_wanted, tell};
use crate::context::session::Session;
use crate::context::workspace::{Workspace, normal};
use crate::judge::plan::cannot_open;
use crate::process::stop::Stop;
use crate::process::streams::{Stream, Written, tell_line};

/// What `helm template` calls a release that nobody has named.
const UNNAMED: &str = "release-name";

/// Whether a path is a chart: an archive, or a directory with a `Chart.yaml` and, unless it is read as a chart, without a kustomization.
pub(crate) fn is_chart(path: &Path, read_as: Option<PathKind>) -> bool {
    let has = |name: &str| path.join(name).is_file();
    let is_only = || !seatrial_tree::KUSTOMIZATION_FILES.iter().any(|name| has(name));
    (has(CHART_FILE) && (read_as == Some(PathKind::Helm) || is_only()))
        || (path.extension().is_some_and(|extension| extension == "tgz") && path.is_file())
}

/// Renders the chart at a path.
///
/// # Errors
/// [`Stop::Usage`] for a flag that is wrong, [`Stop::Broken`] when nothing can be written.
pub(crate) fn render_chart(args: &RenderArgs, session: &Session, path: &Path) -> Result<u8, Stop> {
    let loaded = open(session, path)?;
    let mut findings = loaded.told_by(args.helm.major());
    let given = Given { session, flags: &args.helm };
    let values = given.values(&mut findings)?;
    let (Some(chart), Some(values)) = (loaded.chart, values.map(Values::into_node)) else {
        tell(&[(None, &Rendered { findings, ..Rendered::default() })], session);
        return Ok(EXIT_FAILED);
    };
    // The process ends with the command: nobody needs the memory of what was made for it, and to give it back takes time.
    let chart = ManuallyDrop::new(chart);
    let flags = &args.helm;
    let release = Release {
        name: flags.release.as_deref().unwrap_or(UNNAMED).to_owned(),
        namespace: flags.namespace.as_deref().unwrap_or("default").to_owned(),
        is_upgrade: flags.is_upgrade,
        revision: 1,
    };
    let capabilities = capabilities(flags)?;
    let by = SetBy::CommandLine;
    let request = Request::new(&release, &values, &by, &capabilities);
    let (lookup, wrong) = looked_up(session, &flags.lookup_resources)?;
    findings.extend(wrong);
    let request = Request { lookup: lookup.as_ref(), checks_schemas: !flags.skip_schema_validation, ..request };
    let made = ManuallyDrop::new(render(&chart, &request));
    let printing = Printing {
        include_crds: flags.include_crds,
        skip_tests: flags.skip_tests,
        no_hooks: flags.no_hooks,
        show_only: flags.show_only.clone(),
    };
    // Helm prints objects whatever is wrong with them.
    let is_wrong = |finding: &Finding| finding.level == Level::Error;
    let has_failed = made.failure.is_some() || findings.iter().chain(&made.findings).any(is_wrong);
    let is_as_helm = args.format == ManifestFormat::Yaml && !args.with_origins && args.object.is_empty();
    // Of objects that are printed as the templates say them nobody asks where they are from.
    let objects = if is_as_helm { named(&made, chart.start()) } else { placed(&made, chart.start()) };
    let warned_of = |finding: Finding| match finding.level {
        Level::Error if !has_failed => finding.with_level(Level::Warning),
        _ => finding,
    };
    findings.extend(objects.findings.into_iter().map(warned_of));
    let mut rendered = ManuallyDrop::new(Rendered { manifests: objects.manifests, findings, ..Rendered::default() });
    session.masker.add_manifests(&rendered.manifests, &session.sources);
    tell(&[(None, &rendered)], session);
    if has_failed {
        return Ok(EXIT_FAILED);
    }
    let printed = match text_of(&made, &printing) {
        Ok(printed) => printed,
        Err(why) => {
            tell_line(&format!("error: {why}"));
            return Ok(EXIT_FAILED);
        }
    };
    let printed = match is_as_helm {
        true => printed,
        false => {
            keep_wanted(&mut rendered.manifests, &args.object);
            text(&rendered.manifests, args, session)
        }
    };
    match &args.output {
        Some(file) if Stream::behind(file).is_none() => write_file(file, &printed),
        _ => crate::commands::write_out(Written::Manifests(&printed)),
    }
}

/// What the chart sees of a cluster.
fn capabilities(flags: &HelmArgs) -> Result<Capabilities, Stop> {
    let mut capabilities = Capabilities::of_helm(flags.major());
    if let Some(version) = &flags.kube_version {
        let wrong = || Stop::Usage(format!("--kube-version: `{version}` is not a version of Kubernetes"));
        capabilities = capabilities.with_version(version).ok_or_else(wrong)?;
    }
    Ok(capabilities.with_api_versions(&flags.api_versions))
}

/// The files around a path that somebody names, from a root that is found by its real path; and the path among them.
fn around(session: &Session, path: &Path, root: fn(&Path) -> &Path) -> Result<(Workspace, String), Stop> {
    let absolute = normal(&session.directory.join(path));
    let real = absolute.canonicalize().map_err(|error| cannot_open(path, &error.to_string()))?;
    let workspace = Workspace::around(root(&real), root(&real), &session.sources)?;
    let inside = workspace.lexically_in_tree(&real).unwrap_or_default();
    Ok((workspace, inside))
}

/// The directory that a path lies in.
fn above(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// What `lookup` finds; nothing may lie outside of what is named.
fn looked_up(session: &Session, paths: &[PathBuf]) -> Result<(Option<Resources>, Vec<Finding>), Stop> {
    let (mut manifests, mut findings) = (Vec::new(), Vec::new());
    for path in paths {
        let (workspace, inside) = around(session, path, directory_of)?;
        let (found, wrong) = Resources::read(&workspace.tree, &[inside]);
        manifests.extend(found);
        findings.extend(wrong);
    }
    session.masker.learn(&session.sources);
    Ok(((!paths.is_empty()).then(|| Resources::new(Minor::DEFAULT, manifests)), findings))
}

/// The chart at a path, and what is wrong with it.
fn open(session: &Session, path: &Path) -> Result<Loaded, Stop> {
    // What lies beside the chart is not read, but a link in it may lead there.
    let (Workspace { tree, .. }, inside) = around(session, path, above)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let asked = || Span::start_of(session.sources.add(&path.display().to_string(), String::new()).id());
    Loaded::at(&tree, &inside, &name, asked).map_err(|error| cannot_open(path, &format!("it {error}")))
}

/// The values that the command line gives.
struct Given<'a> {
    session: &'a Session,
    flags: &'a HelmArgs,
}

impl Given<'_> {
    /// In the order in which Helm takes them (helm: `cli/values.Options.MergeValues`); `None` where a file cannot be read, and why.
    fn values(&self, findings: &mut Vec<Finding>) -> Result<Option<Values>, Stop> {
        let before = findings.len();
        let flags = self.flags;
        let line = self.session.sources.add("<command line>", String::new());
        let mut values = Values::none(Span::start_of(line.id()));
        for path in &flags.values {
            let file = self.file(path)?;
            match values.with_file(&file, flags.major()) {
                Ok(merged) => values = merged,
                Err(finding) => findings.push(*finding),
            }
        }
        for json in &flags.set_json {
            if flags.major() == Major::Three && json.trim_start().starts_with('{') {
                let why = "Helm 3 takes `path=JSON` alone";
                return Err(Stop::Usage(format!("--set-json `{json}`: {why}")));
            }
            let file = self.session.sources.add("<command line>", json.clone());
            values = values.with_json(&file).map_err(|error| Stop::Usage(format!("--set-json `{json}`: {error}")))?;
        }
        let all = [("--set", &flags.set, Typing::Typed), ("--set-string", &flags.set_string, Typing::Text)];
        for (flag, lines, typing) in all {
            for line in lines {
                self.set(&mut values, line, typing).map_err(|error| wrong(flag, line, &error))?;
            }
        }
        for line in &flags.set_file {
            let (name, path) = line.split_once('=').unwrap_or((line, ""));
            let file = self.file(Path::new(path))?;
            let set = format!("{name}={}", seatrial_helm::escaped(file.text()));
            self.set(&mut values, &set, Typing::Text).map_err(|error| wrong("--set-file", line, &error))?;
        }
        for line in &flags.set_literal {
            self.set(&mut values, line, Typing::Literal).map_err(|error| wrong("--set-literal", line, &error))?;
        }
        Ok((findings.len() == before).then_some(values))
    }

    fn set(&self, values: &mut Values, line: &str, typing: Typing) -> Result<(), SetError> {
        let file = self.session.sources.add("<command line>", line.to_owned());
        let origin = Origin::from(Span::new(file.id(), 0, line.len()));
        values.set(line, typing, &origin, &SetBy::CommandLine)
    }

    fn file(&self, path: &Path) -> Result<Arc<SourceFile>, Stop> {
        let shown = path.display().to_string();
        let text = if path == Path::new("-") {
            crate::judge::given::standard_input_text()?
        } else {
            let absolute = self.session.directory.join(path);
            std::fs::read_to_string(&absolute).map_err(|error| cannot_open(path, &error.to_string()))?
        };
        Ok(self.session.sources.add(&shown, text))
    }
}

fn wrong(flag: &str, line: &str, error: &SetError) -> Stop {
    Stop::Usage(format!("{flag} `{line}`: {error}"))
}
