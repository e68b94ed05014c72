//! `$name`, `${name}` and `$1` in a template (Go: `Regexp.Expand`).

use regex::Captures;

/// The template, filled in. A group that is not there, or caught nothing, leaves nothing; `$$` is a dollar; what is none of these stays.
pub(super) fn expand(template: &str, names: &[String], captures: &Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(behind) = after.strip_prefix('$') {
            out.push('$');
            rest = behind;
        } else if let Some((name, behind)) = reference(after) {
            out.push_str(caught(name, names, captures));
            rest = behind;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The name behind a dollar, as long as it can be, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{');
    let start = inside.unwrap_or(text);
    let end = start.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(start.len());
    let (name, behind) = start.split_at(end);
    let behind = if inside.is_some() { behind.strip_prefix('}')? } else { behind };
    (!name.is_empty()).then_some((name, behind))
}

fn caught<'t>(name: &str, names: &[String], captures: &Captures<'t>) -> &'t str {
    let text = |group: usize| captures.get(group).map(|caught| caught.as_str());
    let is_number = name.bytes().all(|b| b.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if is_number && let Ok(group) = name.parse() {
        return text(group).unwrap_or_default();
    }
    let mut named = names.iter().enumerate().filter(|(_, own)| *own == name);
    named.find_map(|(index, _)| text(index + 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::regexp::Expression;

    #[test]
    fn templates_are_filled_as_go_fills_them() {
        let expression = Expression::new("(?P<a>x)(y)?(?P<b_1>z)?").expect("valid");
        let cases = [
            ("$a", "x", "x"),
            ("${a}", "x", "x"),
            ("$a-$2", "x-y", "x-"),
            ("$1x", "", ""),
            ("${1}x", "xx", "xx"),
            ("$$a", "$a", "$a"),
            ("$", "$", "$"),
            ("a$", "a$", "a$"),
            ("$-", "$-", "$-"),
            ("${a", "${a", "${a"),
            ("${}", "${}", "${}"),
            ("${a-b}", "${a-b}", "${a-b}"),
            ("$3", "z", ""),
            ("$9", "", ""),
            ("$01", "", ""),
            ("$b_1.", "z.", "."),
            ("$é", "", ""),
            ("${é}x", "x", "x"),
            ("$0", "xyz", "x"),
            ("$1$3", "xz", "x"),
            ("$10", "", ""),
        ];
        for (template, all, one) in cases {
            let found = ["xyz", "x"].map(|text| expression.extract(text, template).expect("a match"));
            assert_eq!(found, [all, one], "{template}");
        }
        assert_eq!(expression.extract("y", "$a"), None);
    }

    #[test]
    fn of_several_groups_with_one_name_the_first_that_caught_something_counts() {
        let expression = Expression::new("^(?P<n>a)?(?P<n>b)(?<1>c)?$").expect("valid");
        assert_eq!(expression.extract("ab", "$n").as_deref(), Some("a"));
        assert_eq!(expression.extract("b", "$n").as_deref(), Some("b"));
        assert_eq!(expression.extract("bc", "$1 $3").as_deref(), Some(" c"));
    }
}
