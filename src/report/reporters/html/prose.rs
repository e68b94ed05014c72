//! A sentence with names in backticks → HTML in which these are code.

use minijinja::Value;

use crate::names::{Piece, pieces};

/// Safe HTML; a backtick without a partner is a character.
#[allow(clippy::needless_pass_by_value, reason = "a filter gets its value")]
pub(super) fn prose(text: String) -> Value {
    let mut html = String::with_capacity(text.len() + 32);
    for piece in pieces(&text) {
        match piece {
            Piece::Words(words) => push_escaped(&mut html, words),
            Piece::Backtick => html.push('`'),
            Piece::Name(name) => {
                html.push_str("<code>");
                push_escaped(&mut html, name);
                html.push_str("</code>");
            }
        }
    }
    Value::from_safe_string(html)
}

fn push_escaped(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#x27;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_code_and_tags_do_not_become_tags() {
        let table = [
            ("`Deployment/web` cannot start", "<code>Deployment/web</code> cannot start"),
            ("a ` b", "a ` b"),
            ("`a` and ` b", "<code>a</code> and ` b"),
            ("`<b>` <script>", "<code>&lt;b&gt;</code> &lt;script&gt;"),
        ];
        for (text, expected) in table {
            assert_eq!(prose(text.to_owned()).to_string(), expected);
        }
    }
}
