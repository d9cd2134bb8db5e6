//! A server that gives one connection some bytes, and the adapters that ask it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_codecommit::config::Credentials;
use purgeplan_lambda::aws::{self, AwsCloudFront, AwsCodeCommit, AwsCodePipeline, AwsS3};
use serde_json::Value;

/// Long enough for a busy machine; only the test that waits for a timeout has less.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server that gives one connection these bytes and closes it; `None`: it never answers.
pub(crate) struct Once {
    pub(crate) url: String,
    served: JoinHandle<String>,
}

impl Once {
    pub(crate) fn answering(answer: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let answer = answer.map(str::to_owned);
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let request = read_request(&mut stream);
            match answer {
                Some(answer) => {
                    stream.write_all(answer.as_bytes()).expect("sent");
                    stream.shutdown(Shutdown::Write).expect("closed");
                }
                // Until the client has had enough.
                None => while stream.read(&mut [0; 64]).is_ok_and(|count| count > 0) {},
            }
            request
        });
        Self { url, served }
    }

    pub(crate) fn request(self) -> String {
        self.served.join().expect("served")
    }
}

/// The head and, as long as it says, the body.
fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).expect("a request");
        text.push_str(std::str::from_utf8(&piece[..count]).expect("UTF-8"));
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

pub(crate) fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} Status\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

pub(crate) fn sent_json(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

pub(crate) async fn config(url: &str, patience: Duration) -> SdkConfig {
    aws::loader(patience)
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("id", "key", None, None, "test"))
        .endpoint_url(url)
        .load()
        .await
}

pub(crate) async fn codecommit(url: &str) -> AwsCodeCommit {
    AwsCodeCommit::new(&config(url, PATIENCE).await, "site", "main")
}

pub(crate) async fn cloudfront(url: &str) -> AwsCloudFront {
    AwsCloudFront::new(&config(url, PATIENCE).await)
}

pub(crate) async fn codepipeline(url: &str) -> AwsCodePipeline {
    AwsCodePipeline::new(&config(url, PATIENCE).await)
}

pub(crate) async fn s3(url: &str) -> AwsS3 {
    AwsS3::new(&config(url, PATIENCE).await)
}
