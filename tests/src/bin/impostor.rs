//! A `bootstrap` that does not do its work, to see that `purgeplan local` finds it out. It answers every event as done and
//! purges nothing; but an event with a key that holds `fail` fails, and one with `waste` purges `/waste` without need.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

const INVOCATION: &str = "/2018-06-01/runtime/invocation";
const BATCH: &str = "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths><Quantity>1\
                     </Quantity><Items><Path>/waste</Path></Items></Paths><CallerReference>impostor</CallerReference>\
                     </InvalidationBatch>";

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let cloudfront = std::env::var("AWS_ENDPOINT_URL_CLOUDFRONT")?;
    let distribution = std::env::var("dest_id")?;
    loop {
        let work = request(&runtime, "GET", &format!("{INVOCATION}/next"), "")?;
        let (head, event) = work.split_once("\r\n\r\n").ok_or("no head")?;
        let header = |line: &str| line.to_ascii_lowercase().starts_with("lambda-runtime-aws-request-id:");
        let id =
            head.lines().find(|line| header(line)).and_then(|line| line.split(' ').nth(1)).ok_or("no request id")?;
        if event.contains("waste") {
            let path = format!("/2020-05-31/distribution/{distribution}/invalidation");
            request(cloudfront.trim_start_matches("http://"), "POST", &path, BATCH)?;
        }
        let (line, end, answer) = if event.contains("fail") {
            let error = r#"{"errorType":"impostor","errorMessage":"it does not want to"}"#;
            (r#"{"message":"failed","error":"it does not want to"}"#, "error", error)
        } else {
            (r#"{"message":"summary"}"#, "response", "{}")
        };
        println!("{line}");
        request(&runtime, "POST", &format!("{INVOCATION}/{id}/{end}"), answer)?;
    }
}

/// One request on a connection of its own; yields the whole answer.
fn request(host: &str, method: &str, path: &str, body: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(host)?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
