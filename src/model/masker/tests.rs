//! What is masked, and what stays readable.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::*;
use crate::{Entry, FileId, Span};

fn knowing(secrets: &[&str]) -> Masker {
    let masker = Masker::new();
    secrets.iter().for_each(|secret| masker.add(secret));
    masker
}

#[test]
fn masks_a_value_its_lines_and_its_encoded_forms() {
    let masker = knowing(&["correct horse\nbattery-staple"]);
    let encoded = STANDARD.encode("correct horse\nbattery-staple");
    let text = format!("a correct horse, {encoded}, battery-staple.");
    assert_eq!(masker.mask(&text), "a ***, ***, ***.");
}

#[test]
fn the_name_of_an_object_stays_readable_though_a_secret_among_the_manifests_holds_it() {
    let masker = Masker::new();
    masker.add_from(Origin::Manifest, b"accounts-db");
    masker.add_from(Origin::Manifest, b"bank");
    let text = "StatefulSet bank/accounts-db";
    assert_eq!(masker.mask(text), "StatefulSet ***/***");
    masker.add_names(&["accounts-db", "bank"]);
    assert_eq!(masker.mask(text), text);
    masker.add("accounts-db");
    assert_eq!(masker.mask(text), "StatefulSet bank/***");
}

#[test]
fn a_name_counts_as_open_only_where_a_file_says_it_outside_of_a_secret() {
    let sources = Sources::new();
    let text = "kind: Secret\nstringData: { user: sw0rdf1sh }\n---\nname: in-the-open\n";
    let file = sources.add("secret.yaml", text.to_owned());
    let span = |name: &str| {
        let start = text.find(name).expect("is there");
        Span::new(file.id(), start, start + name.len())
    };
    file.marks().add(Span::new(file.id(), 0, 48), crate::secrets::Hidden::Object);
    assert!(!file.says(span("sw0rdf1sh"), "sw0rdf1sh"));
    assert!(file.says(span("in-the-open"), "in-the-open"));
    assert!(!file.says(span("in-the-open"), "another"));
}

#[test]
fn a_short_value_is_masked_only_as_a_whole_word() {
    assert_eq!(knowing(&["admin", "dev"]).mask("admin administers dev"), "*** administers dev");
}

#[test]
fn masks_a_value_in_every_encoding_wherever_it_begins() {
    let secret = "sw0rdf1sh-ä?>~";
    let utf16: Vec<u8> = "sw0rdf1sh-plain".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let json = |text: &str| serde_json::Value::from(text).to_string();
    let escaped: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    let wrapped = |width: usize| {
        let encoded = STANDARD.encode(format!("{}{secret}{}", "x".repeat(61), "y".repeat(61)));
        let lines: Vec<&str> = encoded.as_bytes().chunks(width).filter_map(|l| std::str::from_utf8(l).ok()).collect();
        lines.join("\n  ")
    };
    let docker = format!(r#"{{"auths":{{"r.io":{{"auth":"{}"}}}}}}"#, STANDARD.encode(format!("bob:{secret}")));
    let table = [
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(format!("a{secret}")),
        STANDARD.encode(format!("bob:{secret}\n")),
        STANDARD.encode(STANDARD.encode(secret)),
        STANDARD.encode(&docker),
        docker,
        wrapped(76),
        wrapped(64),
        hex(secret.as_bytes()),
        hex(secret.as_bytes()).to_uppercase(),
        format!("f{}0", hex(secret.as_bytes())),
        secret.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        "sw0rdf1sh-%c3%A4?%3e~".to_owned(),
        escaped,
        json(&format!("a\n{secret}\"")),
        json(&json(secret)),
        String::from_utf8_lossy(&utf16).into_owned(),
        STANDARD.encode(&utf16),
    ];
    let masker = knowing(&[secret, "sw0rdf1sh-plain"]);
    for shown in table {
        for text in [shown.clone(), format!("x {shown} y"), format!("x=\"{shown}\"")] {
            let masked = masker.mask(&text);
            assert!(masked.contains(MASK), "{text}: {masked}");
            assert_eq!(masker.mask(&masked), masked, "{text}");
            let rest = masked.replace("***", "");
            assert!(rest.len() < 12 || rest.starts_with("{\"auths") || rest.starts_with("x"), "{text}: {masked}");
            for leak in ["sw0rd", "c3cw", "7377", "%73", "s\0w", "u0073"] {
                assert!(!masked.contains(leak), "{text}: {masked}");
            }
        }
    }
}

#[test]
fn values_that_overlap_are_masked_together() {
    let masker = knowing(&["aaaabbbb", "bbbbcccc", "abcd", "cdefghij"]);
    assert_eq!(masker.mask("aaaabbbbcccc xabcdefghij"), "*** xab***");
}

#[test]
fn passwords_in_a_value_are_masked_alone() {
    let auth = STANDARD.encode("robot:s3cret-login");
    let table = [
        (format!(r#"{{"auths":{{"r.io":{{"auth":"{auth}"}}}}}}"#), "s3cret-login"),
        (r#"{"a":[{"password":"p4ss"}]}"#.to_owned(), "p4ss"),
        ("user: bob\npassword: 'hunter2'\n".to_owned(), "hunter2"),
        ("DB_USER=bob\nDB_PASSWORD=hunter2".to_owned(), "hunter2"),
        ("Server=s;Password=hunter2;Encrypt=yes".to_owned(), "hunter2"),
        ("postgres://bob:hunt%65r2@db/x".to_owned(), "hunter2"),
        (STANDARD.encode("hunter2hunter2"), "hunter2hunter2"),
    ];
    for (secret, password) in table {
        assert_eq!(knowing(&[&secret]).mask(&format!("login {password} failed")), "login *** failed", "{secret}");
    }
}

#[test]
fn a_binary_value_is_masked_encoded_and_so_are_the_texts_in_it() {
    let masker = Masker::new();
    let key: Vec<u8> = (0..=255).map(|n: u8| n.wrapping_mul(37).wrapping_add(129)).collect();
    masker.add_bytes(&key);
    masker.add_bytes(b"\xFF\xFE\x00\x01keystore-password\xFF\x80");
    masker.add_bytes(&"utf-16 hunter2".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
    assert_eq!(masker.mask(&format!("key {}.", STANDARD.encode(&key))), "key ***.");
    assert_eq!(masker.mask("a keystore-password, utf-16 hunter2"), "a ***, ***");
}

#[test]
fn a_large_value_is_masked_in_full_where_it_is_encoded() {
    let masker = Masker::new();
    let large: Vec<u8> = (0..1_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    masker.add_bytes(&large);
    assert_eq!(masker.mask(&format!("data: {}", STANDARD.encode(&large))), "data: ***");
}

#[test]
fn registers_the_values_of_a_secret_and_nothing_of_another_kind() {
    let manifest = |kind: &str, section: &'static str, value: &str| {
        let span = Span::start_of(FileId(0));
        let text = |text: &str| Node::string(text, span);
        let map = |key: &'static str, value| Node::mapping(vec![Entry::new(key, value)], span);
        let mut node = map(section, map("k", text(value)));
        node.set("apiVersion", text("v1"));
        node.set("kind", text(kind));
        node.set("metadata", map("name", text("a")));
        Manifest::from_node(node).expect("a manifest")
    };
    let masker = Masker::new();
    masker.add_manifests(&[manifest("Secret", "stringData", "stringstring")], &Sources::new());
    masker.add_manifests(&[manifest("Secret", "data", "ZGF0YWRhdGE\n  =")], &Sources::new());
    masker.add_manifests(&[manifest("Secret", "data", "ZGV2")], &Sources::new());
    masker.add_manifests(&[manifest("ConfigMap", "data", "configconfig")], &Sources::new());
    assert_eq!(masker.mask("stringstring datadata ZGV2 dev configconfig"), "*** *** *** dev configconfig");
}

#[test]
fn masks_shapes_of_credentials_that_nobody_registered() {
    let masker = Masker::new();
    let table = [
        ("Server=x;Password=hunter2;", "Server=x;Password=***;"),
        ("https://bob:hunter2@host/x", "https://bob:***@host/x"),
        ("Authorization: Bearer abcdefghijklmnopqrst", "Authorization: Bearer ***"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "***"),
        ("see https://example.com/a:b", "see https://example.com/a:b"),
        ("https://h/x?token=hunter2&a=b", "https://h/x?token=***&a=b"),
        ("https://h/x?a=b&sig=hunter2", "https://h/x?a=b&sig=***"),
        ("/x?access_token=a.b-c", "/x?access_token=***"),
        ("`h/x?api_key=a`", "`h/x?api_key=***`"),
        ("(h/x?apikey=a)", "(h/x?apikey=***)"),
        ("h/x?key=a", "h/x?key=***"),
        ("h/x?X-Amz-Signature=a&amp;code=b", "h/x?X-Amz-Signature=***&amp;code=***"),
        ("//github.com/o/r?ref=v1&timeout=5s", "//github.com/o/r?ref=v1&timeout=5s"),
        ("a literal must be `key=value`", "a literal must be `key=value`"),
    ];
    for (text, masked) in table {
        assert_eq!(masker.mask(text), masked);
        assert_eq!(masker.mask(masked), masked);
    }
}
