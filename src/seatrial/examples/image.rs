//! Writes Seatrial's image as an OCI image layout (opencontainers: `image-layout.md`): one layer with the static binary, which holds the roots that
//! it trusts. Binaries for several machines become one image for all of them. The same binaries give the same bytes.
//!
//! `cargo run --example image -- BINARY… DIRECTORY`
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a generator reads and writes files, and says what it wrote"
)]

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// distroless: `nonroot`.
const USER: &str = "65532:65532";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((directory, binaries)) = arguments.split_last().filter(|(_, binaries)| !binaries.is_empty()) else {
        anyhow::bail!("usage: image BINARY… DIRECTORY");
    };
    let layout = Layout { root: Path::new(directory) };
    std::fs::create_dir_all(layout.root.join("blobs/sha256"))?;
    let mut manifests = Vec::new();
    for binary in binaries {
        manifests.push(layout.image(&std::fs::read(binary)?)?);
    }
    let mut whole = match manifests.as_slice() {
        [only] => only.clone(),
        several => layout.blob(INDEX, &serde_json::to_vec(&index(several))?)?,
    };
    whole["annotations"] = json!({ "org.opencontainers.image.ref.name": env!("CARGO_PKG_VERSION") });
    std::fs::write(layout.root.join("index.json"), serde_json::to_vec(&index(std::slice::from_ref(&whole)))?)?;
    std::fs::write(layout.root.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    println!("{} {}", whole["digest"].as_str().unwrap_or_default(), layout.root.display());
    Ok(())
}

fn index(manifests: &[Value]) -> Value {
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests })
}

/// The machine that an ELF file is for. One that needs a loader is refused: there is none in the image.
fn architecture(elf: &[u8]) -> anyhow::Result<&'static str> {
    anyhow::ensure!(elf.starts_with(b"\x7fELF"), "it is not a program for Linux");
    anyhow::ensure!(
        !wants_loader(elf).unwrap_or(true),
        "it is linked dynamically: build it for x86_64-unknown-linux-musl"
    );
    match elf.get(18..20) {
        Some([0x3e, 0]) => Ok("amd64"),
        Some([0xb7, 0]) => Ok("arm64"),
        _ => anyhow::bail!("it is for another machine than amd64 and arm64"),
    }
}

/// Whether a 64-bit ELF file has a segment that names a loader (`PT_INTERP`); `None` when it is cut off.
fn wants_loader(elf: &[u8]) -> Option<bool> {
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = elf.get(at..at + length)?;
        usize::try_from(bytes.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))).ok()
    };
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    let kinds: Option<Vec<usize>> = (0..count).map(|index| number(table + index * size, 4)).collect();
    Some(kinds?.contains(&3))
}

struct Layout<'a> {
    root: &'a Path,
}

impl Layout<'_> {
    /// Writes the image of one binary; gives back the descriptor of its manifest.
    fn image(&self, binary: &[u8]) -> anyhow::Result<Value> {
        let architecture = architecture(binary)?;
        let tar = tar(binary);
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&tar)?;
        let layer = self.blob(LAYER, &packed.finish()?)?;
        let config = json!({
            "architecture": architecture,
            "os": "linux",
            "config": { "Entrypoint": ["/seatrial"], "User": USER, "WorkingDir": "/" },
            "rootfs": { "type": "layers", "diff_ids": [digest(&tar)] },
            "history": [{ "created_by": "seatrial" }],
        });
        let config = self.blob(CONFIG, &serde_json::to_vec(&config)?)?;
        let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer] });
        let mut manifest = self.blob(MANIFEST, &serde_json::to_vec(&manifest)?)?;
        manifest["platform"] = json!({ "architecture": architecture, "os": "linux" });
        Ok(manifest)
    }

    /// Writes a blob; gives back its descriptor.
    fn blob(&self, media_type: &str, bytes: &[u8]) -> anyhow::Result<Value> {
        let digest = digest(bytes);
        let name = digest.trim_start_matches("sha256:");
        std::fs::write(self.root.join("blobs/sha256").join(name), bytes)?;
        Ok(json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() }))
    }
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// A tar archive (POSIX ustar) with the program alone, owned by root and runnable by all.
fn tar(program: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, "seatrial");
    put(100, "0000755\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{:011o}\0", program.len()));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\0");
    put(263, "00");
    let sum: u32 = header.iter().copied().map(u32::from).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut archive = header.to_vec();
    archive.extend_from_slice(program);
    archive.resize(archive.len().next_multiple_of(512) + 1024, 0);
    archive
}
