//! Colours and line breaks of the terminal. Nothing depends on a colour: every text says the same without.

use unicode_width::UnicodeWidthStr as _;

use crate::terminal::TerminalOptions;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Error,
    Warning,
    Note,
    Good,
    /// The message.
    Strong,
    /// Line numbers, arrows and bars.
    Gutter,
}

/// Paints and breaks text as the terminal wants it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    color: bool,
    width: usize,
}

impl Pen {
    pub(crate) fn new(options: TerminalOptions) -> Pen {
        // Narrower than this, nothing could be read any more; wider lines are the terminal's affair.
        Pen { color: options.color, width: options.width.max(40) }
    }

    pub(crate) fn width(self) -> usize {
        self.width
    }

    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match style {
            Style::Error => "1;31",
            Style::Warning => "1;33",
            Style::Note => "1;36",
            Style::Good => "1;32",
            Style::Strong => "1",
            Style::Gutter => "1;34",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// A text behind a lead; its further lines are indented by `indent`.
    pub(crate) fn wrapped(self, lead: &str, indent: usize, text: &str) -> String {
        let words = text.split(' ').filter(|word| !word.is_empty());
        self.filled(lead, indent, words, " ")
    }

    /// Pieces behind a lead, `gap` between them; a piece that does not fit any more begins an indented line.
    pub(crate) fn filled<S: AsRef<str>>(
        self,
        lead: &str,
        indent: usize,
        pieces: impl IntoIterator<Item = S>,
        gap: &str,
    ) -> String {
        let mut text = lead.to_owned();
        let mut column = lead.width();
        let mut first = true;
        for piece in pieces {
            let piece = piece.as_ref();
            if !first && column + gap.width() + piece.width() > self.width {
                text.push('\n');
                text.push_str(&" ".repeat(indent));
                column = indent;
            } else if !first {
                text.push_str(gap);
                column += gap.width();
            }
            text.push_str(piece);
            column += piece.width();
            first = false;
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Detail;

    fn pen(color: bool) -> Pen {
        Pen::new(TerminalOptions { color, width: 40, detail: Detail::Everything })
    }

    #[test]
    fn breaks_between_words_and_indents_what_follows() {
        let text = pen(false).wrapped("notice: ", 8, "the pull request comes from a fork: nothing is deployed");
        assert_eq!(text, "notice: the pull request comes from a\n        fork: nothing is deployed");
    }

    #[test]
    fn paints_only_where_colour_is_wanted() {
        assert_eq!(pen(true).paint(Style::Good, "x"), "\u{1b}[1;32mx\u{1b}[0m");
        assert_eq!(pen(false).paint(Style::Good, "x"), "x");
    }
}
