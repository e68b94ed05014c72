//! How the generators write an embedded file: the length of the index, the index, then a block for each package; both deflated JSON. What
//! reads it is `embedded.rs`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Map, Value, json};

/// The bytes of a file with the definitions of these packages. The index gets their places, as `packages`.
pub(crate) fn packed(
    packages: &BTreeMap<String, Map<String, Value>>,
    mut index: Value,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut blocks = Vec::new();
    let mut places = Map::new();
    for (package, definitions) in packages {
        let block = deflate(serde_json::to_string(definitions)?.as_bytes())?;
        places.insert(package.clone(), json!([blocks.len(), blocks.len() + block.len()]));
        blocks.extend(block);
    }
    index["packages"] = places.into();
    let index = deflate(serde_json::to_string(&index)?.as_bytes())?;
    let mut data = u32::try_from(index.len())?.to_le_bytes().to_vec();
    data.extend(index);
    data.extend(blocks);
    Ok(data)
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
