//! What the two sides of `diff` are: commits, or files and directories.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seatrial_helm::chart::{CHART_FILE, is_chart};
use seatrial_kustomize::{ClusterGiven, HelmCharts};
use seatrial_model::{BelongsTo, Rendered, SourceFile, Span};
use seatrial_tree::{EntryKind, KUSTOMIZATION_FILES, SIZE_LIMIT, Tree, file_name, join};
use seatrial_yaml::{Dialect, parse};

use crate::cli::DiffArgs;
use crate::context::session::Session;
use crate::context::workspace::Workspace;
use crate::judge::plan::{PlanFlags, cannot_open};
use crate::judge::preparation::{Preparation, Selection};
use crate::process::stop::Stop;

/// How standard input is called.
const STANDARD_INPUT: &str = "-";

/// What lies in a directory of manifests, unless nothing in it has such a name.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// What is compared.
pub(super) enum Sides {
    /// Two commits; the base is found where none is named, and the head is the working copy then.
    Commits { base: Option<String>, head: Option<String> },
    /// Two files or directories.
    Paths { base: PathBuf, head: PathBuf },
}

impl Sides {
    /// What the command line says: what exists as a file is a path, all else is a commit.
    ///
    /// # Errors
    /// [`Stop::Usage`] for one path without another, a path beside a commit, and a name that may be both.
    pub(super) fn of(args: &DiffArgs, session: &Session) -> Result<Sides, Stop> {
        for (name, side) in [("BASE", &args.before), ("HEAD", &args.after)] {
            if side.as_ref().is_some_and(String::is_empty) {
                return Err(Stop::Usage(format!("{name} is empty: name a commit or a path, or leave it out")));
            }
        }
        let is_path = |text: &String| text == STANDARD_INPUT || session.directory.join(text).exists();
        match (&args.before, &args.after) {
            (Some(base), Some(head)) if base == STANDARD_INPUT && head == STANDARD_INPUT => {
                Err(Stop::Usage("both sides are standard input: name a file for one of them".to_owned()))
            }
            (Some(base), Some(head)) => match (is_path(base), is_path(head)) {
                (true, true) => Ok(Sides::Paths { base: base.into(), head: head.into() }),
                (false, false) => Ok(Sides::Commits { base: Some(base.clone()), head: Some(head.clone()) }),
                (true, false) => Err(not_alike(base, head)),
                (false, true) => Err(not_alike(head, base)),
            },
            (Some(base), None) if base == STANDARD_INPUT || looks_like_a_path(base) && is_path(base) => {
                Err(Stop::Usage(format!("`{base}` is a path: name another one to compare it with")))
            }
            (base, _) => Ok(Sides::Commits { base: base.clone(), head: None }),
        }
    }
}

fn not_alike(path: &str, commit: &str) -> Stop {
    Stop::Usage(format!("`{path}` is a path, and `{commit}` does not exist as one: name two commits or two paths"))
}

/// Whether a name is a path rather than a commit: branches have slashes, too.
fn looks_like_a_path(text: &str) -> bool {
    text.starts_with(['.', '/']) || text.ends_with(".yaml") || text.ends_with(".yml") || text.ends_with('/')
}

/// What a side holds.
pub(super) struct Side {
    pub(super) rendered: Rendered,
    /// Whether a kustomization or a chart was built: an environment, rather than a state of one.
    pub(super) is_built: bool,
}

impl Side {
    fn of_files(rendered: Rendered) -> Side {
        Side { rendered, is_built: false }
    }
}

/// The objects of a side: what a kustomization or a chart renders, else the manifests that lie there.
///
/// # Errors
/// [`Stop::Usage`] for what cannot be read.
pub(super) fn rendered(args: &DiffArgs, session: &Session, path: &Path) -> Result<Side, Stop> {
    if path.as_os_str() == STANDARD_INPUT {
        return standard_input(session).map(Side::of_files);
    }
    let absolute = session.directory.join(path);
    let real = absolute.canonicalize().map_err(|error| cannot_open(path, &error.to_string()))?;
    if !real.is_dir() && is_archive(path) {
        return of_archive(path, &real, session).map(Side::of_files);
    }
    if !real.is_dir() {
        return Ok(Side::of_files(manifests(&[(path.display().to_string(), real)], session)));
    }
    let tree =
        Tree::working_copy(&real, &session.sources).map_err(|error| cannot_open(path, &format!("it {error}")))?;
    if KUSTOMIZATION_FILES.iter().any(|name| tree.exists(name)) || is_chart(&tree, "") {
        return Ok(Side { rendered: built(args, session, &real)?, is_built: true });
    }
    let mut files = Vec::new();
    files_below(&real, &path.display().to_string(), &mut files)
        .map_err(|error| cannot_open(path, &error.to_string()))?;
    let has_extension = |path: &Path| path.extension().is_some_and(|e| EXTENSIONS.iter().any(|known| e == *known));
    if files.iter().any(|(_, path)| has_extension(path)) {
        files.retain(|(_, path)| has_extension(path));
    }
    Ok(Side::of_files(manifests(&files, session)))
}

/// Whether a name is that of an archive.
fn is_archive(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    [".tar", ".tar.gz", ".tgz", ".zip"].iter().any(|ending| name.ends_with(ending))
}

/// The manifests in an archive: what `render` printed, or an artifact of Flux.
fn of_archive(path: &Path, real: &Path, session: &Session) -> Result<Rendered, Stop> {
    let bytes = std::fs::read(real).map_err(|error| cannot_open(path, &error.to_string()))?;
    let shown = path.display().to_string();
    let wrong = |why: &str| Stop::Usage(format!("`{shown}` {why}"));
    if bytes.starts_with(b"PK") {
        return Err(wrong(
            "is a ZIP archive, which is not read: name the directory that it unpacks to, or a `.tar.gz`",
        ));
    }
    let of = BelongsTo::Checkout {
        name: shown.as_str().into(),
        asked: Span::start_of(session.sources.add(&shown, String::new()).id()),
    };
    let tree = Tree::unpacked(&bytes, of, &session.sources).map_err(|why| wrong(&why))?;
    let mut files = Vec::new();
    files_in(&tree, "", &mut files);
    if let Some(built) = files.iter().find(|file| is_built_from(file)) {
        let why = format!("holds `{built}`, from which objects are built first: name the directory that it unpacks to");
        return Err(wrong(&why));
    }
    let has_extension = |file: &String| EXTENSIONS.iter().any(|known| file.ends_with(&format!(".{known}")));
    if files.iter().any(has_extension) {
        files.retain(has_extension);
    }
    let mut rendered = Rendered::default();
    for file in &files {
        let text = tree.read(file).map_err(|error| wrong(&format!("holds `{file}`, which {error}")))?;
        take_file(&mut rendered, &text);
    }
    Ok(rendered)
}

/// Whether a file is one that a kustomization or a chart begins with.
fn is_built_from(path: &str) -> bool {
    let name = file_name(path);
    name == CHART_FILE || KUSTOMIZATION_FILES.contains(&name)
}

/// All files of a tree below a directory, by name.
fn files_in(tree: &Tree, dir: &str, files: &mut Vec<String>) {
    for (name, kind) in tree.list(dir).unwrap_or_default() {
        let Some(path) = join(dir, &name) else { continue };
        match kind {
            EntryKind::Directory => files_in(tree, &path, files),
            EntryKind::File => files.push(path),
        }
    }
}

/// A kustomization or a chart.
fn built(args: &DiffArgs, session: &Session, directory: &Path) -> Result<Rendered, Stop> {
    let workspace = Workspace::around(directory, directory, &session.sources)?;
    let flags = PlanFlags { load_restriction: args.load.load_restriction(), minor: args.kubernetes, path_kind: None };
    let paths = [directory.to_owned()];
    let prepared = Preparation::new(&workspace, session, &args.source, Selection::Paths(&paths), flags)?;
    let prepared = prepared.with_charts(HelmCharts::Here(ClusterGiven::default()));
    let each = prepared.planned.iter().map(|planned| prepared.renderer.render(planned.subject(), &prepared.images).0);
    Ok(each.last().unwrap_or_default())
}

/// The regular files below a directory, by name. Links are followed: `git difftool --dir-diff` makes them.
fn files_below(directory: &Path, shown: &str, files: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (path, shown) = (entry.path(), format!("{}/{name}", shown.trim_end_matches('/')));
        // A link to a directory may lead back here.
        let is_real_directory = entry.file_type()?.is_dir();
        if is_real_directory && name != ".git" {
            files_below(&path, &shown, files)?;
        } else if path.is_file() {
            files.push((shown, path));
        }
    }
    Ok(())
}

fn standard_input(session: &Session) -> Result<Rendered, Stop> {
    let mut text = String::new();
    let read = std::io::stdin().take(SIZE_LIMIT).read_to_string(&mut text);
    read.map_err(|error| Stop::Usage(format!("standard input cannot be read: {error}")))?;
    let mut rendered = Rendered::default();
    take(&mut rendered, "<stdin>", text, session);
    Ok(rendered)
}

fn manifests(files: &[(String, PathBuf)], session: &Session) -> Rendered {
    let mut rendered = Rendered::default();
    for (shown, path) in files {
        match std::fs::read(path) {
            Ok(bytes) => take(&mut rendered, shown, String::from_utf8_lossy(&bytes).into_owned(), session),
            Err(error) => {
                let file = session.sources.add(shown, String::new());
                let message = format!("`{shown}` cannot be read: {error}");
                let span = Span::start_of(file.id());
                rendered.findings.push(seatrial_model::Finding::new(seatrial_model::ids::MISSING_FILE, span, message));
            }
        }
    }
    rendered
}

/// The objects of a text; what is wrong with it is a finding.
fn take(rendered: &mut Rendered, path: &str, text: String, session: &Session) {
    take_file(rendered, &session.sources.add(path, text));
}

/// The objects of a file; what is wrong with it is a finding.
fn take_file(rendered: &mut Rendered, file: &Arc<SourceFile>) {
    let parsed = parse(file, Dialect::Kubectl);
    let (objects, invalid) = seatrial_manifests::objects(parsed.documents);
    rendered.manifests.extend(objects);
    rendered.findings.extend(parsed.findings.into_iter().chain(invalid));
}
