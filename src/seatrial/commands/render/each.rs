//! `render` of several environments: each on its own into a file of its own, on all cores; what they have in common is built once.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use seatrial_kustomize::ImageOverride;
use seatrial_model::{EXIT_FAILED, EXIT_PASSED, Rendered};

use crate::cli::{ManifestFormat, RenderArgs};
use crate::commands::render::files::write_file;
use crate::commands::render::graph_tree::tree;
use crate::commands::render::{keep_wanted, tell, text_as_applied};
use crate::context::session::Session;
use crate::judge::plan::Planned;
use crate::judge::preparation::Preparation;
use crate::judge::renderer::{Renderer, matches_nothing, unmatched};
use crate::process::stop::Stop;
use crate::supply::wanted;

/// What several environments are rendered with.
pub(crate) struct RenderEach<'a> {
    pub(crate) prepared: &'a Preparation,
    pub(crate) images: &'a [ImageOverride],
    pub(crate) args: &'a RenderArgs,
    pub(crate) session: &'a Session,
}

/// What is left of an environment when its file is written.
struct Written {
    /// Its findings, without the manifests.
    rendered: Rendered,
    /// How many containers each `--image` changed.
    changed: Vec<usize>,
    /// Which `--object` it has.
    has: Vec<bool>,
}

impl RenderEach<'_> {
    /// Writes a file for each environment that can be rendered; the others get none, and their findings say why.
    ///
    /// # Errors
    /// [`Stop::Usage`] for an `--image` or `--object` that is nowhere, [`Stop::Broken`] when a file cannot be written.
    pub(crate) fn write_into(&self, directory: &Path, planned: &[Planned]) -> Result<u8, Stop> {
        let write_all = |renderer: &Renderer| {
            let write =
                |environment: &Planned| self.write(renderer, &self.file(directory, &environment.name), environment);
            planned.par_iter().map(write).collect::<Result<Vec<Written>, Stop>>()
        };
        let wants = |written: &Result<Vec<Written>, Stop>| {
            wanted(written.iter().flatten().flat_map(|written| &written.rendered.needed))
        };
        let written = self.prepared.until_all_is_here(write_all, wants)?;
        let findings: Vec<_> =
            planned.iter().zip(&written).map(|(planned, w)| (Some(planned.name.as_str()), &w.rendered)).collect();
        tell(&findings, self.session);
        let changed: Vec<&[usize]> = written.iter().map(|w| w.changed.as_slice()).collect();
        if let Some(image) = unmatched(self.images, &changed) {
            return Err(Stop::Usage(matches_nothing(image, self.session)));
        }
        for (index, wanted) in self.args.object.iter().enumerate() {
            if !written.iter().any(|w| w.has.get(index).copied().unwrap_or_default()) {
                return Err(Stop::Usage(format!("no {wanted} is rendered in any of {} environments", planned.len())));
            }
        }
        Ok(if written.iter().any(|w| w.rendered.has_errors()) { EXIT_FAILED } else { EXIT_PASSED })
    }

    fn write(&self, renderer: &Renderer, file: &Path, environment: &Planned) -> Result<Written, Stop> {
        let (mut rendered, changed) = renderer.render(environment.subject(), self.images);
        self.session.masker.add_manifests(&rendered.manifests, &self.session.sources);
        let mut manifests = std::mem::take(&mut rendered.manifests);
        let wanted = &self.args.object;
        let has = wanted.iter().map(|wanted| manifests.iter().any(|m| wanted.is(m))).collect();
        keep_wanted(&mut manifests, wanted);
        let is_left_out = !wanted.is_empty() && manifests.is_empty();
        match rendered.graph.as_ref().filter(|_| self.args.format == ManifestFormat::Tree) {
            // The tree shows what is missing.
            Some(graph) => {
                write(file, &self.session.masked(&tree(graph)))?;
            }
            None if rendered.has_errors() || is_left_out => {}
            None => {
                write(file, &text_as_applied(manifests, self.args, self.session))?;
            }
        }
        Ok(Written { rendered, changed, has })
    }

    /// `overlays/dev` → `DIRECTORY/overlays/dev.yaml`. A name may be anything, and must not lead out of the directory.
    fn file(&self, directory: &Path, name: &str) -> PathBuf {
        let extension = match self.args.format {
            ManifestFormat::Yaml => "yaml",
            ManifestFormat::Json => "json",
            ManifestFormat::Tree => "txt",
        };
        let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
        let path: PathBuf = parts.collect();
        let path = if path.as_os_str().is_empty() { PathBuf::from("root") } else { path };
        let mut file = directory.join(path).into_os_string();
        file.push(format!(".{extension}"));
        PathBuf::from(file)
    }
}

/// Writes a file, and makes its directory where there is none yet.
fn write(file: &Path, text: &str) -> Result<u8, Stop> {
    let Some(parent) = file.parent().filter(|parent| !parent.is_dir()) else { return write_file(file, text) };
    let cannot = |error: std::io::Error| Stop::Broken(format!("cannot create `{}`: {error}", parent.display()));
    std::fs::create_dir_all(parent).map_err(cannot)?;
    write_file(file, text)
}
