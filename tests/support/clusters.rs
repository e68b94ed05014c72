//! Simulated clusters behind doors that log: whether anybody asked, and what lies there.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use seatrial_simulated::{SimulatedCluster, Specification};

/// Several clusters, by name.
pub(crate) struct Clusters {
    doors: Vec<Door>,
    /// The clusters live in it.
    _runtime: tokio::runtime::Runtime,
}

struct Door {
    name: String,
    address: std::net::SocketAddr,
    /// The cluster's own address: whoever uses it is not logged.
    inside: String,
    asked: Arc<AtomicBool>,
    sent: Sent,
    _cluster: SimulatedCluster,
}

/// What was sent through a door, a text per connection.
type Sent = Arc<Mutex<Vec<Arc<Mutex<Vec<u8>>>>>>;

impl Clusters {
    pub(crate) fn start(names: &[&str]) -> Clusters {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let doors = names.iter().map(|name| {
            let cluster = runtime.block_on(SimulatedCluster::start(specification())).expect("a free port");
            Door::open(name, cluster)
        });
        Clusters { doors: doors.collect(), _runtime: runtime }
    }

    /// A kubeconfig whose contexts are the clusters; the last one is the current context.
    pub(crate) fn kubeconfig(&self, directory: &Path) -> PathBuf {
        let each = |line: &dyn Fn(&Door) -> String| self.doors.iter().map(line).collect::<String>();
        let clusters =
            each(&|d| format!("- {{ name: {}, cluster: {{ server: \"http://{}\" }} }}\n", d.name, d.address));
        let contexts = each(&|d| format!("- {{ name: {0}, context: {{ cluster: {0}, user: nobody }} }}\n", d.name));
        let current = self.doors.last().map(|door| door.name.as_str()).unwrap_or_default();
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters:\n{clusters}contexts:\n{contexts}users:\n- {{ name: nobody, user: {{}} }}\ncurrent-context: {current}\n"
        );
        let file = directory.join("kubeconfig");
        std::fs::write(&file, text).expect("written");
        file
    }

    /// Who was asked, in their order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.doors.iter().filter(|door| door.asked.load(Ordering::SeqCst)).map(|door| door.name.clone()).collect()
    }

    /// What was sent to a cluster, a text per connection.
    pub(crate) fn sent(&self, name: &str) -> Vec<String> {
        let sent = self.door(name).sent.lock().expect("not poisoned");
        sent.iter().map(|bytes| String::from_utf8_lossy(&bytes.lock().expect("not poisoned")).into_owned()).collect()
    }

    /// Whether something lies at a path of a cluster's API.
    pub(crate) fn has(&self, name: &str, path: &str) -> bool {
        self.door(name).request("GET", path, "").0 == 200
    }

    /// Creates an object in the collection at a path.
    pub(crate) fn put(&self, name: &str, collection: &str, object: &serde_json::Value) {
        let (status, _) = self.door(name).request("POST", collection, &object.to_string());
        assert!((200..300).contains(&status), "{collection}: {status}");
    }

    fn door(&self, name: &str) -> &Door {
        self.doors.iter().find(|door| door.name == name).expect("a cluster of that name")
    }
}

/// One image can be pulled, and answers.
fn specification() -> Specification {
    serde_saphyr::from_str("images: [{ name: web, tags: ['1'], serves: { /: ok } }]").expect("a specification")
}

impl Door {
    fn open(name: &str, cluster: SimulatedCluster) -> Door {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let inside = cluster.url().trim_start_matches("http://").to_owned();
        let asked = Arc::new(AtomicBool::new(false));
        let (flag, target) = (Arc::clone(&asked), inside.clone());
        let sent = Sent::default();
        let log = Arc::clone(&sent);
        // It ends with the process that runs the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                flag.store(true, Ordering::SeqCst);
                let Ok(inner) = TcpStream::connect(&target) else { continue };
                let bytes = Arc::default();
                log.lock().expect("not poisoned").push(Arc::clone(&bytes));
                pass_on(&stream, &inner, Some(bytes));
                pass_on(&inner, &stream, None);
            }
        });
        Door { name: name.to_owned(), address, inside, asked, sent, _cluster: cluster }
    }

    /// Asks the cluster itself; the status and the body.
    fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.inside).expect("the cluster listens");
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("sent");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }
}

/// Copies what one side sends to the other, and into the log if there is one.
fn pass_on(from: &TcpStream, to: &TcpStream, log: Option<Arc<Mutex<Vec<u8>>>>) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if let Some(log) = &log {
                log.lock().expect("not poisoned").extend_from_slice(&buffer[..length]);
            }
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
}
