//! A render as `helm template` prints it.

use super::manifests::cut;
use super::{Document, Hook, RenderedChart};
use crate::chart::path_matches;
use crate::major::Major;

/// What is printed of a render.
#[derive(Clone, Debug, Default)]
pub struct Printing {
    /// What lies in `crds/`, too.
    pub include_crds: bool,
    /// Not the tests.
    pub skip_tests: bool,
    /// No hooks at all.
    pub no_hooks: bool,
    /// Only what these templates made: `templates/web.yaml`, patterns of names are allowed.
    pub show_only: Vec<String>,
}

impl Printing {
    /// Whether a document is printed.
    #[must_use]
    pub fn prints(&self, document: &Document) -> bool {
        let is_wanted = |hook: &Hook| hook.is_known && !self.no_hooks && !(self.skip_tests && hook.is_test());
        document.hook().is_none_or(is_wanted)
    }
}

/// What `helm template` prints of a render.
///
/// # Errors
/// Helm's words, where a template that is to be shown does not exist.
pub fn text_of(rendered: &RenderedChart, printing: &Printing) -> Result<String, String> {
    let mut text = String::new();
    let mut add = |source: &str, content: &str| {
        text.push_str("---\n# Source: ");
        text.push_str(source);
        text.push('\n');
        text.push_str(content);
        text.push('\n');
    };
    if printing.include_crds {
        for crd in &rendered.crds {
            add(&crd.source, &crd.text());
        }
    }
    for document in rendered.documents.iter().filter(|document| document.hook().is_none()) {
        add(&document.source, &document.text);
    }
    let mut text = format!("{}\n", text.trim());
    let hooks = rendered.documents.iter().filter(|document| document.hook().is_some());
    for document in hooks.filter(|document| printing.prints(document)) {
        text.push_str(&format!("---\n# Source: {}\n{}\n", document.source, &*document.text));
    }
    if printing.show_only.is_empty() { Ok(text) } else { only(&text, &printing.show_only, rendered.helm) }
}

fn only(text: &str, wanted: &[String], helm: Major) -> Result<String, String> {
    let manifests: Vec<&str> = cut(text, helm).into_iter().map(|range| &text[range]).collect();
    let mut shown = String::new();
    for pattern in wanted {
        let mut is_missing = true;
        for manifest in &manifests {
            let Some(path) = path_of(manifest) else { continue };
            if path_matches(pattern, path) == Some(true) {
                shown.push_str(&format!("---\n{manifest}\n"));
                is_missing = false;
            }
        }
        if is_missing {
            return Err(format!("could not find template {pattern} in chart"));
        }
    }
    Ok(shown)
}

/// The template of a manifest, below the chart's directory.
fn path_of(manifest: &str) -> Option<&str> {
    let mut rest = manifest;
    loop {
        let (_, behind) = rest.split_once("# Source: ")?;
        let line = behind.lines().next().unwrap_or_default();
        match line.split_once('/') {
            Some((chart, path)) if !chart.is_empty() && !path.is_empty() => return Some(path),
            _ => rest = behind,
        }
    }
}
