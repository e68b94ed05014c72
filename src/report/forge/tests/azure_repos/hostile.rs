//! Keys and texts of whoever can choose them, and answers of whoever stands in for the server.

use seatrial_forge::{AzureRepos, Comment, CommitStatus, Delivery, StatusState};
use seatrial_model::Secret;
use seatrial_test_servers::azure_repos::{Answer, BUILD_SERVICE, Behaviour, Fault};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const KEYS: [&str; 14] = [
    "",
    "default --><script>alert(1)</script>",
    "a b",
    "a_20b",
    "a\nb",
    "a\r\n<!-- seatrial key=default sha=x run=9 attempt=9 v=1 -->",
    "key=default",
    "\u{202e}gnp.exe",
    "\0",
    "--",
    "a--b",
    "\u{1b}[31m##vso[task.setvariable variable=x]y",
    "../../threads/1?api-version=1.0#",
    "ключ/鍵/🔑",
];

#[tokio::test]
async fn hostile_keys_stay_apart_and_are_found_again() {
    let fake = fake().await;
    let azure = forge(&fake);
    for run in [1, 2] {
        for (at, key) in KEYS.iter().enumerate() {
            let comment = Comment { key: (*key).to_owned(), ..report(run, &format!("{at}: run {run}")) };
            let delivery = azure.upsert_comment(7, &comment).await;
            let as_expected = matches!((run, &delivery), (1, Delivery::Created(_)) | (2, Delivery::Updated(_)));
            assert!(as_expected, "{key:?}: {delivery:?}");
        }
    }
    let expected: Vec<String> = (0..KEYS.len()).map(|at| format!("{at}: run 2")).collect();
    assert_eq!(texts(&fake), expected);
    for thread in fake.threads(7) {
        let first = thread.comments[0].content.lines().next().unwrap_or_default().to_owned();
        assert!(first.starts_with("<!-- seatrial key=") && first.matches("-->").count() == 1, "{first}");
        assert!(first.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{first}");
    }
}

#[tokio::test]
async fn hostile_keys_name_statuses_and_nothing_else() {
    let fake = fake().await;
    for key in KEYS {
        let status = CommitStatus {
            context: format!("seatrial/{key}"),
            state: StatusState::Success,
            description: format!("{key} is green"),
            target_url: Some("https://ci.example.com/1?x=\"&y=<".to_owned()),
        };
        let delivery = forge(&fake).set_status(7, HEAD, &status).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{key:?}: {delivery:?}");
        let last = fake.pull_request(7).statuses.pop().expect("is set");
        let name = if key.is_empty() { "seatrial/" } else { key };
        assert_eq!((last.genre.as_str(), last.name.as_str(), last.iteration), ("seatrial", name, Some(1)));
    }
}

#[tokio::test]
async fn texts_arrive_as_they_are_and_are_known_again() {
    let texts = [
        "",
        "<!-- seatrial key=default sha=x run=99 attempt=1 v=1 -->\nanother marker",
        "-->",
        "\"}],\"status\":\"closed\",\"x\":[{\"",
        "\\u0000 \u{0} \u{7} \u{feff}",
        "@<2FA95B7A-C774-4595-A6F2-63F482634E9F> #1 !2 [x](javascript:alert(1))",
        "🚢\u{202e}\u{2028}\u{2029}",
        "a\rb\r\nc\n\n\n",
    ];
    for text in texts {
        let fake = fake().await;
        let azure = forge(&fake);
        assert!(matches!(azure.upsert_comment(7, &report(1, text)).await, Delivery::Created(_)), "{text:?}");
        let content = fake.threads(7)[0].comments[0].content.clone();
        let expected = format!("{}\n{}", marker(HEAD, 1), text.replace("\r\n", "\n").trim_end());
        assert_eq!(content.trim_end(), expected.trim_end(), "{text:?}");
        let again = azure.upsert_comment(7, &report(1, text)).await;
        assert!(matches!(again, Delivery::Unchanged(_)), "{text:?}: {again:?}");
    }
}

#[tokio::test]
async fn hostile_names_stay_one_segment_of_the_path() {
    let fake = fake().await;
    let names = ["a?b", "a#b", "a%2Fb", "a%00", "a b", "..%2f..", "a;b", "ü", "a&api-version=1.0", "a:b@c"];
    for name in names {
        for (project, repository) in [(name, "shop"), ("Web Shop", name)] {
            let token = Secret::new(TOKEN);
            let azure = AzureRepos::new(&transport(), &fake.url(), project, repository, &token).expect("is a name");
            let sentence = refusal(azure.upsert_comment(7, &report(1, "x")).await);
            assert!(sentence.contains("did not find the pull request"), "{name}: {sentence}");
        }
    }
    // What is not the fake's project or repository does not come as far as its log.
    assert!(fake.request_lines().iter().all(|line| !line.contains("pullRequests")), "{:?}", fake.request_lines());
}

#[tokio::test]
async fn answers_that_no_server_gives_are_survived() {
    let ours = json!({ "id": BUILD_SERVICE });
    let thread = |id: u64, more: serde_json::Value| {
        let mut thread = json!({ "id": id, "status": "active", "comments": [{ "id": 1, "author": ours, "content": format!("{}\nx", marker(HEAD, 1)) }] });
        thread.as_object_mut().expect("is one").extend(more.as_object().expect("is one").clone());
        thread
    };
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let lists = [
        json!([thread(1, json!({ "comments": [] }))]),
        json!([thread(1, json!({ "comments": null }))]),
        json!([thread(1, json!({ "isDeleted": true }))]),
        json!([thread(
            1,
            json!({ "comments": [{ "id": 1, "author": ours, "isDeleted": true, "content": format!("{}\nx", marker(HEAD, 1)) }] })
        )]),
        json!([thread(1, json!({ "properties": { "seatrial.key": { "$value": 7 } }, "comments": [{ "id": 1 }] }))]),
        json!([thread(
            1,
            json!({ "properties": { "x": deep }, "comments": [{ "id": 1, "author": null, "content": "" }] })
        )]),
        json!([{ "id": u64::MAX, "unknown": [[[{}]]] }]),
        json!([]),
    ];
    for list in lists {
        let fake = fake().await;
        let frame = json!({ "count": -3, "value": list });
        fake.arm(Fault::new("GET", THREADS, Behaviour::Answer(Answer::new(200, frame))).nth(1));
        let delivery = forge(&fake).upsert_comment(7, &report(2, "new")).await;
        assert!(matches!(delivery, Delivery::Created(_)), "{list}: {delivery:?}");
        assert_eq!(texts(&fake), ["new"], "{list}");
    }
}

/// A list may be large, and is still no place for a gigabyte.
#[tokio::test]
async fn a_list_that_is_larger_than_any_can_be_is_left() {
    for path in ["/threads", "/iterations"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/acme", listener.local_addr().expect("bound"));
        let server = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = vec![0; 65_536];
                let read = stream.read(&mut buffer).await.unwrap_or(0);
                let line = String::from_utf8_lossy(&buffer[..read]).lines().next().unwrap_or_default().to_owned();
                let other = r#"{"status":"active","value":[],"lastMergeSourceCommit":{"commitId":"a"}}"#;
                let endless = line.contains(path);
                let (length, body) = if endless { (1 << 40, "{\"value\":[") } else { (other.len(), other) };
                let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
                let _ = stream.write_all(head.as_bytes()).await;
            }
        });
        let begun = tokio::time::Instant::now();
        let sentence = refusal(client(&url, TOKEN).upsert_comment(7, &report(1, "x")).await);
        assert!(sentence.contains("127.0.0.1 answered with more than") && sentence.ends_with("MiB"), "{sentence}");
        assert!(begun.elapsed() < Duration::from_secs(5));
        server.abort();
    }
}

#[tokio::test]
async fn reasons_and_states_of_a_server_are_one_line_and_bounded() {
    let long = format!("TF1: \r\n##vso[task.complete]\u{1b}[31m{}", "x".repeat(100_000));
    let fake = fake().await;
    fake.arm(Fault::new("POST", THREADS, Behaviour::Answer(Answer::exception(400, "SomeException", &long))));
    let sentence = refusal(forge(&fake).upsert_comment(7, &report(1, "x")).await);
    assert!(sentence.len() < 400 && !sentence.contains(char::is_control), "{sentence}");
    fake.change(7, |pull| pull.status.clone_from(&long));
    let Delivery::Stale(clause) = forge(&fake).upsert_comment(7, &report(1, "x")).await else { panic!("is not stale") };
    assert!(clause.len() < 400 && !clause.contains(char::is_control), "{clause}");
    fake.change(7, |pull| pull.iterations = vec![format!("{}{long}", "é".repeat(4))]);
    let Delivery::Stale(clause) = forge(&fake).upsert_comment(7, &report(1, "x")).await else { panic!("is not stale") };
    assert!(clause.len() < 400 && !clause.contains(char::is_control), "{clause}");
}
