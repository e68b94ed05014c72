//! `html`, `js` and `urlquery`.

use std::fmt::Write as _;

use seatrial_golang::unicode::is_print;

use crate::texts::builder::TextBuilder;
use crate::texts::marks::Marks;
use crate::texts::text::{Place, Text};

/// The text with some characters written otherwise; what made its bytes is kept.
fn escaped(text: &Text, mut escape: impl FnMut(char) -> Option<String>) -> Text {
    let mut builder = TextBuilder::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let Some(escaped) = escape(c) else { continue };
        builder.push_slice(text, from..at, &Marks::NONE);
        let piece = text.piece_at(at);
        builder.push_placed(
            &escaped,
            piece.and_then(|p| p.place).map(Place::changed),
            piece.map_or(&Marks::NONE, |p| &p.marks),
        );
        from = at + c.len_utf8();
    }
    if from == 0 {
        return text.clone();
    }
    builder.push_slice(text, from..text.len(), &Marks::NONE);
    builder.finish()
}

pub(crate) fn html(text: &Text) -> Text {
    escaped(text, |c| {
        let escaped = match c {
            '\0' => "\u{fffd}",
            '"' => "&#34;",
            '\'' => "&#39;",
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            _ => return None,
        };
        Some(escaped.to_owned())
    })
}

pub(crate) fn js(text: &Text) -> Text {
    escaped(text, |c| {
        Some(match c {
            '\\' | '\'' | '"' => format!("\\{c}"),
            '<' | '>' | '&' | '=' => format!("\\u{:04X}", u32::from(c)),
            '\0'..'\u{20}' => format!("\\u{:04X}", u32::from(c)),
            c if !c.is_ascii() && !is_print(c) => format!("\\u{:04X}", u32::from(c)),
            _ => return None,
        })
    })
}

pub(crate) fn url_query(text: &Text) -> Text {
    if let Some(raw) = text.raw() {
        let latin: String = raw.iter().copied().map(char::from).collect();
        let byte = |c: char| match c {
            ' ' => "+".to_owned(),
            c if is_unreserved(c) => c.to_string(),
            c => format!("%{:02X}", u32::from(c)),
        };
        return Text::new(latin.chars().map(byte).collect::<String>());
    }
    escaped(text, |c| match c {
        c if is_unreserved(c) => None,
        ' ' => Some("+".to_owned()),
        c => {
            let mut out = String::new();
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
            Some(out)
        }
    })
}

fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~')
}
