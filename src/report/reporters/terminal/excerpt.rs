//! One place with the line that stands there, underlined: `--> path:line:column`, gutter, text, marks.

use seatrial_model::{ExcerptLine, ReportedLabel};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::plain::one_line;
use crate::terminal::style::{Pen, Style};

/// The first place, or a second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    Primary,
    Related,
}

/// The digits of the largest line number: as wide is the gutter of all places of a finding.
pub(crate) fn gutter(labels: &[&ReportedLabel]) -> usize {
    labels.iter().map(|label| label.location.line.to_string().len()).max().unwrap_or(1)
}

/// The lines of a place; none for a place outside any file.
pub(crate) fn place(label: &ReportedLabel, rank: Rank, style: Style, gutter: usize, pen: Pen) -> Vec<String> {
    let at = &label.location;
    if at.path.is_empty() {
        return Vec::new();
    }
    let pad = " ".repeat(gutter);
    let arrow = match rank {
        Rank::Primary => "-->",
        Rank::Related => ":::",
    };
    // A second place explains the first one; it is not what is wrong.
    let style = if rank == Rank::Primary { style } else { Style::Gutter };
    let bar = pen.paint(Style::Gutter, &format!(" {pad} |"));
    let mut lines = Vec::new();
    if rank == Rank::Related {
        lines.push(bar.clone());
    }
    let arrow = pen.paint(Style::Gutter, &format!(" {pad}{arrow}"));
    lines.push(format!("{arrow} {}:{}:{}", one_line(&at.shown_path()), at.line, at.column));
    let text = one_line(&label.text);
    // A place of several lines is told by its first one: it is where to look.
    let Some(first) = at.excerpt.first() else {
        if !text.is_empty() {
            lines.push(format!("{bar} {text}"));
        }
        return lines;
    };
    let shown = Shown::new(first, pen.width().saturating_sub(gutter + 4));
    let number = pen.paint(Style::Gutter, &format!(" {:>gutter$} |", first.number));
    let marks = " ".repeat(shown.before)
        + &pen.paint(style, &if rank == Rank::Primary { "^" } else { "-" }.repeat(shown.marked));
    lines.push(bar.clone());
    lines.push(format!("{number} {}", shown.text).trim_end().to_owned());
    let fits = gutter + 4 + shown.before + shown.marked + 1 + text.width() <= pen.width();
    if text.is_empty() || fits {
        let label = if text.is_empty() { text } else { format!(" {}", pen.paint(style, &text)) };
        lines.push(format!("{bar} {marks}{label}"));
    } else {
        lines.push(format!("{bar} {marks}"));
        lines.push(format!("{bar} {}", pen.paint(style, &text)));
    }
    lines
}

/// A line cut to the columns there are, with its marks counted in columns.
struct Shown {
    text: String,
    before: usize,
    marked: usize,
}

impl Shown {
    fn new(line: &ExcerptLine, columns: usize) -> Shown {
        let characters: Vec<char> = one_line(&line.text).chars().collect();
        let columns = columns.max(20);
        // What is shown as an escape takes more characters than it has.
        let shown = |index: usize| {
            let before: String = line.text.chars().take(index).collect();
            one_line(&format!("{before}.")).chars().count() - 1
        };
        let (from, to) = (shown(line.underline.0).min(characters.len()), shown(line.underline.1).min(characters.len()));
        let start = first_shown(&characters, from, to, columns);
        let kept: String = characters.iter().skip(start).collect();
        let lead = usize::from(start > 0);
        let cut = cut_to(&kept, columns - lead);
        let width =
            |a: usize, b: usize| characters.iter().take(b).skip(a).map(|c| c.width().unwrap_or(0)).sum::<usize>();
        let before = lead + width(start, from);
        // An empty place, such as the end of a line, still gets one mark.
        let marked = width(from, to).min((lead + cut.width()).saturating_sub(before)).max(1);
        Shown { text: format!("{}{cut}", "…".repeat(lead)), before, marked }
    }
}

/// The first character to show so that the marked ones are in view.
fn first_shown(characters: &[char], from: usize, to: usize, columns: usize) -> usize {
    let width = |slice: &[char]| slice.iter().map(|c| c.width().unwrap_or(0)).sum::<usize>();
    if width(characters) <= columns || width(characters.get(..to).unwrap_or(characters)) < columns {
        return 0;
    }
    let lead = characters.get(..from).unwrap_or(characters).iter().rev();
    let mut room = columns / 3;
    let kept = lead.take_while(|c| {
        let width = c.width().unwrap_or(0);
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    });
    from - kept.count()
}

fn cut_to(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut column = 0;
    for c in text.chars() {
        column += c.width().unwrap_or(0);
        if column >= columns {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, underline: (usize, usize), columns: usize) -> String {
        let line = ExcerptLine { number: 1, text: text.to_owned(), underline };
        let shown = Shown::new(&line, columns);
        format!("{}\n{}{}", shown.text, " ".repeat(shown.before), "^".repeat(shown.marked))
    }

    #[test]
    fn marks_stand_under_wide_characters() {
        assert_eq!(shown("名前: web", (4, 7), 40), "名前: web\n      ^^^");
        assert_eq!(shown("a: 名前", (3, 5), 40), "a: 名前\n   ^^^^");
    }

    #[test]
    fn a_long_line_is_cut_around_its_marks() {
        let text = format!("{}here{}", "a".repeat(60), "b".repeat(60));
        assert_eq!(shown(&text, (60, 64), 30), "…aaaaaaaaaahere".to_owned() + &"b".repeat(14) + "…\n           ^^^^");
        assert_eq!(shown(&text, (0, 2), 30), "a".repeat(29) + "…\n^^");
    }

    #[test]
    fn marks_stand_under_what_is_shown_as_an_escape() {
        assert_eq!(shown("a\u{202e}: web", (4, 7), 40), "a\\u{202e}: web\n           ^^^");
        assert_eq!(shown("a: x\u{202e}y", (3, 6), 40), "a: x\\u{202e}y\n   ^^^^^^^^^^");
    }

    #[test]
    fn an_empty_place_and_one_behind_the_text_get_one_mark() {
        assert_eq!(shown("a:", (2, 2), 30), "a:\n  ^");
        assert_eq!(shown("", (7, 9), 30), "\n^");
    }
}
