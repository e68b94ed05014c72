//! The report as a page for a browser: readable without script, light and dark, on a screen and on paper.
//!
//! Two shapes: one file that needs nothing beside it, and a page with its style sheet beside it, for readers whose content security policy
//! drops inline styles (Jenkins' default).

mod changes;
mod environments;
mod findings;
mod page;
mod prose;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, context};
use seatrial_model::Report;

use crate::html::page::Page;

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");

/// One file that needs nothing beside it.
#[must_use]
pub fn html(report: &Report) -> String {
    rendered(report, Style::Within)
}

/// Names and contents of files that belong into one directory: `index.html` has neither inline style nor script.
#[must_use]
pub fn html_files(report: &Report) -> [(&'static str, String); 2] {
    [("index.html", rendered(report, Style::Beside)), ("style.css", STYLE.to_owned())]
}

/// Where the style sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Within,
    Beside,
}

fn rendered(report: &Report, style: Style) -> String {
    let page = Page::of(&report.by_mistake());
    let style = (style == Style::Within).then(|| Value::from_safe_string(STYLE.to_owned()));
    // The template is ours, and the tests render it with everything that it names; what a report says cannot make it fail.
    filled_in(page, style)
        .unwrap_or_else(|error| format!("<!doctype html><title>Seatrial</title><p>{:?}</p>", error.kind()))
}

fn filled_in(page: Page, style: Option<Value>) -> Result<String, Error> {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.add_filter("prose", prose::prose);
    environment.render_named_str("page.html", TEMPLATE, context! { page => Serde(page), style })
}
