//! `init`: what the repository holds → `seatrial.yaml`, and the file that makes a CI run it. What is there is never changed.

mod ci_files;
mod configuration;
mod names;

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use seatrial_discover::{Found, Source};
use seatrial_model::{Rendered, Sources, shown_on_one_line};
use seatrial_tree::within;

use crate::cli::InitArgs;
use crate::commands::write_out;
use crate::config;
use crate::context::session;
use crate::context::workspace::{Workspace, link_on_the_way};
use crate::judge::plan::{PlanFlags, Planned};
use crate::judge::renderer::Renderer;
use crate::process::secrets;
use crate::process::stop::Stop;
use crate::process::streams::{self, Written};

use ci_files::{CiText, ci_text, forge_of};
use configuration::Entry;

/// Environments that are listed on the terminal.
const MOST_LISTED: usize = 20;

/// A file to be written.
struct NewFile<'a> {
    path: &'a str,
    text: &'a str,
}

/// `init`.
pub(crate) fn init(args: &InitArgs) -> Result<u8, Stop> {
    let directory = session::current_directory(&secrets::environment())?;
    let workspace = Workspace::open(&directory, args.config.as_deref(), &Arc::new(Sources::new()))?;
    let path = &workspace.config_path;
    let is_kept = !args.dry_run && args.ci.is_some() && is_there(&workspace.root, path);
    let url = workspace.repository.as_ref().and_then(|repository| repository.origin_url());
    let forge = url.as_deref().and_then(forge_of);
    let ci = args.ci.map(|ci| ci_text(ci, forge, path));
    let configuration = if is_kept { None } else { Some(Configuration::of(&workspace)?) };
    let own = configuration.iter().map(|found| NewFile { path, text: &found.text });
    let files: Vec<NewFile<'_>> = own.chain(ci.iter().map(|ci| NewFile { path: ci.path, text: &ci.text })).collect();
    if args.dry_run {
        return print(&files);
    }
    write(&files, &workspace)?;
    let kept = is_kept.then_some(path.as_str());
    write_out(Written::Text(&told(&files, kept, configuration.as_ref(), ci.as_ref())))
}

/// A configuration that was made.
struct Configuration {
    entries: Vec<Entry>,
    text: String,
    /// What was found and is not in it.
    left_out: Vec<String>,
}

impl Configuration {
    fn of(workspace: &Workspace) -> Result<Configuration, Stop> {
        let Found { environments, left_out } =
            Renderer::alone(&workspace.tree, &workspace.parsed).discovery().below("");
        let left_out = left_out.sentences();
        if environments.is_empty() {
            let seen: String = left_out.iter().map(|sentence| format!("; {sentence}")).collect();
            return Err(Stop::Usage(format!(
                "nothing was found that an environment could be rendered from: no kustomization, no cluster of Flux, no \
                 chart and no manifest in `{}`{seen}; a configuration may also be written by hand, see the README",
                workspace.root.display()
            )));
        }
        let sources: Vec<Source> = environments.into_iter().map(|found| as_written(found.source, workspace)).collect();
        let names = names::names(&sources);
        let entries: Vec<Entry> = names.into_iter().zip(sources).map(|(name, source)| Entry { name, source }).collect();
        let text = configuration::text(&entries, &workspace.config_path);
        // Nobody should have to mend what was written for them.
        config::read(&workspace.config_path, &text).map_err(Stop::Config)?;
        Ok(Configuration { entries, text, left_out })
    }
}

/// Plain manifests that are alone in their directory need no more than its path: a file that comes to them later must be a manifest, too.
fn as_written(source: Source, workspace: &Workspace) -> Source {
    let Source::Loose(loose) = &source else { return source };
    let (tree, path) = (&workspace.tree, &loose.path);
    let holds_configuration = within(&workspace.config_path, path).is_some();
    let found = || seatrial_manifests::render_found(tree, &workspace.parsed, path, &loose.files);
    if !holds_configuration && is_same(&found(), &seatrial_manifests::render(tree, path)) {
        return Source::Manifests(path.clone());
    }
    source
}

/// Whether two renderings give the same objects and findings.
fn is_same(a: &Rendered, b: &Rendered) -> bool {
    let objects = |rendered: &Rendered| -> Vec<_> {
        rendered.manifests.iter().map(|manifest| (manifest.id.clone(), manifest.node.span())).collect()
    };
    let findings = |rendered: &Rendered| -> Vec<_> {
        let each = rendered.findings.iter();
        each.map(|found| (found.rule, found.level, found.message.clone(), found.primary.span)).collect()
    };
    objects(a) == objects(b) && findings(a) == findings(b)
}

/// Whether there is anything at a path, be it a link that leads nowhere.
fn is_there(root: &Path, path: &str) -> bool {
    root.join(path).symlink_metadata().is_ok()
}

/// Prints what would be written: a single file as it is.
fn print(files: &[NewFile<'_>]) -> Result<u8, Stop> {
    let text = match files {
        [file] => file.text.to_owned(),
        files => files.iter().fold(String::new(), |mut text, file| {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{gap}==> {} <==\n{}", shown_on_one_line(file.path), file.text);
            text
        }),
    };
    write_out(Written::Text(&text))
}

/// Writes all files, once it is sure that none of them is there.
fn write(files: &[NewFile<'_>], workspace: &Workspace) -> Result<(), Stop> {
    for NewFile { path, .. } in files {
        if let Some(link) = link_on_the_way(&workspace.tree, path).filter(|link| link != path) {
            return Err(Stop::Usage(format!("`{path}` would be written through `{link}`, which is a symbolic link")));
        }
        if is_there(&workspace.root, path) {
            return Err(Stop::Usage(format!(
                "`{path}` is there already and is not changed: nothing was written; move it away, or see what would be \
                 written with --dry-run"
            )));
        }
    }
    let mut written: Vec<&str> = Vec::new();
    for file in files {
        if let Err(error) = create(&workspace.root.join(file.path), file.text) {
            let before = match written.as_slice() {
                [] => String::new(),
                paths => format!("; written before: `{}`", paths.join("`, `")),
            };
            return Err(Stop::Broken(format!("cannot write `{}`: {error}{before}", file.path)));
        }
        written.push(file.path);
    }
    Ok(())
}

/// Writes a file that is not there. Half a file is taken away again.
fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).inspect_err(|_| {
        let _ = std::fs::remove_file(path);
    })
}

/// What is said when all is written.
fn told(
    files: &[NewFile<'_>],
    kept: Option<&str>,
    configuration: Option<&Configuration>,
    ci: Option<&CiText>,
) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        let _ = writeln!(text, "{}", streams::harmless_line(words));
    };
    if let Some(path) = kept {
        line(&format!("kept {path}"));
    }
    files.iter().for_each(|file| line(&format!("wrote {}", file.path)));
    if let Some(Configuration { entries, left_out, .. }) = configuration {
        let width = entries.iter().take(MOST_LISTED).map(|entry| entry.name.len()).max().unwrap_or_default();
        line("");
        for Entry { name, source } in entries.iter().take(MOST_LISTED) {
            let planned = Planned::found(source.clone(), PlanFlags::default());
            line(&format!("  {name:width$}  {}", planned.describe()));
        }
        match entries.len().saturating_sub(MOST_LISTED) {
            0 => {}
            more => line(&format!("  and {more} more")),
        }
        left_out.iter().for_each(|sentence| line(&format!("not listed: {sentence}")));
    }
    line("");
    let steps = ci.iter().flat_map(|ci| &ci.next).map(String::as_str);
    steps.for_each(|step| line(&format!("next: {step}")));
    line("next: seatrial validate");
    text
}
