//! The functions of templates in ResourceSets: those of slim-sprig, and flux-operator's own.

use std::collections::HashSet;

use seatrial_gotemplate::{Context, Failure, Function, Marks, MissingKey, Templates, TextBuilder, Type, Value};
use seatrial_helm::functions::all;
use seatrial_helm::world::World;

/// What slim-sprig has, without what is another each time (the date, the environment, names of the network).
const NAMES: &str = "\
    ago duration durationRound must_date_modify mustDateModify mustToDate toDate unixEpoch trunc trim upper lower \
    title substr repeat trimall trimAll trimSuffix trimPrefix contains hasPrefix hasSuffix quote squote cat \
    indent nindent replace plural sha1sum sha256sum adler32sum toString atoi int64 int float64 seq toDecimal \
    split splitList splitn toStrings until untilStep add1 add sub div mod mul randInt biggest max min maxf minf \
    ceil floor round join sortAlpha default empty coalesce all any compact mustCompact fromJson toJson \
    toPrettyJson toRawJson mustFromJson mustToJson mustToPrettyJson mustToRawJson ternary typeOf typeIs \
    typeIsLike kindOf kindIs deepEqual base dir clean ext isAbs osBase osClean osDir osExt osIsAbs b64enc b64dec \
    b32enc b32dec tuple list dict get set unset hasKey pluck keys pick omit values append push mustAppend \
    mustPush prepend mustPrepend first mustFirst rest mustRest last mustLast initial mustInitial reverse \
    mustReverse uniq mustUniq without mustWithout has mustHas slice mustSlice concat dig chunk mustChunk fail \
    regexMatch mustRegexMatch regexFindAll mustRegexFindAll regexFind mustRegexFind regexReplaceAll \
    mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit \
    regexQuoteMeta urlParse urlJoin hello";

/// What stands for a name that nobody can spell here.
const UNKNOWN_SLUG: &str = "${slug}";

/// The value of a label has no more characters.
const LONGEST_LABEL: usize = 63;

/// Templates with flux-operator's delimiters, in which a key that is missing is an error.
pub(super) fn templates() -> Templates {
    let names: HashSet<&str> = NAMES.split_whitespace().collect();
    let mut functions: Vec<Function> = all().into_iter().filter(|function| names.contains(function.name)).collect();
    functions.extend(OWN);
    Templates::new(&functions).with_delimiters("<<", ">>").with_missing_key(MissingKey::Error)
}

const OWN: [Function; 4] = [
    Function::new("toYaml", &[Type::Any], to_yaml),
    Function::new("mustToYaml", &[Type::Any], to_yaml),
    Function::new("inputs", &[], |context, _| {
        let inputs = context.world::<World>().and_then(|world| world.inputs.clone());
        Ok(inputs.unwrap_or_else(Value::nil))
    })
    .passing(),
    Function::new("slugify", &[Type::Text], |_, arguments| {
        let text = arguments[0].as_str().unwrap_or_default();
        Ok(Value::text(slug(text)).with_marks(arguments[0].marks.clone()))
    }),
];

/// Unlike Helm's, it ends with the end of a line.
fn to_yaml(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut text = TextBuilder::new();
    text.push(&seatrial_helm::functions::to_yaml(context, &arguments[0])?, &Marks::NONE);
    text.push_str("\n", &Marks::NONE);
    Ok(Value::text(text.finish()))
}

/// A text that a label may have. How letters beyond ASCII are spelt is not known here.
fn slug(text: &str) -> String {
    if !text.is_ascii() {
        return UNKNOWN_SLUG.to_owned();
    }
    let mut slug = String::new();
    for character in text.trim().to_ascii_lowercase().replace('&', "and").replace('@', "at").chars() {
        match character {
            'a'..='z' | '0'..='9' | '_' => slug.push(character),
            '\'' => {}
            _ if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    whole_words(slug.trim_matches(['-', '_']))
}

/// As many words as a label may have; a word that is too long itself is cut.
fn whole_words(slug: &str) -> String {
    let Some(cut) = slug.get(..LONGEST_LABEL).filter(|_| slug.len() > LONGEST_LABEL) else { return slug.to_owned() };
    let is_between = slug.get(LONGEST_LABEL..).is_some_and(|rest| rest.starts_with('-'));
    let words = if is_between { cut } else { cut.rsplit_once('-').map_or(cut, |(words, _)| words) };
    words.trim_end_matches(['-', '_']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_value_of_a_label() {
        let slugs = ["A@b & c_d--e", "--x__", "a.b/c:d", "it's", "a  b", "_a_", ""].map(slug);
        assert_eq!(slugs, ["aatb-and-c_d-e", "x", "a-b-c-d", "its", "a-b", "a", ""]);
        assert_eq!(slug(&format!("{}-b", "a".repeat(62))), "a".repeat(62));
        assert_eq!(slug(&format!("{}-bbbbb", "a".repeat(60))), "a".repeat(60));
        assert_eq!(slug(&"a".repeat(80)), "a".repeat(63));
        assert_eq!(slug("Stra\u{df}e"), UNKNOWN_SLUG);
    }
}
