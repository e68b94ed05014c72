//! The metaschemas, and schemas held against them.

use std::sync::{Arc, OnceLock};

use crate::compile::Compiler;
use crate::draft::Draft;
use crate::json::Json;
use crate::schema::Schema;

macro_rules! documents {
    ($($url:literal => $file:literal,)*) => {
        &[$(($url, include_str!(concat!("metaschemas/", $file, ".json")))),*]
    };
}

/// The path behind `json-schema.org/`, and the text.
const DOCUMENTS: &[(&str, &str)] = documents! {
    "draft-04/schema" => "draft-04-schema",
    "draft-06/schema" => "draft-06-schema",
    "draft-07/schema" => "draft-07-schema",
    "draft/2019-09/schema" => "2019-09-schema",
    "draft/2019-09/meta/applicator" => "2019-09-meta-applicator",
    "draft/2019-09/meta/content" => "2019-09-meta-content",
    "draft/2019-09/meta/core" => "2019-09-meta-core",
    "draft/2019-09/meta/format" => "2019-09-meta-format",
    "draft/2019-09/meta/meta-data" => "2019-09-meta-meta-data",
    "draft/2019-09/meta/validation" => "2019-09-meta-validation",
    "draft/2020-12/schema" => "2020-12-schema",
    "draft/2020-12/meta/applicator" => "2020-12-meta-applicator",
    "draft/2020-12/meta/content" => "2020-12-meta-content",
    "draft/2020-12/meta/core" => "2020-12-meta-core",
    "draft/2020-12/meta/format-annotation" => "2020-12-meta-format-annotation",
    "draft/2020-12/meta/format-assertion" => "2020-12-meta-format-assertion",
    "draft/2020-12/meta/meta-data" => "2020-12-meta-meta-data",
    "draft/2020-12/meta/unevaluated" => "2020-12-meta-unevaluated",
    "draft/2020-12/meta/validation" => "2020-12-meta-validation",
};

fn own_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("http://json-schema.org/").or_else(|| url.strip_prefix("https://json-schema.org/"))?;
    Some(if path == "schema" { "draft/2020-12/schema" } else { path })
}

/// A metaschema by its URL.
pub(crate) fn document(url: &str) -> Option<Arc<Json>> {
    let path = own_path(url)?;
    let (_, text) = DOCUMENTS.iter().find(|(known, _)| *known == path)?;
    crate::read::read(text).ok().map(Arc::new)
}

/// All metaschemas, compiled together.
pub(crate) struct Metaschemas {
    pub(crate) schema: Schema,
    roots: Vec<(Draft, usize)>,
}

impl Metaschemas {
    /// The metaschema of a draft.
    pub(crate) fn of(&self, draft: Draft) -> usize {
        self.roots.iter().find(|(known, _)| *known == draft).map_or(0, |(_, root)| *root)
    }
}

/// The metaschemas.
pub(crate) fn metaschemas() -> &'static Metaschemas {
    static ALL: OnceLock<Metaschemas> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut compiler = Compiler::new().asserting_formats();
        let mut roots = Vec::new();
        for draft in Draft::ALL {
            // They are complete, which a test holds.
            if let Ok(root) = compiler.compile_at(draft.url(), "") {
                roots.push((draft, root));
            }
        }
        Metaschemas { schema: compiler.finish(0), roots }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_metaschemas_compile() {
        let all = metaschemas();
        assert_eq!(all.roots.len(), Draft::ALL.len());
        assert!(all.schema.unknown().is_empty());
        for (path, text) in DOCUMENTS {
            assert!(crate::read::read(text).is_ok(), "{path}");
        }
    }
}
