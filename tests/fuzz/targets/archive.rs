//! Packed charts: any bytes, and archives that are made of any entries. No panic, no file that lies outside of the chart, and what is not loaded
//! says why.
#![no_main]

use std::io::Write;
use std::sync::Arc;

use flate2::{Compression, write::GzEncoder};
use libfuzzer_sys::fuzz_target;
use seatrial_helm::chart::Chart;
use seatrial_model::{BelongsTo, Level, Sources, Span};

const BLOCK: usize = 512;
const KINDS: &[u8; 8] = b"0521xgKL";

/// What the next bytes say, or nothing when there are no more.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }
}

/// An entry: what it is, how its header lies, its name and what is in it.
fn entry(bytes: &mut Bytes<'_>, into: &mut Vec<u8>) {
    let (kind, lie) = (bytes.byte(), bytes.byte());
    let name_length = usize::from(bytes.byte());
    let name = bytes.take(name_length.min(100));
    let length = usize::from(bytes.byte()) * 4;
    let content = bytes.take(length);
    let mut header = [0_u8; BLOCK];
    header[..name.len()].copy_from_slice(name);
    let size = match lie % 8 {
        1 => u64::MAX,
        2 => content.len() as u64 + 1,
        _ => content.len() as u64,
    };
    let size = format!("{size:011o}");
    let size = &size.as_bytes()[size.len() - 11..];
    header[124..135].copy_from_slice(size);
    if lie % 8 == 3 {
        header[124] = 0x80;
    }
    header[156] = KINDS[usize::from(kind) % KINDS.len()];
    if lie % 2 == 0 {
        header[257..263].copy_from_slice(b"ustar\0");
        header[345] = lie;
    }
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    into.extend_from_slice(&header);
    into.extend_from_slice(content);
    into.resize(into.len().next_multiple_of(BLOCK), 0);
}

fn packed(tar: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::none());
    gzip.write_all(tar).expect("memory");
    gzip.finish().expect("memory")
}

fn unpack(packed: &[u8]) {
    let sources = Arc::new(Sources::new());
    let asked = Span::start_of(sources.add("asked.yaml", "chart: x\n".to_owned()).id());
    let of = BelongsTo::Chart { name: "x".into(), asked };
    let (chart, findings) = Chart::unpack(packed, &of, &sources, asked);
    for finding in &findings {
        let file = sources.get(finding.primary.span.file).expect("a file of the table");
        let span = finding.primary.span;
        assert!(file.text().get(span.start as usize..span.end as usize).is_some(), "{finding:?}");
    }
    let Some(chart) = chart else {
        assert!(findings.iter().any(|finding| finding.level == Level::Error), "not loaded, and nobody says why");
        return;
    };
    for file in chart.templates.iter().chain(&chart.files) {
        let name = file.name();
        assert!(!name.starts_with('/') && !name.split('/').any(|part| part == ".."), "{name:?}");
    }
}

fuzz_target!(|bytes: &[u8]| {
    unpack(bytes);
    let mut tar = Vec::new();
    let mut rest = Bytes(bytes);
    while !rest.0.is_empty() && tar.len() < 1 << 20 {
        entry(&mut rest, &mut tar);
    }
    unpack(&packed(&tar));
});
