//! The GitHub fake as a program, for shell tests: `github [--port PORT] [--pull OWNER/NAME#NUMBER@HEAD]... [--forbid 'METHOD /path']...`.
//!
//! Prints its address and serves until it is killed; `GET /_remembered` gives what it remembers. The token is the library's `TOKEN`.
#![allow(clippy::print_stdout, reason = "its output is what a shell test reads")]

use std::io::Write;

use seatrial_test_servers::github::{Answer, Behaviour, FakeGitHub, Fault, Pull};

#[tokio::main]
async fn main() {
    let (mut port, mut pulls, mut forbidden) = (0, Vec::new(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next().expect("every flag has a value");
        match flag.as_str() {
            "--port" => port = value.parse().expect("a port"),
            "--pull" => pulls.push(value),
            "--forbid" => forbidden.push(value),
            _ => panic!("unknown flag {flag}"),
        }
    }
    let github = FakeGitHub::start_at(port).await;
    for pull in &pulls {
        let (repository, rest) = pull.split_once('#').expect("OWNER/NAME#NUMBER@HEAD");
        let (number, head) = rest.split_once('@').expect("OWNER/NAME#NUMBER@HEAD");
        github.add_pull(repository, Pull::open(number.parse().expect("a number"), head));
    }
    for request in &forbidden {
        let (method, path) = request.split_once(' ').expect("METHOD /path");
        github.arm(Fault::new(method, path, Behaviour::Answer(Answer::forbidden())));
    }
    println!("{}", github.url());
    std::io::stdout().flush().expect("is written");
    std::future::pending::<()>().await;
}
