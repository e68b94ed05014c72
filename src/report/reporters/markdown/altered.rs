//! What the change removes or changes of its own checks: the first lines below the title.

use seatrial_model::Report;

use crate::alterations;
use crate::markdown::escape::{Place, prose};
use crate::wording::capitalised;

/// Alterations that are told one by one; the title counts all of them.
const MOST: usize = 10;

/// List items; empty for nothing. Their bullet is not that of the problems, whose list may follow: the two stay apart.
pub(crate) fn lines(report: &Report) -> String {
    let all = alterations::in_order(report);
    let told = all.iter().take(MOST).map(|alteration| capitalised(&alterations::sentence(alteration)));
    let mut items: Vec<String> = told.map(|sentence| format!("* ⚠️ {}", prose(&sentence, Place::Line))).collect();
    if all.len() > MOST {
        items.push(format!("* … and {} more; the JSON report has all of them", all.len() - MOST));
    }
    items.join("\n")
}
