//! The functions of templates in ResourceSets: those of slim-sprig, and flux-operator's own.

use std::collections::HashSet;

use seatrial_gotemplate::{Function, MissingKey, Templates, Type, Value};
use seatrial_helm::functions::all;
use seatrial_helm::world::World;

/// What slim-sprig has, and `toYaml`. It reads the environment of the operator, too (`env`, `expandenv`), which nobody knows here.
const NAMES: &str = "\
    ago date date_in_zone date_modify dateInZone dateModify duration durationRound htmlDate htmlDateInZone \
    must_date_modify mustDateModify mustToDate now toDate unixEpoch trunc trim upper lower title substr repeat \
    trimall trimAll trimSuffix trimPrefix contains hasPrefix hasSuffix quote squote cat indent nindent replace \
    plural sha1sum sha256sum adler32sum toString atoi int64 int float64 seq toDecimal split splitList splitn \
    toStrings until untilStep add1 add sub div mod mul randInt biggest max min maxf minf ceil floor round join \
    sortAlpha default empty coalesce all any compact mustCompact fromJson toJson toPrettyJson toRawJson \
    mustFromJson mustToJson mustToPrettyJson mustToRawJson ternary typeOf typeIs typeIsLike kindOf kindIs \
    deepEqual getHostByName base dir clean ext isAbs osBase osClean osDir osExt osIsAbs b64enc b64dec b32enc \
    b32dec tuple list dict get set unset hasKey pluck keys pick omit values append push mustAppend mustPush \
    prepend mustPrepend first mustFirst rest mustRest last mustLast initial mustInitial reverse mustReverse uniq \
    mustUniq without mustWithout has mustHas slice mustSlice concat dig chunk mustChunk fail regexMatch \
    mustRegexMatch regexFindAll mustRegexFindAll regexFind mustRegexFind regexReplaceAll mustRegexReplaceAll \
    regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit regexQuoteMeta urlParse urlJoin \
    toYaml mustToYaml";

/// What stands for a name that nobody can spell here.
const UNKNOWN_SLUG: &str = "${slug}";

/// Templates with flux-operator's delimiters, in which a key that is missing is an error.
pub(super) fn templates() -> Templates {
    let names: HashSet<&str> = NAMES.split_whitespace().collect();
    let mut functions: Vec<Function> = all().into_iter().filter(|function| names.contains(function.name)).collect();
    functions.extend(OWN);
    Templates::new(&functions).with_delimiters("<<", ">>").with_missing_key(MissingKey::Error)
}

const OWN: [Function; 2] = [
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

/// A text that a label may have. How letters beyond ASCII are spelt is not known here.
fn slug(text: &str) -> String {
    if !text.is_ascii() {
        return UNKNOWN_SLUG.to_owned();
    }
    let mut slug = String::new();
    for character in text.trim().to_ascii_lowercase().replace('&', "and").replace('@', "at").chars() {
        match character {
            'a'..='z' | '0'..='9' | '_' => slug.push(character),
            _ if !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_matches(['-', '_']).to_owned()
}
