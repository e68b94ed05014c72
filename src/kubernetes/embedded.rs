//! The embedded data of each minor, unpacked on demand and kept for the life of the process.
//!
//! A file is the length of its index (four bytes, little-endian), the index, and one block per Go package of definitions
//! (`io.k8s.api.core.v1`), or per API version of custom resources. Index and blocks are deflated JSON. The index holds `packages` (name → range among the blocks),
//! `kinds` (rows of [`KindInfo`]), `schemas` (`group/version/kind` → definition) and, of Flux' kinds, `lives` (→ [`Life`]). A block maps names of definitions to
//! [`Definition`]s. So `Deployment` unpacks the packages that it refers to, each once, and shares them with every other kind.

use std::collections::HashMap;
use std::io::Read;
use std::sync::OnceLock;

use flate2::read::DeflateDecoder;
use serde::Deserialize;

use crate::definition::{Definition, Target};
use crate::flux::Life;
use crate::{KindInfo, Minor};

/// The files of [`Minor::ALL`], in its order.
static FILES: [&[u8]; 9] = [
    include_bytes!("data/1.29.bin"),
    include_bytes!("data/1.30.bin"),
    include_bytes!("data/1.31.bin"),
    include_bytes!("data/1.32.bin"),
    include_bytes!("data/1.33.bin"),
    include_bytes!("data/1.34.bin"),
    include_bytes!("data/1.35.bin"),
    include_bytes!("data/1.36.bin"),
    include_bytes!("data/1.37.bin"),
];

/// The kinds of Flux.
static FLUX_FILE: &[u8] = include_bytes!("data/flux.bin");

/// What was unpacked of them so far.
static FLUX: OnceLock<Option<Embedded>> = OnceLock::new();

/// What was unpacked so far, beside [`FILES`].
static MINORS: [OnceLock<Option<Embedded>>; 9] = [const { OnceLock::new() }; 9];

/// One minor, or the kinds of Flux.
#[derive(Debug)]
pub(crate) struct Embedded {
    /// Every kind with URLs, sorted by group, version and kind.
    pub(crate) kinds: Vec<KindInfo>,
    /// In which minors of Flux a kind is served, by `group/version/kind`.
    pub(crate) lives: HashMap<String, Life>,
    schemas: HashMap<String, String>,
    packages: HashMap<String, Package>,
}

/// The definitions of one Go package.
#[derive(Debug)]
struct Package {
    packed: &'static [u8],
    definitions: OnceLock<HashMap<&'static str, Definition<'static>>>,
}

#[derive(Deserialize)]
struct Index {
    packages: HashMap<String, (usize, usize)>,
    kinds: Vec<KindInfo>,
    schemas: HashMap<String, String>,
    #[serde(default)]
    lives: HashMap<String, Life>,
}

impl Embedded {
    /// The data of a minor; `None` only if the program was built from damaged files, which a test excludes.
    pub(crate) fn of(minor: Minor) -> Option<&'static Embedded> {
        let at = Minor::ALL.iter().position(|m| *m == minor)?;
        let (file, slot) = (FILES.get(at)?, MINORS.get(at)?);
        slot.get_or_init(|| Embedded::unpack(file)).as_ref()
    }

    /// The kinds of Flux.
    pub(crate) fn flux() -> Option<&'static Embedded> {
        FLUX.get_or_init(|| Embedded::unpack(FLUX_FILE)).as_ref()
    }

    fn unpack(file: &'static [u8]) -> Option<Embedded> {
        let (length, rest) = file.split_first_chunk::<4>()?;
        let (index, blocks) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        let index: Index = serde_json::from_str(&inflate(index)?).ok()?;
        let packages = index.packages.into_iter().filter_map(|(name, (start, end))| {
            Some((name, Package { packed: blocks.get(start..end)?, definitions: OnceLock::new() }))
        });
        Some(Embedded { kinds: index.kinds, lives: index.lives, schemas: index.schemas, packages: packages.collect() })
    }

    /// The name of the definition of a kind.
    pub(crate) fn schema_name(&self, group: &str, version: &str, kind: &str) -> Option<&str> {
        self.schemas.get(&format!("{group}/{version}/{kind}")).map(String::as_str)
    }

    /// The definition of a name.
    pub(crate) fn definition(&'static self, name: &str) -> Option<&'static Definition<'static>> {
        let (package, _) = name.rsplit_once('.')?;
        let package = self.packages.get(package)?;
        package.definitions.get_or_init(|| unpack_definitions(package.packed).unwrap_or_default()).get(name)
    }

    /// The definition that a reference leads to. What custom resources refer to is Kubernetes' own, and the same in all minors.
    pub(crate) fn target(&'static self, name: &str) -> Option<Target> {
        let own = self.definition(name).map(|definition| (self, definition));
        own.or_else(|| {
            let kubernetes = Embedded::of(Minor::DEFAULT)?;
            Some((kubernetes, kubernetes.definition(name)?))
        })
    }

    /// Names of all kinds that have a schema, as `group/version/kind`, and of all definitions.
    #[cfg(test)]
    pub(crate) fn names(&'static self) -> (Vec<&'static str>, Vec<&'static str>) {
        let unpacked = self.packages.values().filter_map(|p| unpack_definitions(p.packed));
        let definitions = unpacked.flat_map(HashMap::into_keys);
        (self.schemas.keys().map(String::as_str).collect(), definitions.collect())
    }
}

fn unpack_definitions(packed: &'static [u8]) -> Option<HashMap<&'static str, Definition<'static>>> {
    // Kept for ever, once per package: all names inside the definitions are ranges of this text.
    let text: &'static str = Box::leak(inflate(packed)?.into_boxed_str());
    serde_json::from_str(text).ok()
}

fn inflate(packed: &[u8]) -> Option<String> {
    let mut text = String::new();
    DeflateDecoder::new(packed).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(definition: &Definition<'static>, found: &mut Vec<&'static str>) {
        found.extend(definition.reference);
        let inner =
            definition.properties.values().chain(definition.items.as_deref()).chain(definition.additional.as_deref());
        for part in inner {
            references(part, found);
        }
    }

    #[test]
    fn every_definition_of_every_minor_unpacks_and_refers_to_one_that_is_there() {
        for minor in Minor::ALL {
            let embedded = Embedded::of(minor).expect("unpacks");
            let (kinds, definitions) = embedded.names();
            assert!(kinds.len() > 200 && definitions.len() > 500, "{minor}: {} {}", kinds.len(), definitions.len());
            let mut wanted: Vec<&str> = embedded.schemas.values().map(String::as_str).collect();
            for name in definitions {
                references(embedded.definition(name).expect("is there"), &mut wanted);
            }
            for name in wanted {
                assert!(embedded.definition(name).is_some(), "{minor}: {name}");
            }
        }
    }

    #[test]
    fn damaged_files_are_no_data_and_no_panic() {
        static CUT: &[u8] = &[255, 255, 255, 255, 1, 2];
        assert!(Embedded::unpack(CUT).is_none());
        assert!(Embedded::unpack(&[]).is_none());
        assert!(Embedded::unpack(&[2, 0, 0, 0, 7, 7, 7]).is_none());
    }
}
