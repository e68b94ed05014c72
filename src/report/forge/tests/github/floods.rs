//! Answers without end, or larger than any can be: they are left, and the server could not even send them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use seatrial_forge::{CommitStatus, Delivery, GitHub, StatusState};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::*;

/// What a loopback connection takes up before anybody reads it.
const BUFFERS: u64 = 24 << 20;

/// What is answered to one request: status line and headers, and a body that is sent again and again.
type Answers = fn(&str) -> (&'static str, &'static [u8], Duration);

struct Flood {
    url: String,
    sent: Arc<AtomicU64>,
    requests: Arc<AtomicUsize>,
}

impl Flood {
    async fn start(answers: Answers) -> Flood {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (sent, requests) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, asked) = (Arc::clone(&sent), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(flood(stream, answers, Arc::clone(&count)));
            }
        });
        Flood { url, sent, requests }
    }

    fn github(&self, attempt: Duration) -> GitHub {
        client(&self.url, TOKEN).with_patience(Patience { attempt, whole: Duration::from_secs(20) })
    }
}

async fn flood(mut stream: TcpStream, answers: Answers, count: Arc<AtomicU64>) {
    let mut buffer = vec![0; 65_536];
    let read = stream.read(&mut buffer).await.unwrap_or(0);
    let line = String::from_utf8_lossy(&buffer[..read]).lines().next().unwrap_or_default().to_owned();
    let (head, body, pause) = answers(&line);
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    while !body.is_empty() && stream.write_all(body).await.is_ok() {
        count.fetch_add(body.len() as u64, Ordering::Relaxed);
        tokio::time::sleep(pause).await;
    }
}

const ENDLESS: &str = "200 OK\r\nTransfer-Encoding: chunked";

/// A chunk of 64 KiB.
fn chunk(text: &str) -> &'static [u8] {
    let data = text.repeat((64 << 10) / text.len());
    format!("{:x}\r\n{data}\r\n", data.len()).into_bytes().leak()
}

fn status() -> CommitStatus {
    CommitStatus {
        context: "seatrial".to_owned(),
        state: StatusState::Success,
        description: "x".to_owned(),
        target_url: None,
    }
}

#[tokio::test]
async fn an_answer_without_end_is_left_where_no_answer_can_be_longer() {
    let table: [(&str, Answers, u64, &str); 6] = [
        ("announced", |_| ("200 OK\r\nContent-Length: 1073741824", chunk("x"), Duration::ZERO), 0, "more than 2 MiB"),
        ("numbers", |_| (ENDLESS, chunk("[0,0,"), Duration::ZERO), 2 << 20, "more than 2 MiB"),
        ("blanks", |_| (ENDLESS, chunk(" "), Duration::ZERO), 2 << 20, "more than 2 MiB"),
        (
            "compressed",
            |_| ("200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked", chunk("\u{1f}"), Duration::ZERO),
            2 << 20,
            "more than 2 MiB",
        ),
        (
            "a refusal",
            |_| ("403 Forbidden\r\nTransfer-Encoding: chunked", chunk("x"), Duration::ZERO),
            64 << 10,
            "the token may not read the pull request, and the answer gives no reason: grant it `pull-requests: read`",
        ),
        (
            "a redirect",
            |_| {
                (
                    "302 Found\r\nLocation: http://169.254.169.254/\r\nTransfer-Encoding: chunked",
                    chunk("x"),
                    Duration::ZERO,
                )
            },
            0,
            "redirects to `http://169.254.169.254`, which is a link-local or metadata address; the redirect is not followed",
        ),
    ];
    for (what, answers, most, says) in table {
        let flood = Flood::start(answers).await;
        let begun = Instant::now();
        let sentence = flood
            .github(Duration::from_secs(10))
            .standing(7)
            .await
            .map(|standing| standing.head)
            .expect_err("is too large");
        assert!(sentence.contains(says), "{what}: {sentence}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{what}");
        assert_eq!(flood.requests.load(Ordering::Relaxed), 1, "{what}: it is not asked again");
        tokio::time::sleep(Duration::from_millis(100)).await;
        let sent = flood.sent.load(Ordering::Relaxed);
        assert!(sent < most + BUFFERS, "{what}: {sent} bytes");
    }
}

#[tokio::test]
async fn a_server_error_without_end_is_asked_three_times_like_any_other() {
    let flood = Flood::start(|_| ("502 Bad Gateway\r\nTransfer-Encoding: chunked", chunk("x"), Duration::ZERO)).await;
    let sentence =
        flood.github(Duration::from_secs(10)).standing(7).await.map(|standing| standing.head).expect_err("is down");
    assert!(sentence.ends_with("GitHub answered 502"), "{sentence}");
    assert_eq!(flood.requests.load(Ordering::Relaxed), 3);
    assert!(flood.sent.load(Ordering::Relaxed) < 3 * BUFFERS);
}

#[tokio::test]
async fn what_was_written_may_be_there_though_the_answer_has_no_end() {
    let flood = Flood::start(|_| (ENDLESS, chunk("x"), Duration::ZERO)).await;
    let sentence = refusal(flood.github(Duration::from_secs(10)).set_status(HEAD, &status()).await);
    let expected = "could not set a commit status, or could not find out whether it worked: 127.0.0.1 answered with more than 2 MiB";
    assert_eq!(sentence, expected);
    assert_eq!(flood.requests.load(Ordering::Relaxed), 1);
}

/// A page may be large, and is still no place for a gigabyte.
#[tokio::test]
async fn a_list_of_comments_without_end_is_left() {
    let table: [(&str, Answers, &str); 2] = [
        (
            "comments",
            |line| of_comments(line, (ENDLESS, chunk(r#"{"id":1,"body":"x"},"#))),
            "127.0.0.1 answered with more than 40 MiB",
        ),
        (
            "no comments",
            |line| of_comments(line, ("200 OK\r\nContent-Length: 2", b"{}")),
            "something that is not a list of comments",
        ),
    ];
    for (what, answers, says) in table {
        let flood = Flood::start(answers).await;
        let sentence = refusal(flood.github(Duration::from_secs(10)).upsert_comment(7, &report(1, "x")).await);
        assert!(sentence.contains(says), "{what}: {sentence}");
        assert!(flood.sent.load(Ordering::Relaxed) < (40 << 20) + 2 * BUFFERS, "{what}");
    }
}

fn of_comments(line: &str, comments: (&'static str, &'static [u8])) -> (&'static str, &'static [u8], Duration) {
    match line.contains("/comments") {
        true => (comments.0, comments.1, Duration::ZERO),
        false => ("200 OK\r\nContent-Length: 26", br#"{"head":{"sha":"a3f1c9e"}}"#, Duration::from_millis(10)),
    }
}

/// The deadline is for the last byte, not for the first.
#[tokio::test]
async fn an_answer_that_drips_is_left_within_the_patience() {
    let flood = Flood::start(|_| (ENDLESS, b"1\r\n \r\n", Duration::from_millis(20))).await;
    let patience = Patience { attempt: Duration::from_millis(300), whole: Duration::from_secs(2) };
    let begun = Instant::now();
    let sentence = client(&flood.url, TOKEN)
        .with_patience(patience)
        .standing(7)
        .await
        .map(|standing| standing.head)
        .expect_err("never ends");
    assert!(sentence.ends_with("127.0.0.1 did not finish its answer within 0.3 s"), "{sentence}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    let delivery = client(&flood.url, TOKEN).with_patience(patience).upsert_comment(7, &report(1, "x")).await;
    assert!(matches!(delivery, Delivery::Refused(_)), "{delivery:?}");
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
}
