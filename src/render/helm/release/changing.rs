//! Values that Helm makes anew with each render.

use std::collections::HashSet;

use seatrial_model::{Finding, Span};

use crate::ids;
use crate::render::{Document, RenderedChart};

/// The values that Helm makes anew with each render, but for those of templates of which nothing is wanted, as tests.
pub(crate) fn changing(rendered: &RenderedChart, chart: Span, is_wanted: &dyn Fn(&Document) -> bool) -> Vec<Finding> {
    if rendered.changing.is_empty() {
        return Vec::new();
    }
    let sources = |wanted: bool| -> HashSet<u32> {
        let documents = rendered.documents.iter().filter(|document| is_wanted(document) == wanted);
        let pieces = documents.flat_map(|document| document.text.pieces());
        pieces.filter_map(|piece| Some(piece.place?.source)).collect()
    };
    let (wanted, others) = (sources(true), sources(false));
    let is_left_out = |source: u32| others.contains(&source) && !wanted.contains(&source);
    let all = rendered.changing.iter().filter(|changing| !changing.place.is_some_and(|p| is_left_out(p.source)));
    let told = all.map(|changing| {
        let place = changing.place.and_then(|place| rendered.span(place)).unwrap_or(chart);
        let message = format!("`{}` gives another value with each render", changing.function);
        Finding::new(ids::CHANGING_VALUE, place, message)
    });
    told.collect()
}
